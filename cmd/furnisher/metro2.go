package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

func (a *app) metro2Command() *cobra.Command {
	return group("metro2", shortMetro2, a.dumpCommand(), a.validateCommand())
}

// masked shows the last four characters of an account number of more than that.
func masked(account string) string {
	account = strings.TrimSpace(account)
	if len(account) <= 4 {
		return "****"
	}
	return "****" + account[len(account)-4:]
}

// place names segment and field of a finding: "j1[2].surname".
func place(f *metro2.Finding) string {
	s := f.Segment
	if f.Index > 0 {
		s = fmt.Sprintf("%s[%d]", s, f.Index)
	}
	if f.Field != "" {
		s += "." + f.Field
	}
	return s
}

// readMetro2 lets work read a file, "-" for the standard input; what is compressed by gzip is unpacked,
// whatever its name.
func (a *app) readMetro2(ctx context.Context, name string, work func(io.Reader) error) error {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	stream := interruptible(ctx, in)
	defer stream.Close()
	buffered := bufio.NewReaderSize(stream, 1<<16)
	if magic, err := buffered.Peek(3); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b, 8}) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("read %q: %w", name, err)
		}
		return work(unpacked)
	}
	return work(buffered)
}

// interruptible lets a read end with ctx: one from a terminal or a pipe would wait for ever.
func interruptible(ctx context.Context, r io.Reader) io.ReadCloser {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { in.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(in, r)
		stop()
		in.CloseWithError(err)
	}()
	return out
}
