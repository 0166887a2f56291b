// Command furnisher takes a book of loans through its nights and furnishes Metro 2 files to the credit
// bureaus.
//
//	furnisher import extract/
//	furnisher run --date 2026-09-30
//	furnisher files
//
// It holds flags, signals, wiring, the schedule, exit statuses and every line that a person reads: messages stand
// beside their use, and the table of errors with their statuses and hints is in exit.go. It refuses to hold SQL, money
// arithmetic or decisions about a loan; those belong to packages sql and rules.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() { live(time.Now) }

// live is the life of the program by a clock.
func live(now func() time.Time) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal ends the work in order, the second one the program at once
	// With a handler, a closed pipe is an error of the write and does not end the process: the share in the private
	// server is given up in order.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	a := &app{stdin: os.Stdin, bytes: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: now}
	os.Exit(a.run(ctx, os.Args[1:]))
}

// run runs one command line and returns its exit status.
func (a *app) run(ctx context.Context, args []string) int {
	shown := &visible{w: a.bytes}
	a.stdout = shown
	root := a.root()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	err = errors.Join(err, shown.flush())
	return a.end(ctx, command.CommandPath(), err)
}
