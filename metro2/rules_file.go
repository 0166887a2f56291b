package metro2

// What the file rules say.
const (
	saysNoHeader      = "file does not begin with a header"
	saysSecondHeader  = "another header: stacked files"
	saysAfterTrailer  = "record behind the trailer"
	saysNoTrailer     = "file does not end with a trailer"
	saysManyTrailers  = "file has more than one trailer"
	saysTrailerLength = "record descriptor word of the trailer is not that of the header"
	saysEmptyFile     = "file is empty"
	saysWrongTotal    = "counter differs from the recount"
	saysOutOfOrder    = "account number is below the one before: duplicates cannot be found"
	saysDuplicate     = "another record has the same identification and account number"
)

// wholeFile is the segment name of findings about a file as a whole.
const wholeFile = "file"

// fileRules are applied by the [Validator].
var fileRules = []RuleInfo{
	{ID: "F02", Severity: Error, Segment: wholeFile, Sentence: saysEmptyFile, part: "empty"},
	{ID: "F02", Severity: Error, Segment: wholeFile, Sentence: saysNoHeader, part: "no-header"},
	{ID: "F02", Severity: Error, Segment: wholeFile, Sentence: saysNoTrailer, part: "no-trailer"},
	{ID: "F02", Severity: Error, Segment: wholeFile, Sentence: saysManyTrailers, part: "many-trailers"},
	{ID: "F02", Severity: Error, Segment: wholeFile, Sentence: saysAfterTrailer, part: "behind-trailer"},
	{ID: "F02", Severity: Error, Segment: "trailer", Field: "rdw", Sentence: saysTrailerLength},
	{ID: "F02", Severity: Warning, Segment: wholeFile, Sentence: saysSecondHeader, part: "stacked"},
	{ID: "T01", Severity: Error, Segment: "trailer", Sentence: saysWrongTotal},
	{ID: "T01", Severity: Warning, Segment: "trailer", Field: "block_count", Sentence: saysWrongTotal},
	{ID: "X01", Severity: Error, Segment: "base", Field: "account_number", Sentence: saysDuplicate},
}

// headerRule is one row of the table about the values of a header.
type headerRule struct {
	field, part, sentence string
	firstOnly             bool // a header inside a stacked file may leave it out
	hit                   func(h *Header) bool
}

// headerRules are warnings of rule F02: a file is readable without these
// values, but the rules that go by its dates are then silent.
var headerRules = []headerRule{
	{field: "activity_date", sentence: "header does not say when accounts were last updated", hit: func(h *Header) bool { return h.ActivityDate == 0 }},
	{field: "activity_date", part: "activity-after-created", sentence: "accounts were last updated after the day the file was made", hit: func(h *Header) bool { return after(h.ActivityDate, h.DateCreated) }},
	{field: "date_created", sentence: "header does not say when the file was made", hit: func(h *Header) bool { return h.DateCreated == 0 }},
	{field: "program_date", sentence: "the reporting program was made after the file", hit: func(h *Header) bool { return after(h.ProgramDate, h.DateCreated) }},
	{field: "program_rev_date", sentence: "the reporting program was last changed before it was made", hit: func(h *Header) bool { return after(h.ProgramDate, h.ProgramRevDate) }},
	{field: "reporter_phone", sentence: "telephone number of the reporter has fewer than ten digits", hit: func(h *Header) bool { return h.ReporterPhone > 0 && h.ReporterPhone < tenDigits }},
	{field: "reporter_name", firstOnly: true, sentence: "header does not name the reporter", hit: func(h *Header) bool { return h.ReporterName == "" }},
	{field: "reporter_address", firstOnly: true, sentence: "header has no address of the reporter", hit: func(h *Header) bool { return h.ReporterAddress == "" }},
}

func (r *headerRule) finding() Finding {
	return Finding{
		Segment: headerLayout.name, Field: r.field, Position: headerLayout.position(r.field),
		Rule: "F02", Severity: Warning, Message: r.sentence,
	}
}

func checkHeader(h *Header, first bool, findings []Finding) []Finding {
	for i := range headerRules {
		if r := &headerRules[i]; (first || !r.firstOnly) && r.hit(h) {
			findings = append(findings, r.finding())
		}
	}
	return findings
}

// periodUpTo returns the first day of the month that ends on a date: the first
// of the calendar month where that is its last day, else the day after the same
// day of the month before.
func periodUpTo(end Date) Date {
	firstOfMonth := end - Date(end.Day()) + 1
	if !(end + 1).Valid() {
		return firstOfMonth
	}
	before := end - 100
	if end.Month() == 1 {
		before = end - 10000 + 1100
	}
	if start := before + 1; start.Valid() {
		return start
	}
	return firstOfMonth
}
