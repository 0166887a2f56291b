// Package step holds the steps of the night: delinquency, closure, statement, contact, purge and export, in that order.
//
//	plan := step.Nightly(step.Config{FilesDir: dir, VendorVersion: "1.0"})
//
// Each step reads the facts of a chunk set-based, lets package rules decide, and writes set-based: no
// query a loan, no policy of its own. What it refuses is to decide anything.
package step
