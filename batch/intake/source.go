package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is one file of the extract, open and read up to its first row.
type source struct {
	table  *table
	file   *os.File
	packed *bufio.Reader // what was read of a compressed file and not yet decompressed; nil if it is none
	rows   *reader
	size   int64 // of the file when it was opened, compressed or not; -1: it has none, as a pipe
	read   int64 // bytes of the file, compressed or not

	// place gives for each column of the table its place in a record, -1 if the file has none.
	place  []int
	fields int // of a record
}

// Read counts what is read of the file.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.read += int64(n)
	return n, err
}

// textSize is about how long the file's text is; only a guess when it is compressed.
func (s *source) textSize() int64 {
	if s.packed != nil {
		return 8 * s.size
	}
	return s.size
}

// openSources opens the files of a directory in the order of tables and checks their headers: what is
// wrong with the last of them should not show after an hour's work.
func openSources(dir string) (sources []*source, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, closeSources(sources))
			sources = nil
		}
	}()
	paths, err := findFiles(dir)
	if err != nil {
		return nil, err
	}
	for i := range tables {
		t := &tables[i]
		if paths[t.file] == "" {
			continue
		}
		s, err := openSource(t, filepath.Join(dir, paths[t.file]))
		if s != nil {
			sources = append(sources, s)
		}
		if err != nil {
			return sources, err
		}
	}
	return sources, nil
}

func closeSources(sources []*source) error {
	var errs []error
	for _, s := range sources {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}

// findFiles gives the name of each known file that is in the directory.
func findFiles(dir string) (map[string]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, readFault(err)
	}
	known := make(map[string]bool)
	for _, t := range tables {
		known[t.file] = true
	}
	paths := make(map[string]string)
	var strange []string
	for _, entry := range entries {
		name := entry.Name()
		base := strings.TrimSuffix(name, ".gz")
		switch {
		case strings.HasPrefix(name, "."):
		case known[base] && paths[base] != "":
			return nil, &RefusedError{File: base, Reason: "both " + base + " and " + base + ".gz are there"}
		case known[base]:
			paths[base] = name
		case strings.HasSuffix(strings.ToLower(base), ".csv"):
			strange = append(strange, fmt.Sprintf("%q", name))
		}
	}
	if len(strange) > 0 {
		return nil, fmt.Errorf("read the extract: unknown file %s: is the name misspelt?", strings.Join(strange, ", "))
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("read the extract: no known file in %q", dir)
	}
	return paths, nil
}

// openSource opens a file and reads its header.
func openSource(t *table, path string) (*source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, readFault(err)
	}
	s := &source{table: t, file: file, size: -1}
	info, err := file.Stat()
	if err != nil {
		return s, readFault(err)
	}
	if info.Mode().IsRegular() {
		s.size = info.Size()
	}
	var text io.Reader = s
	if strings.HasSuffix(path, ".gz") {
		s.packed = bufio.NewReaderSize(s, 64<<10)
		unpacked, err := gzip.NewReader(s.packed)
		if err != nil {
			return s, s.failed(err)
		}
		text = &expansion{text: unpacked, packed: s}
	}
	s.rows = newReader(text)
	if err := s.rows.skipBOM(); err != nil {
		return s, s.failed(err)
	}
	return s, s.readHeader()
}

// failed is the error for a fault of reading: a file that cannot be read as what it is, is refused.
func (s *source) failed(err error) error {
	var broken *brokenError
	var path *os.PathError
	switch {
	case errors.As(err, &broken), errors.Is(err, errExpansion):
		return &RefusedError{File: s.table.file, Reason: err.Error()}
	case errors.As(err, &path):
		return readFault(err)
	}
	// What is left are faults of the compression, and none of their texts quotes the data.
	return &RefusedError{File: s.table.file, Reason: fmt.Sprintf("not a whole gzip file: %v", err)}
}

// readFault is the error for a file that cannot be read. A path is quoted: what it holds may move a terminal's cursor.
func readFault(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("read the extract: %s %q: %w", path.Op, path.Path, path.Err)
	}
	return fmt.Errorf("read the extract: %w", err)
}

// readHeader finds the table's columns in the first record. It names a column of the file only when all
// required columns are there and the record does not look like a row of data.
func (s *source) readHeader() error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{File: s.table.file, Reason: fmt.Sprintf(format, args...)}
	}
	record, _, err := s.rows.read()
	var bad *recordError
	switch {
	case errors.Is(err, io.EOF):
		return refuse("no header")
	case errors.As(err, &bad):
		return refuse("header: %s", bad.reason)
	case err != nil:
		return s.failed(err)
	}
	if length := len(bytes.Join(record, []byte(","))); length > maxHeader {
		return refuse("header: more than %d KB", maxHeader>>10)
	}
	if len(record) > maxColumns {
		return refuse("header: %d columns, more than %d", len(record), maxColumns)
	}
	s.fields = len(record)
	places := make(map[string]int, len(record))
	twice := -1
	for i, field := range record {
		if _, ok := places[string(field)]; ok && twice < 0 {
			twice = i
		}
		places[string(field)] = i
	}
	for i := range s.table.columns {
		c := &s.table.columns[i]
		place, ok := places[c.name]
		switch {
		case c.derived:
			place = -1
		case ok:
			delete(places, c.name)
		case c.required:
			return refuse("header: column %s is missing", c.name)
		default:
			place = -1
		}
		s.place = append(s.place, place)
	}
	if twice >= 0 {
		return refuse("header: %s stands twice", columnName(record, twice))
	}
	for i, field := range record {
		if _, ok := places[string(field)]; ok && !strings.HasPrefix(string(field), "x_") {
			return refuse("header: %s is unknown (columns of your own begin with x_)", columnName(record, i))
		}
	}
	return nil
}

// columnName says which column of a header is meant. Its name is not told if the header may be a row of data: no name
// of a column has several digits in a row, an identification or account number has. Quoted, a name moves no cursor.
func columnName(header [][]byte, i int) string {
	personal := slices.ContainsFunc(header, func(name []byte) bool {
		return bytes.ContainsAny(name, "\r\n") || severalDigits(name)
	})
	if personal {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("column %d, %.40q,", i+1, header[i])
}

// severalDigits reports whether text has two digits in a row.
func severalDigits(text []byte) bool {
	for i := 1; i < len(text); i++ {
		if isDigit(text[i-1]) && isDigit(text[i]) {
			return true
		}
	}
	return false
}
