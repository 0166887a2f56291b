// Package database is the way to PostgreSQL: queries by name, connections, migrations, transactions.
package database
