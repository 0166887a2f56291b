package metro2

// Record is one data record: a base segment and the segments behind it. The
// fields of every segment are described, one row each, in the layout tables
// (see [Layouts]). The comments give their numbers in the guide (FORMAT.md 1.8)
// and their 1-based positions in the segment, in character form.
type Record struct {
	Base Base
	J1   []J1 // associated consumers at the address of the base consumer
	J2   []J2 // associated consumers at another address
	K1   *K1  // original creditor
	K2   *K2  // purchased from or sold to
	K3   *K3  // mortgage information
	K4   *K4  // specialized payment
	L1   *L1  // account number or identification number change
	N1   *N1  // employment of the base consumer
}

// Clone returns a copy that shares no memory with rec but its strings. Items of
// a [Reader] reuse their record, so a caller that keeps one keeps a clone.
func (rec *Record) Clone() *Record {
	out := *rec
	out.J1 = append([]J1(nil), rec.J1...)
	out.J2 = append([]J2(nil), rec.J2...)
	out.K1, out.K2, out.K3, out.K4 = clone(rec.K1), clone(rec.K2), clone(rec.K3), clone(rec.K4)
	out.L1, out.N1 = clone(rec.L1), clone(rec.N1)
	return &out
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	out := *p
	return &out
}

// Base is the base segment: the account and its first consumer.
type Base struct {
	Timestamp            Timestamp // 3, at 6-19
	CorrectionInd        Number    // 4, at 20: write 0
	IdentificationNumber string    // 5, at 21-40
	CycleID              string    // 6, at 41-42
	AccountNumber        string    // 7, at 43-72
	PortfolioType        string    // 8, at 73
	AccountType          string    // 9, at 74-75
	DateOpened           Date      // 10, at 76-83
	CreditLimit          Dollars   // 11, at 84-92
	HighestCredit        Dollars   // 12, at 93-101
	TermsDuration        string    // 13, at 102-104
	TermsFrequency       string    // 14, at 105
	ScheduledPayment     Dollars   // 15, at 106-114
	ActualPayment        Dollars   // 16, at 115-123
	AccountStatus        string    // 17A, at 124-125
	PaymentRating        string    // 17B, at 126
	PaymentHistory       string    // 18, at 127-150: 24 characters, newest month first
	SpecialComment       string    // 19, at 151-152
	ComplianceCode       string    // 20, at 153-154
	CurrentBalance       Dollars   // 21, at 155-163
	AmountPastDue        Dollars   // 22, at 164-172
	OriginalChargeoff    Dollars   // 23, at 173-181
	DateAccountInfo      Date      // 24, at 182-189
	DateFirstDelinquency Date      // 25, at 190-197
	DateClosed           Date      // 26, at 198-205
	DateLastPayment      Date      // 27, at 206-213
	InterestType         string    // 28, at 214
	Surname              string    // 30, at 232-256
	FirstName            string    // 31, at 257-276
	MiddleName           string    // 32, at 277-296
	GenerationCode       string    // 33, at 297
	SSN                  Number    // 34, at 298-306
	DateOfBirth          Date      // 35, at 307-314
	Phone                Number    // 36, at 315-324
	ECOACode             string    // 37, at 325
	ConsumerInfo         string    // 38, at 326-327
	CountryCode          string    // 39, at 328-329
	Address1             string    // 40, at 330-361
	Address2             string    // 41, at 362-393
	City                 string    // 42, at 394-413
	State                string    // 43, at 414-415
	PostalCode           string    // 44, at 416-424
	AddressInd           string    // 45, at 425
	ResidenceCode        string    // 46, at 426
}

// J1 is an associated consumer who lives at the address of the base consumer.
type J1 struct {
	Surname        string // 3, at 4-28
	FirstName      string // 4, at 29-48
	MiddleName     string // 5, at 49-68
	GenerationCode string // 6, at 69
	SSN            Number // 7, at 70-78
	DateOfBirth    Date   // 8, at 79-86
	Phone          Number // 9, at 87-96
	ECOACode       string // 10, at 97
	ConsumerInfo   string // 11, at 98-99
}

// J2 is an associated consumer with an address of their own.
type J2 struct {
	Surname        string // 3, at 4-28
	FirstName      string // 4, at 29-48
	MiddleName     string // 5, at 49-68
	GenerationCode string // 6, at 69
	SSN            Number // 7, at 70-78
	DateOfBirth    Date   // 8, at 79-86
	Phone          Number // 9, at 87-96
	ECOACode       string // 10, at 97
	ConsumerInfo   string // 11, at 98-99
	CountryCode    string // 12, at 100-101
	Address1       string // 13, at 102-133
	Address2       string // 14, at 134-165
	City           string // 15, at 166-185
	State          string // 16, at 186-187
	PostalCode     string // 17, at 188-196
	AddressInd     string // 18, at 197
	ResidenceCode  string // 19, at 198
}

// K1 names the original creditor.
type K1 struct {
	CreditorName  string // 2, at 3-32
	CreditorClass Number // 3, at 33-34
}

// K2 says from whom the account was purchased or to whom it was sold.
type K2 struct {
	Indicator Number // 2, at 3: 1 purchased from, 2 sold to, 9 remove earlier data
	Name      string // 3, at 4-33
}

// K3 carries the numbers of the secondary mortgage market.
type K3 struct {
	AgencyID      Number // 2, at 3-4: 0 none, 1 Fannie Mae, 2 Freddie Mac
	AgencyAccount string // 3, at 5-22
	MIN           string // 4, at 23-40
}

// K4 describes a balloon payment or a deferral.
type K4 struct {
	PaymentInd    Number  // 2, at 3-4: 1 balloon, 2 deferred
	DeferredStart Date    // 3, at 5-12
	BalloonDate   Date    // 4, at 13-20
	BalloonAmount Dollars // 5, at 21-29
}

// L1 announces a new account number, identification number or both. The base
// segment beside it still shows the old ones.
type L1 struct {
	ChangeInd               Number // 2, at 3: 1 account number, 2 identification number, 3 both
	NewAccountNumber        string // 3, at 4-33
	NewIdentificationNumber string // 4, at 34-53
}

// N1 is the employer of the base consumer.
type N1 struct {
	EmployerName     string // 2, at 3-32
	EmployerAddress1 string // 3, at 33-64
	EmployerAddress2 string // 4, at 65-96
	EmployerCity     string // 5, at 97-116
	EmployerState    string // 6, at 117-118
	EmployerZip      string // 7, at 119-127
	Occupation       string // 8, at 128-145
}

// Header is the first record of a file.
type Header struct {
	CycleID         string // 3, at 11-12
	InnovisID       string // 4, at 13-22
	EquifaxID       string // 5, at 23-32
	ExperianID      string // 6, at 33-37
	TransUnionID    string // 7, at 38-47
	ActivityDate    Date   // 8, at 48-55
	DateCreated     Date   // 9, at 56-63
	ProgramDate     Date   // 10, at 64-71
	ProgramRevDate  Date   // 11, at 72-79
	ReporterName    string // 12, at 80-119
	ReporterAddress string // 13, at 120-215
	ReporterPhone   Number // 14, at 216-225
	VendorName      string // 15, at 226-265
	VendorVersion   string // 16, at 266-270
	PRBCID          string // 17, at 271-280
}

// Trailer is the last record of a file: its counters, each described in the
// trailer table together with what it counts.
type Trailer struct {
	TotalBase  Number // 3, at 12-20
	StatusDF   Number // 5, at 30-38
	TotalJ1    Number // 6, at 39-47
	TotalJ2    Number // 7, at 48-56
	BlockCount Number // 8, at 57-65
	StatusDA   Number // 9, at 66-74
	Status05   Number // 10, at 75-83
	Status11   Number // 11, at 84-92
	Status13   Number // 12, at 93-101
	Status61   Number // 13, at 102-110
	Status62   Number // 14, at 111-119
	Status63   Number // 15, at 120-128
	Status64   Number // 16, at 129-137
	Status65   Number // 17, at 138-146
	Status71   Number // 18, at 147-155
	Status78   Number // 19, at 156-164
	Status80   Number // 20, at 165-173
	Status82   Number // 21, at 174-182
	Status83   Number // 22, at 183-191
	Status84   Number // 23, at 192-200
	Status88   Number // 24, at 201-209
	Status89   Number // 25, at 210-218
	Status93   Number // 26, at 219-227
	Status94   Number // 27, at 228-236
	Status95   Number // 28, at 237-245
	Status96   Number // 29, at 246-254
	Status97   Number // 30, at 255-263
	TotalECOAZ Number // 31, at 264-272
	TotalN1    Number // 32, at 273-281
	TotalK1    Number // 33, at 282-290
	TotalK2    Number // 34, at 291-299
	TotalK3    Number // 35, at 300-308
	TotalK4    Number // 36, at 309-317
	TotalL1    Number // 37, at 318-326
	SSNAll     Number // 38, at 327-335
	SSNBase    Number // 39, at 336-344
	SSNJ1      Number // 40, at 345-353
	SSNJ2      Number // 41, at 354-362
	DOBAll     Number // 42, at 363-371
	DOBBase    Number // 43, at 372-380
	DOBJ1      Number // 44, at 381-389
	DOBJ2      Number // 45, at 390-398
	PhoneAll   Number // 46, at 399-407
}
