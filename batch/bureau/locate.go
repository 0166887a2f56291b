package bureau

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// markEvery is how many records of a file lie between two of its marks.
const markEvery = 1024

// ErrNoRecord is returned by Locate when the file holds no record of the account.
var ErrNoRecord = errors.New("the file holds no record of the account")

// Located is a record as it stands in a file.
type Located struct {
	Record []byte
	Number int64 // of the record, the header being 1
	Offset int64 // of its first byte
}

// Locate finds the record of an account in the file at path. The accounts of a file ascend and its marks say where every
// 1,024th record begins, so that at most so many records are read. Without marks the file is read up to the account.
func Locate(path string, marks []int64, account string) (Located, error) {
	f, err := os.Open(path)
	if err != nil {
		return Located{}, err
	}
	defer f.Close()
	wanted := []byte(strings.ToUpper(account))
	begin, number, err := start(f, marks, wanted)
	if err != nil {
		return Located{}, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := f.Seek(begin, io.SeekStart); err != nil {
		return Located{}, err
	}
	found, err := scan(f, begin, number, wanted)
	if err != nil {
		return Located{}, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// start returns where the last marked record begins that is not behind the account, and its number.
func start(f *os.File, marks []int64, wanted []byte) (offset, number int64, err error) {
	first := make([]byte, longestLine)
	i := sort.Search(len(marks), func(i int) bool {
		n, readErr := f.ReadAt(first, marks[i])
		line, _, ok := metro2.CutRecord(first[:n], metro2.Character)
		if !ok {
			err = errors.Join(err, errors.New(saysFrame), ignoreEOF(readErr))
			return true
		}
		return bytes.Compare(accountText(line), wanted) > 0
	})
	if err != nil || i == 0 {
		return 0, 1, err // the header
	}
	return marks[i-1], int64(i-1)*markEvery + 2, nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// scan reads records until the account's or one behind it.
func scan(f io.Reader, offset, number int64, wanted []byte) (Located, error) {
	r := reader{in: bufio.NewReaderSize(f, 1<<17), number: number - 1}
	for ; ; number++ {
		if _, err := r.in.Peek(1); errors.Is(err, io.EOF) {
			return Located{}, ErrNoRecord
		}
		line, err := r.line()
		if err != nil {
			return Located{}, err
		}
		if number > 1 {
			switch order := bytes.Compare(accountText(line), wanted); {
			case order == 0:
				return Located{bytes.Clone(line), number, offset}, nil
			case order > 0:
				return Located{}, ErrNoRecord
			}
		}
		offset += int64(len(line) + len(lineEnd))
	}
}

// accountText is the account number of a record without its padding. A trailer sorts behind every account.
func accountText(line []byte) []byte {
	if len(line) >= 11 && bytes.Equal(line[4:11], []byte("TRAILER")) {
		return []byte{0xff}
	}
	return bytes.TrimRight(metro2.AccountOf(line, metro2.Character), " ")
}

// Lines reads records of a file in the order of their numbers, at most so many, from a number on, the header being 1. It begins at the
// mark before the first of them; without marks the file is read from its start. There are none behind the trailer.
func Lines(path string, marks []int64, from int64, most int) (lines []Located, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	offset, number := int64(0), int64(1)
	if i := (from - 2) / markEvery; from > 2 && len(marks) > 0 {
		i = min(i, int64(len(marks)-1))
		offset, number = marks[i], i*markEvery+2
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, err
	}
	r := reader{in: bufio.NewReaderSize(f, 1<<17), number: number - 1}
	for ; len(lines) < most; number++ {
		if _, err := r.in.Peek(1); errors.Is(err, io.EOF) {
			break
		}
		line, err := r.line()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if number >= from {
			lines = append(lines, Located{bytes.Clone(line), number, offset})
		}
		offset += int64(len(line) + len(lineEnd))
	}
	return lines, nil
}
