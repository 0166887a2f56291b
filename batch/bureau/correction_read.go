package bureau

import (
	"context"
	"encoding/json"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// correctionRow is a row of CorrectionRead: a correction that locks a field, and what was known when it was made.
type correctionRow struct {
	loan int64
	rules.Correction
	known string
	then  *book.Facts // of known; nil: it cannot be read, so that no fact is known to be newer
}

func (r *correctionRow) columns() []any {
	return []any{&r.loan, &r.ID, &r.Field, &r.Value, &r.Decided, &r.On, &r.known}
}

// endedRow is a lock that ends with a record.
type endedRow struct {
	Loan       int64  `json:"loan"`
	Correction int64  `json:"correction"`
	Fact       string `json:"fact"`
}

// readCorrections reads the corrections of a chunk's loans that lock a field at some destinations, one of each program. Few loans
// have one, and those that have none cost one look at an index for the whole chunk.
func readCorrections(ctx context.Context, tx *sqlx.Tx, c batch.Chunk, destinations database.IntArray) (map[int64][]correctionRow, error) {
	var byLoan map[int64][]correctionRow
	err := database.Each(ctx, tx, (*correctionRow).columns, func(r *correctionRow) error {
		if byLoan == nil {
			byLoan = map[int64][]correctionRow{}
		}
		row := *r
		row.then = readKnown(r.loan, r.known)
		byLoan[r.loan] = append(byLoan[r.loan], row)
		return nil
	}, correctionRead, c.After, c.Last, destinations)
	return byLoan, err
}

// corrected are the corrections of a loan, each with the account by the facts of then. Its state then is the state of then, but for a file
// of a date before that state began: what the loan was on that date was known then, and is in its history. Consumers and settings are
// those of today, so that only the loan's own facts make a difference.
func (a *around) corrected(rows []correctionRow, f *book.Facts, file *Building) []rules.Correction {
	list := make([]rules.Correction, len(rows))
	for i := range rows {
		list[i] = rows[i].Correction
		if rows[i].then == nil {
			continue
		}
		facts := *rows[i].then
		facts.Consumers = f.Consumers
		then := a.uncorrected(&facts, file)
		if !facts.State.ChangedSince(file.AsOf) {
			then.State = facts.State
		}
		list[i] = list[i].By(&then)
	}
	return list
}

// knownVersion is that of the facts that corrections keep. A change of what they hold is a new one (TestKnownFacts). Those of
// version 1 do not say by when a dispute must be answered, which no field of a record goes by.
const knownVersion = 2

// known is what a correction keeps of a loan's facts, as JSON.
type known struct {
	Version int `json:"version"` // 0 in those from before it was kept, which are of version 1
	*book.Facts
}

// knownFacts are the facts of a loan as a correction keeps them. They hold no consumer: a person's data are erased in one
// place (CD1).
func knownFacts(f *book.Facts) ([]byte, error) {
	facts := *f
	facts.Consumers = nil
	return json.Marshal(known{knownVersion, &facts})
}

// readKnown reads what knownFacts wrote; nil: it cannot be read, as what another version of the program wrote.
func readKnown(loan int64, document string) *book.Facts {
	k := known{Facts: &book.Facts{}}
	if json.Unmarshal([]byte(document), &k) != nil || k.Facts == nil || k.Version < 0 || k.Version > knownVersion {
		return nil
	}
	k.Loan = loan
	return k.Facts
}
