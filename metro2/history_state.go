package metro2

import "hash/maphash"

// past is what is remembered of the last record of an account: what the rules
// compare, nothing else. Names and numbers are keyed hashes. Its size and its
// place in the table stay below the 200 bytes that an account may take.
type past struct {
	account           [2]uint64 // hash of the account number
	identification    uint64    // hash
	names             uint64    // hash of the base consumer's surname and first name
	newAccount        uint64    // hash of what L1 announces, 0 without L1
	newIdentification uint64

	next   uint32 // number of another account with the same account number, 0 for none
	file   uint32 // in which the record was
	record uint32
	first  uint32 // first record of the account in that file

	month                                      Date // most recent update in the file, by its header
	activity, opened, firstDelinquency, closed Date
	chargeoff                                  int32

	profile     [24]byte
	status      code2
	accountType code2
	info        code2 // consumer information indicator of the base consumer
	portfolio   byte
	rating      byte
	ecoa        byte
	newest      byte // first character of the profile that is not blank
	changeInd   uint8
	finals      uint8 // final reports in a row, this one included
	is          pastFlags
}

// pastFlags are answers that need more fields than are kept.
type pastFlags uint16

const (
	wasFinal      pastFlags = 1 << iota // paid, or sold or transferred at zero balance
	wasDeleted                          // deleted by this record or by one before it
	wasDelete                           // deleted by this record
	wasDated                            // status and rating require a date of first delinquency
	wasBalance                          // has a balance
	wasFrozen                           // a reason for D in the profile: stay, dispute, deferral
	wasAnyInfo                          // some consumer has an indicator
	wasProfiled                         // the profile has 24 characters
	wasBought                           // bought back: segment K2 with indicator 9
	wasDischarged                       // some consumer has the indicator of a discharge
)

func (p *past) has(any pastFlags) bool { return p.is&any != 0 }

func (p *past) isLoan() bool { return p.portfolio == 'I' || p.portfolio == 'M' }

// code2 is a code of at most two characters.
type code2 [2]byte

func code2Of(s string) (c code2) {
	copy(c[:], s)
	return c
}

// in reports whether a set of two-character codes, single spaces between, holds c.
func (c code2) in(set string) bool {
	for i := 0; i+2 <= len(set); i += 3 {
		if set[i] == c[0] && set[i+1] == c[1] {
			return true
		}
	}
	return false
}

func firstByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// accountHistory is the table of all accounts seen so far, by account number.
// Accounts with one account number and several identification numbers, which
// are rare, form a chain.
type accountHistory struct {
	table[past]
	seeds [2]maphash.Seed
	file  uint32
	month Date // of the file at hand

	now past // the record at hand; here, because rules take its address
}

func newHistory() *accountHistory {
	return &accountHistory{
		table: newTable(func(p *past) [2]uint64 { return p.account }),
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
	}
}

// find returns the last record of the account and the last one with its account
// number under any identification number; nil where there is none.
func (h *accountHistory) find(now *past) (same, sameNumber *past) {
	for n := *h.slot(now.account); n != 0; {
		p := h.at(n)
		if p.identification == now.identification {
			same = p
		}
		if sameNumber == nil || p.file > sameNumber.file || p.file == sameNumber.file && p.record > sameNumber.record {
			sameNumber = p
		}
		n = p.next
	}
	return same, sameNumber
}

// keep makes the record at hand the last one of its account; same is what find
// returned.
func (h *accountHistory) keep(now, same *past) {
	if same != nil {
		now.next = same.next
		*same = *now
		return
	}
	slot := h.slot(now.account)
	now.next = *slot
	h.put(slot, now)
}
