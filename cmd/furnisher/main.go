// Command furnisher takes a book of loans through its nights and furnishes Metro 2 files to the credit
// bureaus.
//
//	furnisher import extract/
//	furnisher run --date 2026-09-30
//	furnisher files
//
// It holds flags, signals, wiring, the schedule, exit statuses and every line that a person reads. It
// refuses to hold SQL, money arithmetic or a decision about a loan: those are package sql's and rules'.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the first signal ends the work in order, the second one the program at once
	// As a signal that is heard, a closed pipe is an error of the write and not the end: the private server
	// is let go of in order.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs one command line and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, getenv: os.Getenv, now: time.Now}
	root := a.root()
	root.SetArgs(args)
	command, err := root.ExecuteContextC(ctx)
	return a.end(ctx, command.CommandPath(), err)
}
