package metro2

import "math"

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
			*at[Number](&t.Trailer, s.offset) += n
		}
	}
	if place, ok := placeOfCode(rec.Base.AccountStatus); ok && totalSteps.byStatus[place].counts {
		*at[Number](&t.Trailer, uintptr(totalSteps.byStatus[place].offset))++
	}
}

// addRepeated counts the segments that a record holds beside the one that decoding keeps: the trailer counts segments (T01).
func (t *Totals) addRepeated(problems []Problem) {
	for i := range problems {
		if problems[i].Message != saysRepeated {
			continue
		}
		for _, s := range trailerLayout.plans[Character].steps {
			if s.field.Key == "total_"+problems[i].Segment {
				*at[Number](&t.Trailer, s.offset)++
			}
		}
	}
}

// Merge adds the counts of other, a part of the same file.
func (t *Totals) Merge(other *Totals) {
	for _, s := range trailerLayout.plans[Character].steps {
		if s.field.recount != nil {
			*at[Number](&t.Trailer, s.offset) += *at[Number](&other.Trailer, s.offset)
		}
	}
}

type totalStep struct {
	offset uintptr
	count  func(*Record) Number
}

// statusCounter is where the records with a status are counted, if they are.
type statusCounter struct {
	counts bool
	offset uint16
}

// totalSteps is the trailer table split by how a counter is found.
var totalSteps = func() (out struct {
	perRecord []totalStep
	byStatus  [len(shortTexts)]statusCounter // by placeOfCode
},
) {
	for _, s := range trailerLayout.plans[Character].steps {
		switch rule := s.field.recount; {
		case rule == nil:
		case rule.status != "":
			place, ok := placeOfCode(rule.status)
			if !ok || s.offset > math.MaxUint16 {
				panic("metro2: the trailer counts a status that is no code: " + rule.status)
			}
			out.byStatus[place] = statusCounter{true, uint16(s.offset)}
		default:
			out.perRecord = append(out.perRecord, totalStep{s.offset, rule.count})
		}
	}
	return out
}()

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
