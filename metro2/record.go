package metro2

// Record is one data record: a base segment and the segments behind it. The
// fields of every segment are described, one row each, in the layout tables
// (see [Layouts]); the numbers in the comments are those of the guide.
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
	Timestamp            Timestamp // 3
	CorrectionInd        Number    // 4, write 0
	IdentificationNumber string    // 5
	CycleID              string    // 6
	AccountNumber        string    // 7
	PortfolioType        string    // 8
	AccountType          string    // 9
	DateOpened           Date      // 10
	CreditLimit          Dollars   // 11
	HighestCredit        Dollars   // 12
	TermsDuration        string    // 13
	TermsFrequency       string    // 14
	ScheduledPayment     Dollars   // 15
	ActualPayment        Dollars   // 16
	AccountStatus        string    // 17A
	PaymentRating        string    // 17B
	PaymentHistory       string    // 18, 24 characters, newest month first
	SpecialComment       string    // 19
	ComplianceCode       string    // 20
	CurrentBalance       Dollars   // 21
	AmountPastDue        Dollars   // 22
	OriginalChargeoff    Dollars   // 23
	DateAccountInfo      Date      // 24
	DateFirstDelinquency Date      // 25
	DateClosed           Date      // 26
	DateLastPayment      Date      // 27
	InterestType         string    // 28
	Surname              string    // 30
	FirstName            string    // 31
	MiddleName           string    // 32
	GenerationCode       string    // 33
	SSN                  Number    // 34
	DateOfBirth          Date      // 35
	Phone                Number    // 36
	ECOACode             string    // 37
	ConsumerInfo         string    // 38
	CountryCode          string    // 39
	Address1             string    // 40
	Address2             string    // 41
	City                 string    // 42
	State                string    // 43
	PostalCode           string    // 44
	AddressInd           string    // 45
	ResidenceCode        string    // 46
}

// J1 is an associated consumer who lives at the address of the base consumer.
type J1 struct {
	Surname        string // 3
	FirstName      string // 4
	MiddleName     string // 5
	GenerationCode string // 6
	SSN            Number // 7
	DateOfBirth    Date   // 8
	Phone          Number // 9
	ECOACode       string // 10
	ConsumerInfo   string // 11
}

// J2 is an associated consumer with an address of their own.
type J2 struct {
	Surname        string // 3
	FirstName      string // 4
	MiddleName     string // 5
	GenerationCode string // 6
	SSN            Number // 7
	DateOfBirth    Date   // 8
	Phone          Number // 9
	ECOACode       string // 10
	ConsumerInfo   string // 11
	CountryCode    string // 12
	Address1       string // 13
	Address2       string // 14
	City           string // 15
	State          string // 16
	PostalCode     string // 17
	AddressInd     string // 18
	ResidenceCode  string // 19
}

// K1 names the original creditor.
type K1 struct {
	CreditorName  string // 2
	CreditorClass Number // 3
}

// K2 says from whom the account was purchased or to whom it was sold.
type K2 struct {
	Indicator Number // 2: 1 purchased from, 2 sold to, 9 remove earlier data
	Name      string // 3
}

// K3 carries the numbers of the secondary mortgage market.
type K3 struct {
	AgencyID      Number // 2: 0 none, 1 Fannie Mae, 2 Freddie Mac
	AgencyAccount string // 3
	MIN           string // 4
}

// K4 describes a balloon payment or a deferral.
type K4 struct {
	PaymentInd    Number  // 2: 1 balloon, 2 deferred
	DeferredStart Date    // 3
	BalloonDate   Date    // 4
	BalloonAmount Dollars // 5
}

// L1 announces a new account number, identification number or both. The base
// segment beside it still shows the old ones.
type L1 struct {
	ChangeInd               Number // 2: 1 account number, 2 identification number, 3 both
	NewAccountNumber        string // 3
	NewIdentificationNumber string // 4
}

// N1 is the employer of the base consumer.
type N1 struct {
	EmployerName     string // 2
	EmployerAddress1 string // 3
	EmployerAddress2 string // 4
	EmployerCity     string // 5
	EmployerState    string // 6
	EmployerZip      string // 7
	Occupation       string // 8
}

// Header is the first record of a file.
type Header struct {
	CycleID         string // 3
	InnovisID       string // 4
	EquifaxID       string // 5
	ExperianID      string // 6
	TransUnionID    string // 7
	ActivityDate    Date   // 8
	DateCreated     Date   // 9
	ProgramDate     Date   // 10
	ProgramRevDate  Date   // 11
	ReporterName    string // 12
	ReporterAddress string // 13
	ReporterPhone   Number // 14
	VendorName      string // 15
	VendorVersion   string // 16
	PRBCID          string // 17
}

// Trailer is the last record of a file: its counters, each described in the
// trailer table together with what it counts.
type Trailer struct {
	TotalBase  Number // 3
	StatusDF   Number // 5
	TotalJ1    Number // 6
	TotalJ2    Number // 7
	BlockCount Number // 8
	StatusDA   Number // 9
	Status05   Number // 10
	Status11   Number // 11
	Status13   Number // 12
	Status61   Number // 13
	Status62   Number // 14
	Status63   Number // 15
	Status64   Number // 16
	Status65   Number // 17
	Status71   Number // 18
	Status78   Number // 19
	Status80   Number // 20
	Status82   Number // 21
	Status83   Number // 22
	Status84   Number // 23
	Status88   Number // 24
	Status89   Number // 25
	Status93   Number // 26
	Status94   Number // 27
	Status95   Number // 28
	Status96   Number // 29
	Status97   Number // 30
	TotalECOAZ Number // 31
	TotalN1    Number // 32
	TotalK1    Number // 33
	TotalK2    Number // 34
	TotalK3    Number // 35
	TotalK4    Number // 36
	TotalL1    Number // 37
	SSNAll     Number // 38
	SSNBase    Number // 39
	SSNJ1      Number // 40
	SSNJ2      Number // 41
	DOBAll     Number // 42
	DOBBase    Number // 43
	DOBJ1      Number // 44
	DOBJ2      Number // 45
	PhoneAll   Number // 46
}
