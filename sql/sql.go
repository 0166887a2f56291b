// Package sql holds the project's SQL text: the schema as goose migrations, and the queries in small groups by job.
//
//	query/run/chunk.sql     -- name: ChunkClaim … -- name: ChunkDone …
//
// A query is bound to a variable in the package that uses it (database.Query). Its header says what it is for, its
// parameters, what it locks and which index serves it; parameters are positional.
//
// The package has no logic and imports nothing but embed. No policy lives here: what a status means is decided in
// package rules.
package sql

import "embed"

// Schema holds the migrations, schema/NNNNN_name.sql, which are never edited once released.
//
//go:embed schema/*.sql
var Schema embed.FS

// Queries holds the queries, query/FOLDER/GROUP.sql, each under a line "-- name: NAME".
//
//go:embed query/*/*.sql
var Queries embed.FS
