package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/audit"
	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/evidence"
	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/merkle"
	"github.com/furnisher/furnisher/rules"
)

// proofPack is what a person asks of an evidence pack.
type proofPack struct {
	loan, out, at, why string
	months             int
	unmask             bool
	by, from           string // who asks for it, and the address if it is asked for by the console
	vault              book.Vault
}

func (a *app) evidenceCommand() *cobra.Command {
	p := proofPack{months: 24}
	c := &cobra.Command{
		Use: "evidence LOAN|ACCOUNT", Short: "put all that is known of what was reported of an account into one signed ZIP", Args: cobra.ExactArgs(1),
		Long: `Writes a ZIP with what each file of the last months told of an account, each value with its facts and rules, who released
and sent the files, their SHA-256, what left the account out, disputes and other cases, corrections, answers of bureaus, operations,
and a proof from the audit log for each of these rows: evidence.pdf for people, evidence.json for machines. A manifest with the
SHA-256 of each member is signed by the key of the audit log; furnisher evidence verify checks all of it without the database.

Account numbers and what identifies a person are masked. With --unmask they are shown, and the records are there byte by byte, with
what was hashed of each row: that needs a supervisor and --why, and is noted among the acts. The same book and --at give the same
bytes. The file is yours alone (mode 0600), and none is replaced.

Each record is of a file whose size and SHA-256 are those of the file that was made. If it is not on the disk, its bytes are made again from
what the database keeps and proved the same way, and the pack says so; if they cannot be (files purge, a removed customer), it says why.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			p.loan = args[0]
			at := a.now().UTC().Truncate(time.Second)
			if p.at != "" {
				var err error
				if at, err = time.Parse(time.RFC3339, p.at); err != nil {
					return &ending{err: fmt.Errorf("--at %q is not a time such as 2026-09-30T12:00:00Z", p.at), code: exitUsage, hint: hintHelp("furnisher evidence")}
				}
			}
			if p.unmask && p.why == "" {
				return missingFlag("--why", "furnisher evidence "+shellWord(p.loan)+" --unmask --why TEXT")
			}
			return a.withDatabase(ctx, func(db *database.Database) error {
				var err error
				if p.vault, err = a.vault(ctx, db); err != nil {
					return err
				}
				return a.makeEvidence(ctx, db.DB, p, at.UTC())
			})
		}),
	}
	numberFlag(c.Flags(), &p.months, "months", 1, 120, "how many months of files")
	c.Flags().StringVar(&p.out, "out", "", "name of the new file; default evidence-LOAN.zip")
	c.Flags().StringVar(&p.at, "at", "", "time that the pack bears, YYYY-MM-DDTHH:MM:SSZ; default now")
	c.Flags().BoolVar(&p.unmask, "unmask", false, flagUnmask)
	c.Flags().StringVar(&p.why, "why", "", "why it is shown, for the ledger")
	c.AddCommand(a.evidenceVerifyCommand())
	return c
}

// evidenceDocument is evidence.json.
type evidenceDocument struct {
	*inquiry.Evidence
	Explanations []*answer `json:"explanations"` // of each file, each value
}

// makeEvidence writes a pack.
func (a *app) makeEvidence(ctx context.Context, db *sqlx.DB, p proofPack, at time.Time) error {
	p.by = a.who()
	made, err := a.packEvidence(ctx, db, p, at)
	switch {
	case errors.Is(err, inquiry.ErrNotFound):
		return &ending{err: err, code: exitFailed, hint: "furnisher loans"}
	case errors.Is(err, inquiry.ErrSeveral):
		return &ending{err: err, code: exitFailed, hint: "furnisher evidence LOAN, with the loan's id"}
	case err != nil:
		return err
	}
	path := cmp.Or(p.out, made.name)
	if err := writeNew(path, made.zip); err != nil {
		return err
	}
	return a.say("wrote %s: %s of %d months, of which %d went out, %d members, %d bytes; furnisher evidence verify %s checks it\n",
		path, counted(made.files, "file"), p.months, made.sent, made.members, len(made.zip), shellWord(path))
}

// packed is an evidence pack.
type packed struct {
	name                 string // of its file
	zip                  []byte
	files, sent, members int
}

// packEvidence makes a pack. What it tells was read before its head was signed, so that each row is proved.
func (a *app) packEvidence(ctx context.Context, db *sqlx.DB, p proofPack, at time.Time) (*packed, error) {
	on := rules.DateOf(at)
	found, err := inquiry.LoanEvidence(ctx, db, p.loan, on.AddMonths(-p.months), on)
	if err != nil {
		return nil, err
	}
	if p.unmask {
		if err := a.permitUnmask(ctx, db, found.Loan.LoanID, p); err != nil {
			return nil, err
		}
	}
	find := func(file int64, account string) (bureau.Recalled, error) {
		return bureau.Files{Vault: p.vault}.Recall(ctx, db, file, account)
	}
	document := evidenceDocument{Evidence: found, Explanations: []*answer{}}
	for i := range found.Files {
		explained, err := explainLoanAs(ctx, db, found.Loan.LoanID, inquiry.Which{File: found.Files[i].File.File}, p.unmask, find)
		if err != nil {
			return nil, err
		}
		if p.unmask {
			explained.Account = found.Loan.AccountNumber
		}
		document.Explanations = append(document.Explanations, explained)
	}
	pack := evidence.Pack{About: evidence.About{
		LoanID: found.Loan.LoanID, Account: inquiry.MaskAccount(found.Loan.AccountNumber), MadeAt: at, Months: p.months, Unmasked: p.unmask,
	}}
	key, err := a.prove(ctx, db, found, p.unmask, &pack)
	if err != nil {
		return nil, err
	}
	if !p.unmask {
		found.Mask()
	}
	if err := document.add(&pack, p.unmask); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := evidence.Write(&text, pack, key); err != nil {
		return nil, err
	}
	made := &packed{name: "evidence-" + safeName(found.Loan.LoanID) + ".zip", zip: text.Bytes(), files: len(found.Files), members: len(pack.Members)}
	for i := range found.Files {
		if wasSent(found.Files[i].State) {
			made.sent++
		}
	}
	return made, nil
}

// permitUnmask notes that somebody sees what is masked for others, before it is read.
func (a *app) permitUnmask(ctx context.Context, db *sqlx.DB, loan string, p proofPack) error {
	authority, err := a.authority()
	if err != nil {
		return err
	}
	permit := authority.Permit
	if p.from != "" { // it is asked for in the console, by a privacy officer: who may see what is masked is no supervisor
		authority.Host = p.from
		permit = authority.Note
	}
	act := batch.Act{Kind: batch.ActUnmask, About: "loan " + loan, Who: p.by, Why: p.why}
	return database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error { return permit(ctx, tx, act, a.now()) })
}

// prove adds the proofs of all rows that the evidence tells of, and the head that they lead to.
func (a *app) prove(ctx context.Context, db *sqlx.DB, e *inquiry.Evidence, contents bool, pack *evidence.Pack) (*merkle.Key, error) {
	head, err := a.signHead(ctx, db)
	if err != nil {
		return nil, err
	}
	key, _, err := a.auditKey(ctx, db)
	if err != nil {
		return nil, err
	}
	var rows []audit.Row
	for i := range e.Tradelines {
		rows = append(rows, audit.Row{Table: "tradeline", A: e.Tradelines[i].File, B: e.Loan.Key})
	}
	for i := range e.Files {
		file := e.Files[i].File.File
		rows = append(rows, audit.Row{Table: "bureau_file", A: file})
		for seq := range e.Files[i].Events {
			rows = append(rows, audit.Row{Table: "bureau_file_event", A: file, B: int64(seq) + 1})
		}
	}
	for i := range e.Deletions {
		rows = append(rows, audit.Row{Table: "deletion", A: e.Deletions[i].File, B: e.Loan.Key})
	}
	for i := range e.Operations {
		rows = append(rows, audit.Row{Table: "operation", A: e.Operations[i].Operation})
	}
	for i := range e.Excluded {
		rows = append(rows, audit.Row{Table: "excluded", A: e.Excluded[i].File, B: e.Loan.Key})
	}
	for i := range e.Answers {
		rows = append(rows, audit.Row{Table: "answer", A: e.Answers[i].Answer})
	}
	for i := range e.Corrections {
		rows = append(rows, audit.Row{Table: "correction", A: e.Corrections[i].Correction})
	}
	proved, err := audit.Prove(ctx, db, rows, head.Head)
	if err != nil {
		return nil, err
	}
	pack.Members = append(pack.Members, evidence.Head(head.Signed))
	for i := range proved {
		row, content := proved[i].Row, proved[i].Content
		if !contents && row.Table != "bureau_file" { // which tells of no person
			content = nil
		}
		name := safeName(strings.ReplaceAll(row.Table, "_", "-") + "-" + strings.ReplaceAll(row.String()[len(row.Table)+1:], "/", "-"))
		pack.Members = append(pack.Members, evidence.Proofs(name, &proved[i].Proof, content)...)
	}
	return key, nil
}

// add adds the documents to a pack, and with unmask the records as they were sent.
func (d *evidenceDocument) add(pack *evidence.Pack, unmask bool) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	var pdf bytes.Buffer
	if err := evidencePDF(&pdf, d, pack.About); err != nil {
		return err
	}
	pack.Members = append(pack.Members, evidence.Member{Name: "evidence.json", Text: append(text, '\n')}, evidence.Member{Name: "evidence.pdf", Text: pdf.Bytes()})
	for _, x := range d.Explanations {
		if unmask && len(x.raw) > 0 {
			pack.Members = append(pack.Members, evidence.Member{Name: fmt.Sprintf("records/file-%d.txt", x.File.File), Text: append(bytes.Clone(x.raw), '\n')})
		}
	}
	return nil
}

// wasSent reports whether a file in a state went out, be it that the bureaus rejected it whole or that a former servicer sent it.
func wasSent(state string) bool {
	switch bureau.State(state) {
	case bureau.Transmitted, bureau.Accepted, bureau.Rejected, bureau.BoardedState:
		return true
	}
	return false
}

// safeName is a text as a part of a file's name: small letters, digits and hyphens.
func safeName(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(text))
}

func (a *app) evidenceVerifyCommand() *cobra.Command {
	var public string
	var asJSON bool
	c := &cobra.Command{
		Use: "verify ZIP", Short: "check an evidence pack without the database", Args: cobra.ExactArgs(1),
		Long: `Checks the signature of an evidence pack, each member by its SHA-256, the signed head of the audit log, and each proof against it.
It reads the pack alone and unpacks nothing. A pack that differs in anything, or that holds what no pack does, ends with exit status 6.`,
		RunE: a.does(func(_ context.Context, args []string) (err error) {
			key, err := a.auditVerifier(public)
			if err != nil {
				return err
			}
			file, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			info, err := file.Stat()
			if err != nil {
				return err
			}
			report, err := evidence.Verify(file, info.Size(), key)
			if err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(args[0]), err)
			}
			if asJSON {
				return printJSON(a.stdout, report)
			}
			return a.say("%s is as it was made at %s, of loan %s: %d members; %d proofs hold against the head of %d entries that was signed at %s\n",
				filepath.Base(args[0]), report.About.MadeAt.Format(timeLayout), report.About.LoanID, report.Members, report.Proofs, report.Head.Entries, report.Head.At.Format(timeLayout))
		}),
	}
	c.Flags().StringVar(&public, "key", "", "public key of the pack; default that of the key's file")
	jsonFlag(c, &asJSON)
	return c
}
