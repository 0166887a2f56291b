package sample

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/seal"
	"github.com/furnisher/furnisher/metro2"
)

// Sheet says of each value of the drawn accounts what was reported and what was derived. It holds no value that identifies a
// person, and nothing of when or by whom it was made: the same file and seed give the same sheet while the rows stay.
type Sheet struct {
	File        int64     `json:"file"`
	Program     string    `json:"program_id"`
	Destination string    `json:"destination"`
	AsOf        date      `json:"as_of"`
	FileSHA256  string    `json:"file_sha256"`
	Seed        int64     `json:"seed"`
	Asked       int       `json:"asked"`
	Drawn       int       `json:"drawn"`
	Compared    int       `json:"compared"` // values
	Differing   int       `json:"differing"`
	ByHand      int       `json:"by_hand"` // values that a person derives
	Strata      []Stratum `json:"strata"`
	Accounts    []Account `json:"accounts"`
}

// Stratum is a kind of account of a file.
type Stratum struct {
	Name   string `json:"stratum"`
	InFile int    `json:"in_file"`
	Drawn  int    `json:"drawn"`
}

// Account is an account that was drawn. Its number is masked.
type Account struct {
	LoanID  string  `json:"loan_id"`
	Account string  `json:"account"`
	Record  int     `json:"record"` // its number in the file
	Stratum string  `json:"stratum"`
	Fields  []Field `json:"fields"`
}

// Field is a value of a record. What identifies a person is shown as ****.
type Field struct {
	Field    string  `json:"field"` // base.current_balance, j1[1].surname
	Reported string  `json:"reported"`
	Derived  string  `json:"derived"`
	Verdict  Verdict `json:"verdict"`
	Why      string  `json:"why"` // a person derives it
}

// Verdict says whether a value that was reported is the one that was derived.
type Verdict string

// The verdicts.
const (
	Same    Verdict = "same"
	Differs Verdict = "differs"
	ByHand  Verdict = "by hand"
)

func newSheet(p *picker, o Options) *Sheet {
	s := &Sheet{
		File: p.file.File, Program: p.file.ProgramID, Destination: p.file.Destination, AsOf: p.file.AsOf, FileSHA256: p.file.SHA256,
		Seed: o.Seed, Asked: o.Accounts, Strata: []Stratum{}, Accounts: []Account{},
	}
	for i, size := range p.sizes {
		if size > 0 {
			s.Strata = append(s.Strata, Stratum{strata[i].name, size, len(p.picked[i])})
		}
	}
	return s
}

// add derives an account anew and compares it with its record.
func (s *Sheet) add(ctx context.Context, tx *sqlx.Tx, f *sourceFile, p *pick, keys *seal.Keyset) error {
	a := Account{Account: masked(p.record.Base.AccountNumber), Record: p.number, Stratum: strata[p.stratum].name}
	src, err := read(ctx, tx, f, p.record.Base.AccountNumber)
	switch {
	case errors.Is(err, ErrUnknownAccount):
		a.Fields = []Field{{Field: "base.account_number", Reported: a.Account, Derived: "", Verdict: Differs, Why: err.Error()}}
	case err != nil:
		return err
	default:
		d := derive(src, f)
		if strings.Contains(src.Particular, "a case") {
			d.hand[consumersField] = "a case"
		} else if err := d.people(keys); err != nil {
			return err
		}
		a.LoanID = src.LoanID
		if a.Fields, err = compare(&p.record, d); err != nil {
			return err
		}
	}
	for _, field := range a.Fields {
		switch field.Verdict {
		case Differs:
			s.Differing++
			s.Compared++
		case Same:
			s.Compared++
		case ByHand:
			s.ByHand++
		}
	}
	s.Accounts = append(s.Accounts, a)
	s.Drawn++
	return nil
}

// consumersField is the key under which a derivation says why a person derives the consumers.
const consumersField = "consumers"

// firstConsumerField is the first field of the base segment that is about a person.
const firstConsumerField = "surname"

// compare puts the two records side by side, field by field in the order of the layouts.
func compare(reported *metro2.Record, d *derivation) ([]Field, error) {
	was, err := members(reported)
	if err != nil {
		return nil, err
	}
	now, err := members(&d.record)
	if err != nil {
		return nil, err
	}
	var out []Field
	people := d.hand[consumersField]
	for _, l := range metro2.Layouts() {
		switch l.Name {
		case "base":
			person := false
			for _, f := range l.Fields {
				person = person || f.Key == firstConsumerField
				why := d.hand[f.Key]
				if why == "" && person {
					why = people
				}
				out = append(out, field("base."+f.Key, &f, was[f.Key], now[f.Key], why)...)
			}
		case "j1", "j2":
			out = append(out, compareSegments(&l, was[l.Name], now[l.Name], people)...)
		}
	}
	return append(out, otherSegments(reported, d)), nil
}

// members are the values of a record by the keys of the layouts.
func members(r *metro2.Record) (out map[string]any, err error) {
	text := metro2.AppendJSON(nil, &metro2.Item{Kind: metro2.KindData, Record: r})
	err = json.Unmarshal(text, &out)
	return out, err
}

// field compares one value; fields that hold none give nothing.
func field(name string, f *metro2.FieldInfo, was, now any, why string) []Field {
	switch f.Type {
	case "constant", "reserved", "length":
		return nil
	}
	v := Field{Field: name, Reported: shown(f, was), Derived: shown(f, now), Verdict: Same, Why: why}
	switch {
	case why != "":
		v.Verdict, v.Derived = ByHand, ""
	case was != now:
		v.Verdict = Differs
	}
	return []Field{v}
}

// shown is a value as the sheet shows it.
func shown(f *metro2.FieldInfo, value any) string {
	text := fmt.Sprint(value)
	if number, is := value.(float64); is {
		text = fmt.Sprintf("%.0f", number)
	}
	switch {
	case value == nil || text == "":
		return ""
	case f.Key == "account_number":
		return masked(text)
	case f.Mask:
		return "****"
	}
	return text
}

// compareSegments compares the segments of the associated consumers, one by one.
func compareSegments(l *metro2.LayoutInfo, was, now any, people string) (out []Field) {
	reported, _ := was.([]any)
	derived, _ := now.([]any)
	if people != "" && len(reported) > 0 {
		return []Field{{Field: l.Name, Reported: fmt.Sprint(len(reported)), Verdict: ByHand, Why: people}}
	}
	if people == "" && len(reported) != len(derived) {
		return []Field{{Field: l.Name, Reported: fmt.Sprint(len(reported)), Derived: fmt.Sprint(len(derived)), Verdict: Differs}}
	}
	for i := range reported {
		x, _ := reported[i].(map[string]any)
		y, _ := derived[i].(map[string]any)
		for _, f := range l.Fields {
			out = append(out, field(fmt.Sprintf("%s[%d].%s", l.Name, i+1, f.Key), &f, x[f.Key], y[f.Key], "")...)
		}
	}
	return out
}

// otherSegments says of the segments K1 to N1 whether there are any.
func otherSegments(r *metro2.Record, d *derivation) Field {
	v := Field{Field: "k1 to n1", Reported: "none", Derived: "none", Verdict: Same}
	if r.K1 != nil || r.K2 != nil || r.K3 != nil || r.K4 != nil || r.L1 != nil || r.N1 != nil {
		v.Reported = "some"
	}
	switch {
	case d.Segments != "":
		v.Verdict, v.Derived, v.Why = ByHand, "", d.Segments
	case v.Reported != v.Derived:
		v.Verdict = Differs
	}
	return v
}

// masked shows the last four characters of an account number.
func masked(account string) string {
	if len(account) <= 4 {
		return "****"
	}
	return "****" + account[len(account)-4:]
}

// Bytes are the bytes that are signed and filed, and their hash.
func (s *Sheet) Bytes() (text []byte, hash string, err error) {
	if text, err = json.Marshal(s); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:]), nil
}

// File files a sheet, signed by a person, and returns its number.
func File(ctx context.Context, db *sqlx.DB, s *Sheet, who string, at time.Time) (number int64, err error) {
	text, hash, err := s.Bytes()
	if err != nil {
		return 0, err
	}
	err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &number, sampleFiled, s.File, s.FileSHA256, s.Seed, s.Asked, s.Drawn, s.Compared, s.Differing, s.ByHand,
			text, hash, who, at)
	})
	if err != nil {
		return 0, fmt.Errorf("file the sheet: %w", err)
	}
	return number, nil
}

// FiledSheet is a sheet as it was signed.
type FiledSheet struct {
	Sample int64     `json:"sample"`
	Who    string    `json:"signed_by" db:"who"`
	At     time.Time `json:"signed_at" db:"at"`
	SHA256 string    `json:"sha256" db:"sheet_sha256"` // of the bytes of the sheet
	Bytes  []byte    `json:"-" db:"sheet"`
	Sheet  *Sheet    `json:"sheet" db:"-"`
}

// ErrNoSheet: there is no such sheet.
var ErrNoSheet = errors.New("there is no such sheet")

// Filed returns a sheet as it was signed; ErrNoSheet if there is none.
func Filed(ctx context.Context, db *sqlx.DB, number int64) (*FiledSheet, error) {
	f := FiledSheet{Sample: number}
	if err := db.GetContext(ctx, &f, sampleSheet, number); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return nil, fmt.Errorf("sample %d: %w", number, ErrNoSheet)
		}
		return nil, fmt.Errorf("read sample %d: %w", number, err)
	}
	if err := json.Unmarshal(f.Bytes, &f.Sheet); err != nil {
		return nil, fmt.Errorf("sample %d: %w", number, err)
	}
	return &f, nil
}

// Filing is a row of the list of sheets.
type Filing struct {
	Sample    int64     `json:"sample" db:"sample"`
	File      int64     `json:"file" db:"file"`
	Program   string    `json:"program_id" db:"program_id"`
	AsOf      date      `json:"as_of" db:"as_of"`
	Seed      int64     `json:"seed" db:"seed"`
	Asked     int       `json:"asked" db:"asked"`
	Drawn     int       `json:"drawn" db:"drawn"`
	Compared  int       `json:"compared" db:"compared"`
	Differing int       `json:"differing" db:"differing"`
	ByHand    int       `json:"by_hand" db:"by_hand"`
	SHA256    string    `json:"sha256" db:"sheet_sha256"`
	Who       string    `json:"signed_by" db:"who"`
	At        time.Time `json:"signed_at" db:"at"`
}

// Filings lists the sheets before one, newest first; 0 begins with the newest.
func Filings(ctx context.Context, db *sqlx.DB, before int64, limit int) (list []Filing, err error) {
	list = []Filing{}
	err = db.SelectContext(ctx, &list, sampleSheets, sql.NullInt64{Int64: before, Valid: before != 0}, limit)
	return list, err
}
