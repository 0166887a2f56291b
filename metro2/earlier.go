package metro2

import (
	"errors"
	"fmt"
	"io"
)

// Earlier reads files of earlier months beside the one that a [Validator]
// checks, all in the order of their account numbers. It holds one record of each
// file, so memory does not grow with them, and compares like a validator with a
// history does, but for what only a third file shows.
type Earlier struct {
	// Skip, if given, says that the record of an account in a file did not count.
	// It is asked once for each record that would be compared, for each file in
	// the order of its accounts. Files are numbered from 0 in the order given.
	Skip func(file int, account string) (bool, error)

	files    []earlierFile
	hashes   *accountHistory
	was, now past
	err      error
}

// earlierFile is one of the files, a record ahead.
type earlierFile struct {
	reader  *Reader
	month   Date // by its header
	item    *Item
	account string // of the record ahead
	there   bool   // a record is ahead
	begun   bool
}

// NewEarlier returns what reads files beside a later one, the newest first. A
// record is compared with the newest one of its account.
func NewEarlier(files ...io.Reader) *Earlier {
	e := &Earlier{hashes: newHistory()}
	for _, in := range files {
		e.files = append(e.files, earlierFile{reader: NewReader(in)})
	}
	return e
}

// Err returns the first error of the readers and of Skip; nothing is compared after it.
func (e *Earlier) Err() error { return e.err }

var errEarlierOrder = errors.New("metro2: the earlier file is not in the order of its account numbers")

// next moves to the next data record. What was ahead is gone.
func (f *earlierFile) next() error {
	last := f.account
	for f.there = false; !f.there; {
		item, err := f.reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch item.Kind {
		case KindHeader:
			f.month = item.Header.ActivityDate
		case KindData:
			f.item, f.account, f.there = item, item.Record.Base.AccountNumber, true
		}
	}
	if f.begun && f.account < last {
		return errEarlierOrder
	}
	return nil
}

// find moves to the record of an account, and says whether there is one.
func (f *earlierFile) find(account string) (found bool, err error) {
	for !f.begun || f.there && f.account < account {
		if err := f.next(); err != nil {
			return false, err
		}
		f.begun = true
	}
	return f.there && f.account == account, nil
}

// newest finds the newest record of an account that counts; nil if there is none.
func (e *Earlier) newest(account string) (*earlierFile, error) {
	var newest *earlierFile
	for i := range e.files {
		f := &e.files[i]
		found, err := f.find(account)
		if err != nil {
			return nil, fmt.Errorf("metro2: read an earlier file: %w", err)
		}
		if found && e.Skip != nil {
			skipped, err := e.Skip(i, account)
			if err != nil {
				return nil, err
			}
			found = !skipped
		}
		if found && newest == nil {
			newest = f
		}
	}
	return newest, nil
}

// check compares a record with the newest one of its account.
func (e *Earlier) check(rec *Record, month Date, env CheckEnv, examiner bool, findings []Finding) []Finding {
	if e.err != nil {
		return findings
	}
	file, err := e.newest(rec.Base.AccountNumber)
	if err != nil || file == nil {
		e.err = err
		return findings
	}
	was, now := &e.was, &e.now
	e.hashes.fill(was, newFacts(file.item.Record, env))
	was.month = file.month
	was.succeed(nil)
	e.hashes.fill(now, newFacts(rec, env))
	now.file, now.month = 1, month
	if was.retold(now) {
		return findings
	}
	if was.identification == now.identification {
		now.succeed(was)
		findings = compare(historyRules, was, now, findings)
	}
	if examiner {
		findings = compare(examinerHistory, was, now, findings)
	}
	return findings
}
