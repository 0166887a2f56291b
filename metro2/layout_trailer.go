package metro2

// counterRule says what one trailer counter counts in one record: the records
// with an account status, or whatever count returns.
type counterRule struct {
	status string
	count  func(*Record) Number
}

func perStatus(code string) *counterRule { return &counterRule{status: code} }

func perRecord(count func(*Record) Number) *counterRule { return &counterRule{count: count} }

// The trailer table carries, beside the layout of each counter, what it counts:
// writer and verifier add up by the same rows. The block count alone has no
// rule, it depends on the file and not on its records.
var trailerLayout = newLayout("trailer", true, []Field[Trailer]{
	{Num: "1", Key: "rdw", Name: "Record Descriptor Word", Width: 4, Need: Required, isRDW: true},
	{Num: "2", Key: "record_id", Name: "Record Identifier", Width: 7, Need: Required, Fixed: "TRAILER"},
	{Num: "3", Key: "total_base", Name: "Total Base Records", Width: 9, Need: Required, recount: perRecord(func(*Record) Number { return 1 }), Ref: func(t *Trailer) any { return &t.TotalBase }},
	{Num: "4", Key: "reserved1", Name: "Reserved", Width: 9, Need: Optional, Packed: 5},
	{Num: "5", Key: "status_DF", Name: "Total of Status Code DF", Width: 9, Need: Optional, recount: perStatus("DF"), Ref: func(t *Trailer) any { return &t.StatusDF }},
	{Num: "6", Key: "total_j1", Name: "Total J1 Segments", Width: 9, Need: IfApplicable, recount: perRecord(func(r *Record) Number { return Number(len(r.J1)) }), Ref: func(t *Trailer) any { return &t.TotalJ1 }},
	{Num: "7", Key: "total_j2", Name: "Total J2 Segments", Width: 9, Need: IfApplicable, recount: perRecord(func(r *Record) Number { return Number(len(r.J2)) }), Ref: func(t *Trailer) any { return &t.TotalJ2 }},
	{Num: "8", Key: "block_count", Name: "Block Count", Width: 9, Need: IfApplicable, Help: "physical blocks on the file, if applicable", Ref: func(t *Trailer) any { return &t.BlockCount }},
	{Num: "9", Key: "status_DA", Name: "Total of Status Code DA", Width: 9, Need: Optional, recount: perStatus("DA"), Ref: func(t *Trailer) any { return &t.StatusDA }},
	{Num: "10", Key: "status_05", Name: "Total of Status Code 05", Width: 9, Need: Optional, Help: "reserved (zero) in the newest edition", recount: perStatus("05"), Ref: func(t *Trailer) any { return &t.Status05 }},
	{Num: "11", Key: "status_11", Name: "Total of Status Code 11", Width: 9, Need: Optional, recount: perStatus("11"), Ref: func(t *Trailer) any { return &t.Status11 }},
	{Num: "12", Key: "status_13", Name: "Total of Status Code 13", Width: 9, Need: Optional, recount: perStatus("13"), Ref: func(t *Trailer) any { return &t.Status13 }},
	{Num: "13", Key: "status_61", Name: "Total of Status Code 61", Width: 9, Need: Optional, recount: perStatus("61"), Ref: func(t *Trailer) any { return &t.Status61 }},
	{Num: "14", Key: "status_62", Name: "Total of Status Code 62", Width: 9, Need: Optional, recount: perStatus("62"), Ref: func(t *Trailer) any { return &t.Status62 }},
	{Num: "15", Key: "status_63", Name: "Total of Status Code 63", Width: 9, Need: Optional, recount: perStatus("63"), Ref: func(t *Trailer) any { return &t.Status63 }},
	{Num: "16", Key: "status_64", Name: "Total of Status Code 64", Width: 9, Need: Optional, recount: perStatus("64"), Ref: func(t *Trailer) any { return &t.Status64 }},
	{Num: "17", Key: "status_65", Name: "Total of Status Code 65", Width: 9, Need: Optional, recount: perStatus("65"), Ref: func(t *Trailer) any { return &t.Status65 }},
	{Num: "18", Key: "status_71", Name: "Total of Status Code 71", Width: 9, Need: Optional, recount: perStatus("71"), Ref: func(t *Trailer) any { return &t.Status71 }},
	{Num: "19", Key: "status_78", Name: "Total of Status Code 78", Width: 9, Need: Optional, recount: perStatus("78"), Ref: func(t *Trailer) any { return &t.Status78 }},
	{Num: "20", Key: "status_80", Name: "Total of Status Code 80", Width: 9, Need: Optional, recount: perStatus("80"), Ref: func(t *Trailer) any { return &t.Status80 }},
	{Num: "21", Key: "status_82", Name: "Total of Status Code 82", Width: 9, Need: Optional, recount: perStatus("82"), Ref: func(t *Trailer) any { return &t.Status82 }},
	{Num: "22", Key: "status_83", Name: "Total of Status Code 83", Width: 9, Need: Optional, recount: perStatus("83"), Ref: func(t *Trailer) any { return &t.Status83 }},
	{Num: "23", Key: "status_84", Name: "Total of Status Code 84", Width: 9, Need: Optional, recount: perStatus("84"), Ref: func(t *Trailer) any { return &t.Status84 }},
	{Num: "24", Key: "status_88", Name: "Total of Status Code 88", Width: 9, Need: Optional, recount: perStatus("88"), Ref: func(t *Trailer) any { return &t.Status88 }},
	{Num: "25", Key: "status_89", Name: "Total of Status Code 89", Width: 9, Need: Optional, recount: perStatus("89"), Ref: func(t *Trailer) any { return &t.Status89 }},
	{Num: "26", Key: "status_93", Name: "Total of Status Code 93", Width: 9, Need: Optional, recount: perStatus("93"), Ref: func(t *Trailer) any { return &t.Status93 }},
	{Num: "27", Key: "status_94", Name: "Total of Status Code 94", Width: 9, Need: Optional, recount: perStatus("94"), Ref: func(t *Trailer) any { return &t.Status94 }},
	{Num: "28", Key: "status_95", Name: "Total of Status Code 95", Width: 9, Need: Optional, recount: perStatus("95"), Ref: func(t *Trailer) any { return &t.Status95 }},
	{Num: "29", Key: "status_96", Name: "Total of Status Code 96", Width: 9, Need: Optional, recount: perStatus("96"), Ref: func(t *Trailer) any { return &t.Status96 }},
	{Num: "30", Key: "status_97", Name: "Total of Status Code 97", Width: 9, Need: Optional, recount: perStatus("97"), Ref: func(t *Trailer) any { return &t.Status97 }},
	{Num: "31", Key: "total_ecoa_z", Name: "Total of ECOA Code Z", Width: 9, Need: Optional, Help: "base, J1 and J2", recount: perRecord(countECOAZ), Ref: func(t *Trailer) any { return &t.TotalECOAZ }},
	{Num: "32", Key: "total_n1", Name: "Total Employment (N1) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.N1 != nil) }), Ref: func(t *Trailer) any { return &t.TotalN1 }},
	{Num: "33", Key: "total_k1", Name: "Total Original Creditor (K1) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.K1 != nil) }), Ref: func(t *Trailer) any { return &t.TotalK1 }},
	{Num: "34", Key: "total_k2", Name: "Total Purchased From/Sold To (K2) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.K2 != nil) }), Ref: func(t *Trailer) any { return &t.TotalK2 }},
	{Num: "35", Key: "total_k3", Name: "Total Mortgage Information (K3) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.K3 != nil) }), Ref: func(t *Trailer) any { return &t.TotalK3 }},
	{Num: "36", Key: "total_k4", Name: "Total Specialized Payment (K4) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.K4 != nil) }), Ref: func(t *Trailer) any { return &t.TotalK4 }},
	{Num: "37", Key: "total_l1", Name: "Total Change (L1) Segments", Width: 9, Need: Optional, recount: perRecord(func(r *Record) Number { return one(r.L1 != nil) }), Ref: func(t *Trailer) any { return &t.TotalL1 }},
	{Num: "38", Key: "ssn_all", Name: "Total SSNs, all segments", Width: 9, Need: Optional, Help: "neither zero- nor 9-filled", recount: perRecord(func(r *Record) Number { return ssnBase(r) + ssnJ1(r) + ssnJ2(r) }), Ref: func(t *Trailer) any { return &t.SSNAll }},
	{Num: "39", Key: "ssn_base", Name: "Total SSNs in base segments", Width: 9, Need: Optional, recount: perRecord(ssnBase), Ref: func(t *Trailer) any { return &t.SSNBase }},
	{Num: "40", Key: "ssn_j1", Name: "Total SSNs in J1", Width: 9, Need: Optional, recount: perRecord(ssnJ1), Ref: func(t *Trailer) any { return &t.SSNJ1 }},
	{Num: "41", Key: "ssn_j2", Name: "Total SSNs in J2", Width: 9, Need: Optional, recount: perRecord(ssnJ2), Ref: func(t *Trailer) any { return &t.SSNJ2 }},
	{Num: "42", Key: "dob_all", Name: "Total Dates of Birth, all segments", Width: 9, Need: Optional, Help: "not zero-filled", recount: perRecord(func(r *Record) Number { return dobBase(r) + dobJ1(r) + dobJ2(r) }), Ref: func(t *Trailer) any { return &t.DOBAll }},
	{Num: "43", Key: "dob_base", Name: "Total Dates of Birth in base", Width: 9, Need: Optional, recount: perRecord(dobBase), Ref: func(t *Trailer) any { return &t.DOBBase }},
	{Num: "44", Key: "dob_j1", Name: "Total Dates of Birth in J1", Width: 9, Need: Optional, recount: perRecord(dobJ1), Ref: func(t *Trailer) any { return &t.DOBJ1 }},
	{Num: "45", Key: "dob_j2", Name: "Total Dates of Birth in J2", Width: 9, Need: Optional, recount: perRecord(dobJ2), Ref: func(t *Trailer) any { return &t.DOBJ2 }},
	{Num: "46", Key: "phone_all", Name: "Total Telephone Numbers, all segments", Width: 9, Need: Optional, Help: "not zero-filled", recount: perRecord(countPhones), Ref: func(t *Trailer) any { return &t.PhoneAll }},
	{Num: "47", Key: "reserved2", Name: "Reserved", Width: 19, Need: Optional, Packed: 135},
})
