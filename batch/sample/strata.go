package sample

import (
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// stratum is a kind of account, of which a sample draws one at least.
type stratum struct {
	name string
	is   func(r *metro2.Record, f *sourceFile) bool
}

// strata are in order of precedence: a record is of the first that it fits. What harms a consumer most comes first, so that a
// sample that is smaller than there are strata still holds it.
var strata = []stratum{
	{"deleted for fraud (DF)", status("DF")},
	{"deleted (DA)", status("DA")},
	{"bankruptcy", func(r *metro2.Record, _ *sourceFile) bool { return anyInfo(r, "A B C D E F G H Q R V Z 1A") }},
	{"dispute", func(r *metro2.Record, _ *sourceFile) bool {
		return among(r.Base.ComplianceCode, "XB XC XD XE XF XG XH XJ XR")
	}},
	{"sold or transferred", func(r *metro2.Record, _ *sourceFile) bool { return among(r.Base.SpecialComment, "AH O AT") }},
	{"charged off (97)", status("97")},
	{"charged off and paid (64)", status("64")},
	{"collateral, claim, collection", status("88 89 93 94 95 96 61 62 63 65")},
	{"180 days late (84)", status("84")},
	{"150 days late (83)", status("83")},
	{"120 days late (82)", status("82")},
	{"90 days late (80)", status("80")},
	{"60 days late (78)", status("78")},
	{"30 days late (71)", status("71")},
	{"paid (13)", status("13")},
	{"special comment", func(r *metro2.Record, _ *sourceFile) bool { return r.Base.SpecialComment != "" }},
	{"new", func(r *metro2.Record, f *sourceFile) bool { return r.Base.DateOpened > f.PreviousOn.day().record() }},
	{"closed to use", func(r *metro2.Record, _ *sourceFile) bool { return r.Base.DateClosed != 0 }},
	{"several consumers", func(r *metro2.Record, _ *sourceFile) bool { return len(r.J1)+len(r.J2) > 0 }},
	{"nothing owed", func(r *metro2.Record, _ *sourceFile) bool { return r.Base.CurrentBalance == 0 }},
	{"late before, current now", func(r *metro2.Record, _ *sourceFile) bool {
		return strings.ContainsAny(r.Base.PaymentHistory, "123456GHJKL")
	}},
	{"current", func(*metro2.Record, *sourceFile) bool { return true }},
}

func status(codes string) func(*metro2.Record, *sourceFile) bool {
	return func(r *metro2.Record, _ *sourceFile) bool { return among(r.Base.AccountStatus, codes) }
}

func among(code, codes string) bool {
	return code != "" && strings.Contains(" "+codes+" ", " "+code+" ")
}

func anyInfo(r *metro2.Record, codes string) bool {
	if among(r.Base.ConsumerInfo, codes) {
		return true
	}
	for i := range r.J1 {
		if among(r.J1[i].ConsumerInfo, codes) {
			return true
		}
	}
	for i := range r.J2 {
		if among(r.J2[i].ConsumerInfo, codes) {
			return true
		}
	}
	return false
}

// stratumOf is the place of the stratum of a record.
func stratumOf(r *metro2.Record, f *sourceFile) int {
	for i := range strata {
		if strata[i].is(r, f) {
			return i
		}
	}
	return len(strata) - 1
}

// allot says how many accounts are drawn of each stratum: one of each that there is, in their order, as far as they go; then
// one by one to the stratum that is furthest below its share.
func allot(accounts int, sizes []int) []int {
	drawn := make([]int, len(sizes))
	total := 0
	for i, size := range sizes {
		total += size
		if size > 0 && accounts > 0 {
			drawn[i]++
			accounts--
		}
	}
	for ; accounts > 0; accounts-- {
		next := -1
		for i, size := range sizes {
			// of the shares size/(drawn+1), the greatest: compared without division
			if drawn[i] < size && (next < 0 || size*(drawn[next]+1) > sizes[next]*(drawn[i]+1)) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		drawn[next]++
	}
	return drawn
}
