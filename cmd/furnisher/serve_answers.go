package main

import (
	"context"
	"errors"
	"io"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/serve"
	"github.com/furnisher/furnisher/metro2"
)

// What the HTTP API answers as commands do: furnisher explain, files balance, metro2 validate and metro2 explain.

// recordAway is what the API says where the file of a record is not there: the command's words have its path.
const recordAway = "the file is not where it was made, or is not the one that was made"

// apiExplain is the answer of furnisher explain.
func apiExplain(db *sqlx.DB) func(context.Context, string, inquiry.Which) (any, error) {
	return func(ctx context.Context, loan string, w inquiry.Which) (any, error) {
		found, err := explainLoan(ctx, db, loan, w)
		if errors.Is(err, errNoSuchFile) {
			return nil, inquiry.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		if found.Missing != "" && !found.gone {
			found.Missing = recordAway
		}
		return found, nil
	}
}

// apiBalance is the answer of furnisher files balance.
func apiBalance(db *sqlx.DB) func(context.Context, int64) (any, error) {
	return func(ctx context.Context, file int64) (any, error) {
		b, err := bureau.BalanceOf(ctx, db, file, false)
		if errors.Is(err, bureau.ErrNoFile) || errors.Is(err, bureau.ErrState) {
			return nil, inquiry.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		return balanceDocument(b), nil
	}
}

// apiFinding is a finding on a record of an uploaded file.
type apiFinding struct {
	Record   int    `json:"record"`
	Account  string `json:"account"` // masked; "" for a record without one
	Segment  string `json:"segment"`
	Field    string `json:"field"`
	Position int    `json:"position"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

func apiFindingOf(f finding) apiFinding {
	return apiFinding{f.Record, f.Account, f.Segment, f.Field, f.Position, f.Rule, f.Severity, f.Message}
}

// apiValidation is what was found in an uploaded file.
type apiValidation struct {
	Records           int          `json:"records"`
	Errors            int          `json:"errors"`
	Warnings          int          `json:"warnings"`
	Findings          []apiFinding `json:"findings"` // the first ones
	FindingsNotListed int          `json:"findings_not_listed"`
}

// maxFindings bounds apiValidation.Findings: a broken file has as many as it has bytes.
const maxFindings = 1000

// apiValidate checks an uploaded file, as it comes.
func apiValidate(r io.Reader) (any, error) {
	v := apiValidation{Findings: []apiFinding{}}
	summary, err := validateOne(r, newValidator(), func(account string, f *metro2.Finding) {
		if f.Severity == metro2.Error {
			v.Errors++
		} else {
			v.Warnings++
		}
		if len(v.Findings) < maxFindings {
			v.Findings = append(v.Findings, apiFindingOf(findingOf("", account, f)))
		} else {
			v.FindingsNotListed++
		}
	})
	v.Records = summary.Records
	return v, err
}

// apiRecord is a record of an uploaded file.
type apiRecord struct {
	Record   int                 `json:"record"`
	Kind     string              `json:"kind"`
	Bytes    int                 `json:"bytes"`
	Account  string              `json:"account"` // masked unless asked; "" for a record without one
	Fields   []metro2.FieldValue `json:"fields"`
	Findings []apiFinding        `json:"findings"`
}

// apiExplainRecord explains a record of an uploaded file.
func apiExplainRecord(r io.Reader, record int, unmask bool) (any, error) {
	e := explainer{record: record, unmask: unmask}
	found, err := e.explain(r)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, serve.ErrNoRecord
	}
	x := found[0]
	out := apiRecord{x.Record, x.Kind, x.Bytes, x.Account, x.Fields, []apiFinding{}}
	for _, f := range x.Findings {
		out.Findings = append(out.Findings, apiFindingOf(f))
	}
	return out, nil
}
