package database

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/furnisher/furnisher/sql"
)

// Query returns the text of a query of package sql by its folder and name. It panics if there is none: queries are
// bound to package variables, so the mistake shows when the program starts.
func Query(folder, name string) string {
	text, ok := queries()[folder][name]
	if !ok {
		panic(fmt.Sprintf("database: sql/query/%s has no query %s", folder, name))
	}
	return text
}

// queries reads all queries by folder and name.
var queries = sync.OnceValue(func() map[string]map[string]string {
	byFolder := map[string]map[string]string{}
	files, err := fs.Glob(sql.Queries, "query/*/*.sql")
	if err != nil {
		panic("database: " + err.Error())
	}
	for _, file := range files {
		text, err := sql.Queries.ReadFile(file)
		if err != nil {
			panic("database: " + err.Error())
		}
		folder := path.Base(path.Dir(file))
		if byFolder[folder] == nil {
			byFolder[folder] = map[string]string{}
		}
		for name, query := range named(string(text)) {
			if byFolder[folder][name] != "" {
				panic(fmt.Sprintf("database: %s names %s a second time", file, name))
			}
			byFolder[folder][name] = query
		}
	}
	return byFolder
})

// named splits a group of queries at its lines "-- name: NAME".
func named(group string) map[string]string {
	queries := map[string]string{}
	for _, part := range strings.Split("\n"+group, "\n-- name: ")[1:] {
		name, query, _ := strings.Cut(part, "\n")
		queries[strings.TrimSpace(name)] = strings.TrimSpace(query)
	}
	return queries
}
