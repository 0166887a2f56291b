package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
	"github.com/furnisher/furnisher/batch/servicing"
)

// FileActions are what the pages of files ask of the rooms that read files. A nil function is not served, and its page says so.
type FileActions struct {
	// Lines reads records of a file in their order, at most so many from a number on; the header is 1. What stands before is not read.
	Lines func(ctx context.Context, file, from int64, most int) ([]RecordLine, error)
	// Find returns the number of the record of an account.
	Find func(ctx context.Context, file int64, account string) (int64, error)
	// Record reads one record, with what identifies a person only if asked.
	Record func(ctx context.Context, file, record int64, unmask bool) (*FileRecord, error)
	// Disk compares the file as it is on the disk now with the one that was made.
	Disk func(ctx context.Context, file int64) (DiskCheck, error)
	// Proof proves that the file's row is in the log of the record, as the newest signed head knows it.
	Proof func(ctx context.Context, file int64) (FileProof, error)
	// Compare compares two files account by account.
	Compare func(ctx context.Context, a, b int64, unexpected bool) (*Comparison, error)
	// Check checks a file that is not the lender's own as it comes, and explains one record of it, if one is wanted; it keeps nothing.
	Check func(r io.Reader, record int) (*CheckedFile, error)
}

// Errors of FileActions. What they wrap is a sentence for people, without a path.
var (
	ErrFileGone  = errors.New("the bytes of the file are not at hand")
	ErrNoRecord  = errors.New("the file has no such record")
	ErrNotMetro2 = errors.New("it contains no Metro 2 record")
	ErrNoProof   = errors.New("there is no proof of it yet")
)

// RecordLine is a record in a list.
type RecordLine struct {
	Number  int64
	Kind    string // "header", "data", "trailer"
	Account string // masked
	Status  string // with its meaning
	Balance string
	PastDue string
	Opened  string
	Faults  int // values that could not be read
}

// FileRecord is a record, decoded field by field.
type FileRecord struct {
	Number   int64
	Kind     string
	Bytes    int
	Account  string // masked unless asked
	LoanID   string // empty: no loan of the book has the account
	Segments []RecordSegment
	Findings []RecordFinding // by the rules of the format
	Looked   []inquiry.Finding
	Masked   bool // something is
}

// RecordSegment is a segment of a record.
type RecordSegment struct {
	Title  string
	Fields []RecordField
}

// RecordField is a field as people read it.
type RecordField struct {
	Num, Name, Key string
	Position       int // in the segment, from 1
	Value, Meaning string
	Hidden         bool
	Rules          []string // that decided it, by their ids
}

// RecordFinding is what a rule of the format finds in a record.
type RecordFinding struct {
	Record   int64
	Account  string // masked
	Where    string // segment and field
	Position int
	Rule     string
	Severity string
	Message  string
	Count    int // how many findings of this check there are, of a file
}

// DiskCheck is the file on the disk beside the one that was made.
type DiskCheck struct {
	Same  bool
	Words string
	At    time.Time
}

// FileProof is a proof from the log of the record.
type FileProof struct {
	Text    string // that furnisher audit check reads
	Entries int64  // of the head
}

// Comparison is what differs between two files.
type Comparison struct {
	Equal, Changed, Added, Removed int
	Expected                       int // differences that the month brings, left out
	Differences                    []Difference
	More                           int // beyond those that are listed
	Fields                         []FieldCount
}

// FieldCount is how many records differ in a field.
type FieldCount struct {
	Field, Name string
	Count       int
}

// Difference is a record that differs.
type Difference struct {
	Change, Kind, Account string
	RecordA, RecordB      int64
	Why                   []string // it is not what the month brings
	Fields                []FieldDifference
}

// FieldDifference is a field that differs.
type FieldDifference struct{ Field, Name, From, To string }

// CheckedFile is what was found in a file that somebody brought.
type CheckedFile struct {
	Records, Unknown, Accounts int
	Errors, Warnings           int
	Findings                   []RecordFinding // an example of each check, the most frequent first
	Groups                     []StatsGroup
	Record                     *FileRecord // that was wanted; nil: none was, or there is none
}

// StatsGroup is a counting of a file.
type StatsGroup struct {
	Name  string
	Lines []StatsLine
}

// StatsLine is a line of it.
type StatsLine struct {
	Value, Meaning   string
	Count            int
	Balance, PastDue int64
}

// DefaultMaxUpload bounds a file that somebody brings.
const DefaultMaxUpload = 1 << 30

// uploadTimeout is how long an upload may take.
const uploadTimeout = 10 * time.Minute

// uploadsAtOnce are the files that are checked at once: each takes a core, and memory for each account that it names.
const uploadsAtOnce = 2

// filesRoutes are the routes of the files.
func (c *Console) filesRoutes() []route {
	return []route{
		{"GET /files", servicing.Viewer, c.filesPage},
		{"GET /files/compare", servicing.Viewer, c.comparePage},
		{"GET /files/{file}", servicing.Viewer, c.filePage},
		{"GET /files/{file}/records", servicing.Viewer, c.recordsPage},
		{"GET /files/{file}/records/{record}", servicing.Viewer, c.recordPage},
		{"POST /files/{file}/records/{record}/reveal", servicing.PrivacyOfficer, c.revealRecord},
		{"GET /validate", servicing.Viewer, c.validatePage},
		{"POST /validate", servicing.Viewer, c.validate},
	}
}

// filesPage lists the files, the newest first.
func (c *Console) filesPage(w http.ResponseWriter, r *http.Request) error {
	list, err := inquiry.Files(r.Context(), c.DB, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage})
	if err != nil {
		return err
	}
	return c.show(w, r, page{Name: "files", Title: "Files", Room: "files", Data: list})
}

// number reads a number of an address; ErrNotFound if it is none.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != r.PathValue(name) {
		return 0, inquiry.ErrNotFound
	}
	return n, nil
}

// filePage shows the life of a file, and proves it if asked.
func (c *Console) filePage(w http.ResponseWriter, r *http.Request) error {
	n, err := number(r, "file")
	if err != nil {
		return err
	}
	ctx := r.Context()
	data := struct {
		*inquiry.FileLife
		Before   int64 // of its destination; 0: none
		Excluded inquiry.List[inquiry.Exclusion]
		Actions  FileActions
		Disk     *DiskCheck
		Proof    *FileProof
		NoProof  string
		Check    string
	}{Actions: c.Files, Check: r.URL.Query().Get("check")}
	if data.FileLife, err = inquiry.ShowFile(ctx, c.DB, n); err != nil {
		return err
	}
	if of, err := inquiry.FileOfMonth(ctx, c.DB, n); err == nil && of.FileBefore != nil {
		data.Before = *of.FileBefore
	} else if err != nil && !errors.Is(err, inquiry.ErrNotFound) {
		return err
	}
	if data.Excluded, err = inquiry.Exclusions(ctx, c.DB, n, inquiry.Page{After: r.URL.Query().Get("after"), Limit: rowsAPage}); err != nil {
		return err
	}
	switch {
	case data.Check == "disk" && c.Files.Disk != nil:
		checked, err := c.Files.Disk(ctx, n)
		if err != nil {
			return err
		}
		data.Disk = &checked
	case data.Check == "log" && c.Files.Proof != nil:
		proof, err := c.Files.Proof(ctx, n)
		if errors.Is(err, ErrNoProof) {
			data.NoProof = strings.TrimPrefix(err.Error(), ErrNoProof.Error()+": ")
		} else if err != nil {
			return err
		} else {
			data.Proof = &proof
		}
	}
	return c.show(w, r, page{Name: "file", Title: "File " + r.PathValue("file"), Room: "files", Data: data})
}

// recordsPage lists records of a file from a number on, or leads to the record of an account.
func (c *Console) recordsPage(w http.ResponseWriter, r *http.Request) error {
	n, err := number(r, "file")
	if err != nil {
		return err
	}
	ctx, asked := r.Context(), r.URL.Query()
	data := struct {
		*inquiry.FileLife
		Lines            []RecordLine
		Asked, Missing   string
		From, Next, Prev int64
		Gone             string
		Served           bool
	}{From: 1, Served: c.Files.Lines != nil}
	if data.FileLife, err = inquiry.ShowFile(ctx, c.DB, n); err != nil {
		return err
	}
	show := func() error {
		return c.show(w, r, page{Name: "records", Title: "Records of file " + r.PathValue("file"), Room: "files", Data: data})
	}
	if !data.Served {
		return show()
	}
	if data.Asked = strings.TrimSpace(asked.Get("q")); data.Asked != "" {
		record, err := c.Files.Find(ctx, n, data.Asked)
		switch {
		case err == nil:
			http.Redirect(w, r, c.to("/files/"+r.PathValue("file")+"/records/"+strconv.FormatInt(record, 10)), http.StatusSeeOther)
			return nil
		case errors.Is(err, ErrNoRecord):
			data.Missing = "The file has no record of the account " + inquiry.MaskAccount(data.Asked) + "."
		case errors.Is(err, ErrFileGone):
			data.Gone = WhyGone(err)
			return show()
		default:
			return err
		}
	}
	if text := asked.Get("from"); text != "" {
		if data.From, err = strconv.ParseInt(text, 10, 64); err != nil || data.From < 1 {
			return inquiry.ErrBadPage
		}
	}
	data.Lines, err = c.Files.Lines(ctx, n, data.From, rowsAPage)
	if errors.Is(err, ErrFileGone) {
		data.Gone, err = WhyGone(err), nil
	}
	if err != nil {
		return err
	}
	if len(data.Lines) == rowsAPage {
		data.Next = data.From + rowsAPage
	}
	if data.From > 1 {
		data.Prev = max(1, data.From-rowsAPage)
	}
	return show()
}

// WhyGone is the sentence of an ErrFileGone: why the bytes of a file are not at hand.
func WhyGone(err error) string { return strings.TrimPrefix(err.Error(), ErrFileGone.Error()+": ") }

// recordPage shows a record field by field, with what was found beside it.
func (c *Console) recordPage(w http.ResponseWriter, r *http.Request) error {
	return c.record(w, r, false)
}

// revealRecord shows a record once more with what identifies a person, after it is recorded who asked for it and why.
func (c *Console) revealRecord(w http.ResponseWriter, r *http.Request) error {
	file, err := number(r, "file")
	if err != nil {
		return err
	}
	n, err := number(r, "record")
	if err != nil || c.Files.Record == nil {
		return inquiry.ErrNotFound
	}
	record, err := c.Files.Record(r.Context(), file, n, false)
	if errors.Is(err, ErrFileGone) || errors.Is(err, ErrNoRecord) || err == nil && record.LoanID == "" {
		return inquiry.ErrNotFound
	}
	if err != nil {
		return err
	}
	if err := c.revealed(w, r, servicing.MaskedRecord, record.LoanID); err != nil {
		return err
	}
	return c.record(w, r, true)
}

func (c *Console) record(w http.ResponseWriter, r *http.Request, unmask bool) error {
	n, err := number(r, "file")
	if err != nil {
		return err
	}
	record, err := number(r, "record")
	if err != nil {
		return err
	}
	data := struct {
		*inquiry.FileLife
		Record *FileRecord
		Gone   string
		Served bool
		Last   int64 // the trailer's number
	}{Served: c.Files.Record != nil}
	if data.FileLife, err = inquiry.ShowFile(r.Context(), c.DB, n); err != nil {
		return err
	}
	data.Last = data.Records + 2
	if data.Served {
		data.Record, err = c.Files.Record(r.Context(), n, record, unmask)
		switch {
		case errors.Is(err, ErrFileGone):
			data.Gone = WhyGone(err)
		case errors.Is(err, ErrNoRecord):
			return inquiry.ErrNotFound
		case err != nil:
			return err
		}
	}
	return c.show(w, r, page{Name: "record", Title: "Record " + r.PathValue("record") + " of file " + r.PathValue("file"), Room: "files", Data: data})
}

// comparePage shows what differs between two files.
func (c *Console) comparePage(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	data := struct {
		Files      []inquiry.File // to choose from
		A, B       int64
		Unexpected bool
		Compared   *Comparison
		Gone       string
		Served     bool
	}{Unexpected: asked.Get("unexpected") != "", Served: c.Files.Compare != nil}
	list, err := inquiry.Files(r.Context(), c.DB, inquiry.Page{Limit: inquiry.MaxLimit})
	if err != nil {
		return err
	}
	data.Files = list.Rows
	if asked.Get("a") != "" && data.Served {
		if data.A, err = c.fileOf(r.Context(), asked.Get("a")); err != nil {
			return err
		}
		if data.B, err = c.fileOf(r.Context(), asked.Get("b")); err != nil {
			return err
		}
		data.Compared, err = c.Files.Compare(r.Context(), data.A, data.B, data.Unexpected)
		if errors.Is(err, ErrFileGone) {
			data.Gone, err = WhyGone(err), nil
		}
		if err != nil {
			return err
		}
	}
	return c.show(w, r, page{Name: "compare", Title: "Compare two files", Room: "files", Data: data})
}

// fileOf is the number of the file that a query names.
func (c *Console) fileOf(ctx context.Context, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, inquiry.ErrNotFound
	}
	_, err = inquiry.ShowFile(ctx, c.DB, n)
	return n, err
}

// validated is what the page of an upload shows.
type validated struct {
	Served  bool
	MaxMiB  int64
	Name    string
	Checked *CheckedFile
	Asked   int // the record that was to be explained
	Wrong   string
}

func (c *Console) validatePage(w http.ResponseWriter, r *http.Request) error {
	return c.showValidated(w, r, 0, validated{})
}

func (c *Console) showValidated(w http.ResponseWriter, r *http.Request, status int, v validated) error {
	v.Served, v.MaxMiB = c.Files.Check != nil, c.maxUpload()>>20
	return c.show(w, r, page{Name: "validate", Title: "Check a Metro 2 file", Room: "files", Status: status, Data: v})
}

func (c *Console) maxUpload() int64 {
	if c.MaxUpload > 0 {
		return c.MaxUpload
	}
	return DefaultMaxUpload
}

// validate reads a file that somebody brings as it comes: nothing of it is kept, in memory or on the disk.
func (c *Console) validate(w http.ResponseWriter, r *http.Request) error {
	if c.Files.Check == nil {
		return c.showValidated(w, r, http.StatusNotFound, validated{})
	}
	select {
	case c.uploads <- struct{}{}:
		defer func() { <-c.uploads }()
	default:
		return c.showValidated(w, r, http.StatusServiceUnavailable, validated{Wrong: "Others are checking files. Send it again in a minute."})
	}
	deadlines := http.NewResponseController(w)
	now := c.Now()
	_ = deadlines.SetReadDeadline(now.Add(uploadTimeout)) // a test's recorder has no connection
	_ = deadlines.SetWriteDeadline(now.Add(2 * uploadTimeout))
	r.Body = http.MaxBytesReader(w, r.Body, c.maxUpload())
	parts, err := r.MultipartReader()
	if err != nil {
		return errForm
	}
	var v validated
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			v.Wrong = "Choose a file first."
			return c.showValidated(w, r, http.StatusBadRequest, v)
		}
		if err != nil {
			return c.uploadFailed(w, r, v, err)
		}
		switch part.FormName() {
		case "record":
			text, err := io.ReadAll(io.LimitReader(part, 20))
			if err != nil {
				return c.uploadFailed(w, r, v, err)
			}
			if len(text) > 0 {
				if v.Asked, err = strconv.Atoi(string(text)); err != nil || v.Asked < 1 {
					return errForm
				}
			}
		case "file":
			if part.FileName() == "" {
				continue
			}
			if v.Checked, err = c.Files.Check(part, v.Asked); err != nil {
				v.Checked = nil
				return c.uploadFailed(w, r, v, err)
			}
			return c.showValidated(w, r, 0, v)
		}
	}
}

// uploadFailed says in words why a file was not checked.
func (c *Console) uploadFailed(w http.ResponseWriter, r *http.Request, v validated, err error) error {
	var large *http.MaxBytesError
	status := http.StatusBadRequest
	switch {
	case errors.As(err, &large):
		v.Wrong, status = "The file has more than "+count(c.maxUpload()>>20)+" MiB, which is the most that is taken here. Check it with furnisher metro2 validate.", http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrNotMetro2):
		v.Wrong = "The file contains no Metro 2 record."
	default:
		v.Wrong = "The file could not be read to its end. Send it again."
	}
	return c.showValidated(w, r, status, v)
}
