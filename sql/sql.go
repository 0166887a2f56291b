// Package sql holds the project's SQL text: the schema as goose migrations, and the statements, one a
// file, each bound to one variable.
//
// It has no logic and imports nothing but embed. Statements take positional parameters; the header of
// each file says what it is for, its parameters, what it locks and which index serves it. No policy
// lives here: what a status means is decided in package rules.
package sql

import "embed"

// Schema holds the migrations, schema/NNNNN_name.sql, which are never edited once released.
//
//go:embed schema/*.sql
var Schema embed.FS
