// Package serve is the HTTP API: what package servicing does and package inquiry answers, for programs.
//
//	server, err := serve.New(serve.Config{DB: db, Now: time.Now, Log: log, Desk: desk})
//	err = server.Run(ctx)
//
// Its source is openapi.yaml: routes, parameters and answers are generated from it, each request is checked against it, and so is
// each answer, by the tests. A bearer of a token does what the token's role may; the document says for each operation which role
// that is.
//
// # What never leaves
//
// An error says what is wrong by place and rule. It never repeats what the request said, nor what a database said: either may hold
// a person's data. The access log has the route, not the path, and no query. Account numbers are masked unless the role may see them
// and the request asks.
//
// # What it refuses
//
// It decides nothing and knows no SQL. It does not listen beyond this machine without TLS.
package serve

//go:generate go tool oapi-codegen -config generate.yaml openapi.yaml
