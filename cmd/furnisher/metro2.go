package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

func (a *app) metro2Command() *cobra.Command {
	return group("metro2", "read, check and convert Metro 2 files",
		a.dumpCommand(), a.validateCommand(), a.explainCommand(), a.diffCommand(), a.convertCommand(), a.statsCommand(),
		a.rulesCommand(), a.layoutCommand())
}

// Texts that several commands share.
const (
	flagUnmask   = "show what identifies a person"
	flagMarkdown = "print Markdown"
)

var errOneFormat = errors.New("give only one of --json, --csv and --markdown")

// notMetro2 is the ending of a command that found no record in files.
func notMetro2(files ...string) error {
	return &ending{
		err: fmt.Errorf("%q contains no Metro 2 record", strings.Join(files, " ")), code: exitFailed,
		hint: "furnisher metro2 validate " + shellWord(files[0]),
	}
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
	s := segmentName(f.Segment, f.Index)
	if f.Field != "" {
		s += "." + f.Field
	}
	return s
}

func segmentName(segment string, index int) string {
	if index > 0 {
		return fmt.Sprintf("%s[%d]", segment, index)
	}
	return segment
}

// badFlag is the ending of a command that does not know the value of a flag.
func badFlag(command, flag, value, allowed string) error {
	return &ending{err: fmt.Errorf("--%s %q: must be one of %s", flag, value, allowed), code: exitUsage, hint: hintHelp("furnisher metro2 " + command)}
}

// readMetro2 lets work read a file, or standard input for "-". Gzip is unpacked, whatever the name. On a terminal a
// large file shows its progress.
func (a *app) readMetro2(ctx context.Context, name string, work func(io.Reader) error) error {
	return withReadHint(a.unpacked(ctx, name, work))
}

// withReadHint adds what to do about a file that cannot be read.
func withReadHint(err error) error {
	for _, e := range []struct {
		is   error
		hint string
	}{
		{fs.ErrNotExist, "check the file name; - reads standard input"},
		{fs.ErrPermission, "make the file readable for the user of this command, or pipe it in and name it -"},
		{syscall.EISDIR, "name the files in the folder: FOLDER/*"},
		{io.ErrUnexpectedEOF, "the compressed file is truncated or damaged; fetch it again"},
		{gzip.ErrHeader, "the compressed file is truncated or damaged; fetch it again"},
		{gzip.ErrChecksum, "the compressed file is truncated or damaged; fetch it again"},
	} {
		if errors.Is(err, e.is) {
			return &ending{err: err, hint: e.hint}
		}
	}
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) {
		return &ending{err: err, hint: "the compressed file is truncated or damaged; fetch it again"}
	}
	return err
}

func (a *app) unpacked(ctx context.Context, name string, work func(io.Reader) error) error {
	in := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		shown, done := a.watched(f, name)
		defer done()
		in = shown
	}
	stream := interruptible(ctx, in)
	defer stream.Close()
	buffered := bufio.NewReaderSize(stream, 1<<16)
	if magic, err := buffered.Peek(3); err == nil && bytes.Equal(magic, gzipMagic) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("read %q: %w", name, err)
		}
		return work(namedReader{unpacked, name})
	}
	return work(namedReader{buffered, name})
}

// gzipMagic begins what is compressed by gzip.
var gzipMagic = []byte{0x1f, 0x8b, 8}

// namedReader puts the name of the file into read errors.
type namedReader struct {
	io.Reader
	name string
}

func (r namedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%q: %w", r.name, err)
	}
	return n, err
}

// watchedSize is the size from which reading a file takes long enough to show progress.
const watchedSize = 50 << 20

// watched shows on a terminal how far a large file has been read.
func (a *app) watched(f *os.File, name string) (in io.Reader, done func()) {
	info, err := f.Stat()
	if err != nil || info.Size() <= watchedSize || a.settings.quiet || !onTerminal(a.stderr) {
		return f, func() {}
	}
	bar := newBar(a.stderr, name, info.Size())
	return io.TeeReader(f, barWriter{bar}), func() { bar.Clear() } //nolint:errcheck // a bar that stays is no failure
}

// barWriter advances a bar; one that cannot be drawn is no reason to stop.
type barWriter struct{ bar *progressbar.ProgressBar }

func (w barWriter) Write(p []byte) (int, error) {
	w.bar.Add(len(p)) //nolint:errcheck // see above
	return len(p), nil
}

// interruptible ends a read with ctx; a read from a terminal or a pipe would otherwise wait for ever.
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
