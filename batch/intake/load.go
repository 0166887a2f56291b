package intake

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/errgroup"
)

const (
	blockSize  = 128 << 10 // of COPY text, handed from the parser to the connection
	blockRows  = 20_000    // that are read for a block: of those that are bad nothing goes into it
	blockCount = 8         // on their way
)

// A parser turns a source into blocks of COPY text.
type parser struct {
	source   *source
	progress func(file string, bytesRead, bytesTotal int64)
	options  Options
	row      row
	repeats  *repeats
	key      []byte // of the present row
	named    []byte // the references of the row before
	marks    []mark // of the present block
	rows     int64
	again    int64 // rows whose key may have come before
	bad      int64
	rejects  []Reject // the first maxRejects of the bad rows
}

func newParser(s *source, o Options) *parser {
	return &parser{
		source: s, progress: o.Progress, options: o, repeats: newRepeats(s.textSize()),
		row: row{table: s.table, values: make([][]byte, len(s.table.columns))},
	}
}

// run parses to the end of the file. Blocks come from free and go to full.
func (p *parser) run(ctx context.Context, free <-chan []byte, full chan<- []byte) error {
	defer close(full)
	for last := false; !last; {
		var block []byte
		select {
		case block = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		var err error
		block, err = p.fill(block[:0])
		if last = errors.Is(err, io.EOF); err != nil && !last {
			return err
		}
		if p.progress != nil {
			p.progress(p.source.table.file, p.source.read, p.source.size)
		}
		select {
		case full <- block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fill appends rows until the block is full or many were bad; io.EOF with the last of them.
func (p *parser) fill(block []byte) ([]byte, error) {
	hopeless := false
	for n := 0; n < blockRows && len(block) < blockSize; n++ {
		line, reject, err := p.next()
		switch {
		case err != nil && hopeless && errors.Is(err, io.EOF):
			return block, p.refuse()
		case err != nil:
			p.markRepeats(block)
			return block, err
		case reject != nil:
			p.reject(line, reject)
			// A file without hope is read on a little: one bad row tells less of what is wrong with it than twenty.
			if hopeless = p.hopeless(); hopeless && p.bad >= maxRefusedRejects {
				return block, p.refuse()
			}
			continue
		}
		p.rows++
		if len(block) > 0 {
			block = append(block, '\n')
		}
		block = p.append(block, line)
	}
	p.markRepeats(block)
	if hopeless {
		return block, p.refuse()
	}
	return block, nil
}

// append appends the present row to the block. Whether its key came before is asked for the whole block.
func (p *parser) append(block []byte, line int64) []byte {
	var at int
	block, at = appendCopyRow(block, line, p.fresh(), &p.row)
	p.marks = append(p.marks, mark{at, p.repeats.hash(p.rowKey())})
	return block
}

// A mark is a row of a block: the place of its columns again and fresh, and the hash of its key.
type mark struct {
	at   int
	hash uint64
}

// markRepeats marks the rows of the block whose keys may have come before. Such a row may be taken out as a repeat: it
// stands for no other with the same references.
func (p *parser) markRepeats(block []byte) {
	p.repeats.look(p.marks)
	taken := false
	for _, m := range p.marks {
		again := p.repeats.again(m.hash)
		if again {
			block[m.at] = 't'
			p.again++
		}
		if again || taken {
			block[m.at+2] = 't'
		}
		taken = again
	}
	if taken {
		p.named = p.named[:0]
	}
	p.marks = p.marks[:0]
}

// next reads the next row into p.row, or says what is wrong with it; io.EOF after the last.
func (p *parser) next() (line int64, reject *Reject, err error) {
	record, line, err := p.source.rows.read()
	if err == nil && len(record) == p.source.fields {
		if reject := p.row.parse(p.source, record); reject != nil {
			return line, reject, nil
		}
		return line, nil, p.row.seal(p.options.Vault)
	}
	var bad *recordError
	switch {
	case errors.Is(err, io.EOF):
		return 0, nil, err
	case errors.As(err, &bad):
		return bad.line, &Reject{ValueClass: classRecord, Reason: bad.reason}, nil
	case err != nil:
		return 0, nil, p.source.failed(err)
	}
	reason := fieldCount(len(record), p.source.fields)
	if p.source.rows.line > line {
		return 0, nil, p.source.failed(&brokenError{line, reason})
	}
	return line, &Reject{ValueClass: classRecord, Reason: reason}, nil
}

// rowKey is the present row's key in one piece.
func (p *parser) rowKey() []byte {
	p.key = p.key[:0]
	for _, i := range p.source.table.keyPlaces {
		p.key = append(append(p.key, p.row.values[i]...), 0)
	}
	return p.key
}

// fresh reports whether the present row has to be looked at for references that are missing. Rows often name what the
// row before them names, and are then found with it.
func (p *parser) fresh() bool {
	t := p.source.table
	same, rest := true, p.named
	for _, i := range t.refPlaces {
		name := p.row.values[i]
		same = same && len(rest) > len(name) && rest[len(name)] == 0 && bytes.HasPrefix(rest, name)
		if !same {
			break
		}
		rest = rest[len(name)+1:]
	}
	if same {
		return false
	}
	p.named = p.named[:0]
	for _, i := range t.refPlaces {
		p.named = append(append(p.named, p.row.values[i]...), 0)
	}
	return true
}

func fieldCount(got, want int) string {
	return fmt.Sprintf("%d fields where the header has %d", got, want)
}

// reject counts a bad row and keeps it, if it is one of the first.
func (p *parser) reject(line int64, r *Reject) {
	p.rows++
	p.bad++
	if len(p.rejects) < maxRejects {
		r.File, r.Line = p.source.table.file, line
		p.rejects = append(p.rejects, *r)
	}
}

// stagedFiles stages file after file on a connection of its own, one ahead of the one that is yielded: the server takes in
// one while it merges the other. Nothing comes after an error.
func stagedFiles(ctx context.Context, db *sqlx.DB, sources []*source, o Options) iter.Seq2[*parser, error] {
	type staged struct {
		*parser
		err error
	}
	return func(yield func(*parser, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		ahead := make(chan staged)
		go func() {
			defer close(ahead)
			for _, s := range sources {
				p := newParser(s, o)
				err := stage(ctx, db, p)
				if ahead <- (staged{p, err}); err != nil {
					return
				}
			}
		}()
		for f := range ahead {
			if !yield(f.parser, f.err) {
				break
			}
		}
		cancel()
		for range ahead { // until it is closed: nothing is under way when the loop ends
		}
	}
}

// stage creates the table's staging table and copies the good rows of its file into it. The table is unlogged, not
// temporary: another connection merges it. It is committed before the COPY: PostgreSQL (seen with 15) does not start
// after a crash that meets an unlogged table whose creation was being undone.
func stage(ctx context.Context, db *sqlx.DB, p *parser) (err error) {
	t := p.source.table
	columns := make([]string, 0, len(t.columns))
	names := []string{"line", "again", "fresh"}
	for i := range t.columns {
		c := &t.columns[i]
		columns = append(columns, c.stagedName()+" "+c.stagedType())
		names = append(names, c.stagedName())
	}
	conn, err := db.Connx(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	_, err = conn.ExecContext(ctx, "CREATE UNLOGGED TABLE "+t.staging()+" (line bigint, again boolean, fresh boolean, "+
		strings.Join(columns, ", ")+") WITH (autovacuum_enabled = false)")
	if err != nil {
		return err
	}
	tx, err := conn.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "SET LOCAL default_statistics_target = 10") // rough ones do
	if err == nil {
		err = p.copy(ctx, conn, "COPY "+t.staging()+" ("+strings.Join(names, ", ")+") FROM STDIN")
		p.repeats = nil // hundreds of megabytes for a large file, and the next one needs its own
	}
	if err == nil && t.indexed != "" {
		_, err = tx.ExecContext(ctx, "CREATE INDEX ON "+t.staging()+" "+t.indexed)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "ANALYZE "+t.staging())
	}
	if err != nil {
		return errors.Join(err, rollback(tx))
	}
	return tx.Commit()
}

// dropStaged drops all staging tables.
func dropStaged(ctx context.Context, db sqlx.ExecerContext) error {
	names := make([]string, len(tables))
	for i := range tables {
		names[i] = tables[i].staging()
	}
	_, err := db.ExecContext(ctx, "DROP TABLE IF EXISTS "+strings.Join(names, ", "))
	return err
}

// copy parses the file and copies its good rows, at the same time.
func (p *parser) copy(ctx context.Context, conn *sqlx.Conn, query string) error {
	group, groupCtx := errgroup.WithContext(ctx)
	free, full := make(chan []byte, blockCount), make(chan []byte, blockCount)
	for range blockCount {
		free <- make([]byte, 0, blockSize+blockSize/4)
	}
	group.Go(func() error { return p.run(groupCtx, free, full) })
	group.Go(func() error {
		// Not groupCtx: when the parser refuses the file the COPY ends in order and the connection lives on.
		// The error goes around Raw: told of a lost connection it would wait for the open transaction to end.
		var copyErr error
		err := conn.Raw(func(driverConn any) error {
			copyErr = copyIn(ctx, driverConn.(driver.Conn), query, free, full)
			return nil
		})
		return errors.Join(copyErr, err)
	})
	return group.Wait()
}

// copyIn sends blocks on a connection that database/sql has lent out: its own COPY would go row by row.
func copyIn(ctx context.Context, conn driver.Conn, query string, free chan<- []byte, full <-chan []byte) error {
	statement, err := conn.Prepare(query)
	if err != nil {
		return err
	}
	copier, ok := statement.(interface {
		CopyData(ctx context.Context, text string) (driver.Result, error)
		Exec(values []driver.Value) (driver.Result, error)
	})
	if !ok {
		return errors.Join(errors.New("the database driver has no CopyData"), statement.Close())
	}
	for block := range full {
		if len(block) > 0 {
			if _, err := copier.CopyData(ctx, string(block)); err != nil {
				return errors.Join(err, statement.Close())
			}
		}
		free <- block
	}
	// An empty Exec ends the COPY and tells how it went; Close alone would keep the error to itself.
	_, err = copier.Exec(nil)
	return errors.Join(err, statement.Close())
}
