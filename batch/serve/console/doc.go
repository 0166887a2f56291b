// Package console is what people see of the book in a browser: the month of a compliance team, served by the same program as the
// HTTP API. Its pages are templates over package inquiry; what a form does, package servicing does, or a function that the program
// gives.
//
//	c, err := console.New(console.Config{DB: db, Now: time.Now, Log: log, Desk: desk})
//	server, err := serve.New(serve.Config{Console: c})
//
// # How it is laid out
//
// One file a room of the console (tonight.go, month.go, account.go, desk.go, files.go, simulate.go): its routes, what its pages
// show, what its forms do. A page is a file of templates/ that defines "main"; layout.html is around it, parts.html has what several
// pages use. Each route names the least role that may; a route without one does not exist.
//
// # What holds everywhere
//
// Every page works without a script; htmx only brings parts of pages up to date. Every form is a POST with a key of its own, so a
// form that is sent twice is done once, and answers with a redirect. A page holds no style and no script of its own: the policy of
// its answer would refuse them. Account numbers are masked unless somebody who may asks for one, and that is recorded.
//
// # What it refuses
//
// It knows no SQL and decides nothing. It loads nothing from elsewhere.
package console
