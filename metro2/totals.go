package metro2

// Totals are the running counts of a file, under the names of the trailer
// fields. The zero value is ready to use. BlockCount stays 0 here; the writer
// fills it when it closes the file.
type Totals struct {
	Trailer
}

// Add counts one data record by the rows of the trailer table.
func (t *Totals) Add(rec *Record) {
	for i := range totalSteps.perRecord {
		s := &totalSteps.perRecord[i]
		if n := s.count(rec); n != 0 {
			*s.ref(&t.Trailer) += n
		}
	}
	if ref := totalSteps.byStatus[rec.Base.AccountStatus]; ref != nil {
		*ref(&t.Trailer)++
	}
}

// Merge adds the counts of other, a part of the same file.
func (t *Totals) Merge(other *Totals) {
	for _, s := range trailerLayout.plans[Character].steps {
		if s.field.recount != nil {
			ref := numberRef(s.ref)
			*ref(&t.Trailer) += *ref(&other.Trailer)
		}
	}
}

type totalStep struct {
	ref   func(*Trailer) *Number
	count func(*Record) Number
}

// totalSteps is the trailer table split by how a counter is found.
var totalSteps = func() (out struct {
	perRecord []totalStep
	byStatus  map[string]func(*Trailer) *Number
}) {
	out.byStatus = map[string]func(*Trailer) *Number{}
	for i := range trailerLayout.fields {
		f := &trailerLayout.fields[i]
		switch {
		case f.recount == nil:
		case f.recount.status != "":
			out.byStatus[f.recount.status] = numberRef(f.Ref)
		default:
			out.perRecord = append(out.perRecord, totalStep{numberRef(f.Ref), f.recount.count})
		}
	}
	return out
}()

func numberRef(ref func(*Trailer) any) func(*Trailer) *Number {
	return func(t *Trailer) *Number { return ref(t).(*Number) }
}

func one(yes bool) Number {
	if yes {
		return 1
	}
	return 0
}

func filledSSN(n Number) Number { return one(n != 0 && n != nineFilled) }

func ssnBase(r *Record) Number { return filledSSN(r.Base.SSN) }

func ssnJ1(r *Record) (n Number) {
	for i := range r.J1 {
		n += filledSSN(r.J1[i].SSN)
	}
	return n
}

func ssnJ2(r *Record) (n Number) {
	for i := range r.J2 {
		n += filledSSN(r.J2[i].SSN)
	}
	return n
}

func dobBase(r *Record) Number { return one(r.Base.DateOfBirth != 0) }

func dobJ1(r *Record) (n Number) {
	for i := range r.J1 {
		n += one(r.J1[i].DateOfBirth != 0)
	}
	return n
}

func dobJ2(r *Record) (n Number) {
	for i := range r.J2 {
		n += one(r.J2[i].DateOfBirth != 0)
	}
	return n
}

func countPhones(r *Record) Number {
	n := one(r.Base.Phone != 0)
	for i := range r.J1 {
		n += one(r.J1[i].Phone != 0)
	}
	for i := range r.J2 {
		n += one(r.J2[i].Phone != 0)
	}
	return n
}

func countECOAZ(r *Record) Number {
	n := one(r.Base.ECOACode == "Z")
	for i := range r.J1 {
		n += one(r.J1[i].ECOACode == "Z")
	}
	for i := range r.J2 {
		n += one(r.J2[i].ECOACode == "Z")
	}
	return n
}
