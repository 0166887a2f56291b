package metro2

// paidInNovember is a loan paid off in the later month.
func paidInNovember(r *Record) {
	paidRecord(r)
	r.Base.DateAccountInfo, r.Base.DateClosed, r.Base.DateLastPayment = 20261110, 20261110, 20261110
}

// lateTo is a late loan of November at a status.
func lateTo(status string) func(*Record) {
	return with(lateRecord, func(b *Base) { b.AccountStatus, b.DateAccountInfo = status, 20261130 })
}

// announces is a record with an L1 segment of a kind.
func announces(kind Number) func(*Record) {
	return l1(func(l *L1) {
		l.ChangeInd = kind
		if kind == 1 {
			l.NewIdentificationNumber = ""
		}
		if kind == 2 {
			l.NewAccountNumber = ""
		}
	})
}

func leaves(code string) func(*Record) { return base(func(b *Base) { b.ECOACode = code }) }

func reaffirms(code string) func(*Record) { return base(func(b *Base) { b.ConsumerInfo = code }) }

func profile(text string) func(*Record) { return base(func(b *Base) { b.PaymentHistory = text }) }

var (
	reportsAgain = pair{paidRecord, paidRecord}
	paidLate     = with(paidRecord, func(b *Base) { b.PaymentRating, b.DateFirstDelinquency = "1", 20260901 })
	paidLater    = with(paidRecord, func(b *Base) { b.PaymentRating, b.DateFirstDelinquency = "1", 20260902 })
	otherFirst   = with(lateTo("78"), func(b *Base) { b.DateFirstDelinquency = 20261021 })
	curedKeeps   = base(func(b *Base) { b.DateFirstDelinquency = 20261020 })
	chargedOther = with(chargedOffRecord, func(b *Base) { b.OriginalChargeoff = 15211 })
	rated        = with(foreclosed, func(b *Base) { b.PaymentRating = "5" })
	closedLater  = with(soldRecord, func(b *Base) { b.DateClosed = 20261016 })
	openedLater  = base(func(b *Base) { b.DateOpened = 20250316 })
	mortgaged    = base(func(b *Base) { b.PortfolioType = "M" })
	secured      = base(func(b *Base) { b.AccountType = "02" })
	otherName    = base(func(b *Base) { b.FirstName = "ROBIN" })
)

var historyCases = []historyCase{
	{id: "X02", severity: Error, says: "was deleted", trip: pair{deleted, nil}, miss: pair{nil, deleted}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{paidRecord, with(paidRecord, otherPaid)}, miss: pair{paidRecord, with(paidRecord, deletedBase)}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{paidRecord, base(func(b *Base) { b.DateClosed = 20261009 })}, miss: pair{paidRecord, nil}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{paidRecord, base(func(b *Base) { b.CurrentBalance = 0 })}, miss: pair{paidRecord, withStatus("97")}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{paidRecord, withStatus("96")}, miss: reportsAgain},
	{id: "X02", severity: Warning, says: "owed again", trip: pair{paidRecord, lateRecord}, miss: pair{paidRecord, with(paidRecord, otherPaid)}},
	{id: "X02", severity: Warning, says: "owed again", trip: pair{paidRecord, nil}, miss: pair{soldRecord, nil}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{paidRecord, base(func(b *Base) { b.CurrentBalance, b.ConsumerInfo = 0, "A" })}, miss: pair{paidRecord, base(func(b *Base) { b.CurrentBalance, b.ConsumerInfo = 0, "E" })}},
	{id: "X02", severity: Error, says: "now another one", trip: pair{soldRecord, nil}, miss: pair{soldRecord, func(r *Record) { r.K2 = &K2{Indicator: 9} }}},
	{id: "X02", severity: Error, says: "three times", trip: reportsAgain, before: 2, miss: reportsAgain},
	{id: "X02", severity: Warning, says: "once is enough", trip: reportsAgain, miss: pair{nil, paidInNovember}},
	{id: "X03", severity: Warning, says: "date opened", trip: pair{nil, openedLater}},
	{id: "X03", severity: Warning, says: "portfolio type", trip: pair{nil, mortgaged}, miss: pair{nil, secured}},
	{id: "X03", severity: Warning, says: "charge-off amount", trip: pair{chargedOffRecord, chargedOther}, miss: pair{lateRecord, chargedOffRecord}},
	{id: "X03", severity: Warning, says: "first delinquency", trip: pair{lateRecord, otherFirst}, miss: pair{lateRecord, nil}},
	{id: "X04", severity: Warning, says: "does not begin", trip: pair{lateRecord, profile("00000000000000000000BBBB")}, miss: pair{lateRecord, profile("10000000000000000000BBBB")}},
	{id: "X04", severity: Warning, says: "does not begin", trip: pair{nil, base(func(b *Base) { b.DateAccountInfo, b.PaymentHistory = 20261231, "000000000000000000000BBB" })}, miss: pair{nil, base(func(b *Base) { b.DateAccountInfo, b.PaymentHistory = 20261231, "D00000000000000000000BBB" })}},
	{id: "X04", severity: Warning, says: "does not begin", trip: pair{collection, with(collection, func(b *Base) { b.PaymentHistory = "0" + noHistory[:23] })}, miss: pair{collection, collection}},
	{id: "X04", severity: Warning, says: "does not go on", trip: pair{nil, profile("00100000000000000000BBBB")}, miss: pair{nil, profile("10000000000000000000BBBB")}},
	{id: "H15", severity: Warning, says: "new account number", trip: pair{announces(1), announces(1)}, miss: pair{announces(1), l1(func(l *L1) { l.NewAccountNumber = "NEW0000000002" })}},
	{id: "H15", severity: Warning, says: "new identification number", trip: pair{announces(2), announces(3)}, miss: pair{announces(2), announces(1)}},
	{id: "H16", severity: Warning, says: "delinquency grew", trip: pair{lateRecord, lateTo("80")}, miss: pair{lateRecord, with(lateTo("80"), func(b *Base) { b.DateAccountInfo = 20261231 })}},
	{id: "H16", severity: Warning, says: "now charged off", trip: pair{foreclosed, chargedOffRecord}, miss: pair{withStatus("96"), chargedOffRecord}},
	{id: "H16", severity: Warning, says: "reported as paid", trip: pair{paidRecord, with(paidRecord, deletedBase)}, miss: pair{lateRecord, deleted}},
	{id: "H16", severity: Warning, says: "reported as paid", trip: pair{paidRecord, nil}, miss: reportsAgain},
	{id: "H16", severity: Warning, says: "require one", trip: pair{lateRecord, otherFirst}, miss: pair{lateRecord, lateTo("78")}},
	{id: "H16", severity: Warning, says: "charge-off amount", trip: pair{chargedOffRecord, chargedOther}, miss: pair{chargedOffRecord, with(chargedOther, deletedBase)}},
	{id: "H16", severity: Warning, says: "date opened", trip: pair{nil, openedLater}},
	{id: "H16", severity: Warning, says: "portfolio type changed", trip: pair{nil, mortgaged}, miss: pair{nil, secured}},
	{id: "H16", severity: Warning, says: "newest months", trip: pair{lateRecord, profile("00000000000000000000BBBB")}, miss: pair{lateRecord, profile("10000000000000000000BBBB")}},
	{id: "H16", severity: Warning, says: "became current", trip: pair{lateRecord, curedKeeps}, miss: pair{lateRecord, base(func(b *Base) { b.DateFirstDelinquency, b.ConsumerInfo = 20261020, "D" })}},
	{id: "H16", severity: Warning, says: "date closed", trip: pair{soldRecord, closedLater}, miss: pair{with(creditLine, func(b *Base) { b.DateClosed = 20261015 }), with(creditLine, func(b *Base) { b.DateClosed = 20261016 })}},
	{id: "H16", severity: Warning, says: "account type", trip: pair{nil, secured}, miss: pair{nil, mortgaged}},
	{id: "H16", severity: Warning, says: "reaffirmation", trip: pair{reaffirms("V"), reaffirms("R")}, miss: pair{reaffirms("R"), reaffirms("V")}},
	{id: "H16", severity: Warning, says: "ECOA Z", trip: pair{leaves("Z"), leaves("1")}, miss: pair{leaves("Z"), otherName}},
	{id: "H16", severity: Warning, says: "payment rating", trip: pair{foreclosed, rated}, miss: pair{foreclosed, with(rated, func(b *Base) { b.AccountStatus = "89" })}},
}

func otherPaid(b *Base) {
	b.AccountStatus, b.PaymentRating, b.DateFirstDelinquency = "61", "", 20260901
}

func deletedBase(b *Base) { b.AccountStatus, b.PaymentRating = "DA", "" }

var examinerPairs = []historyCase{
	{id: "PHP-Status-1", severity: Warning, trip: pair{lateRecord, profile("00000000000000000000BBBB")}, miss: pair{with(lateRecord, func(b *Base) { b.ConsumerInfo = "D" }), profile("D0000000000000000000BBBB")}},
	{id: "PHP-Status-2", severity: Warning, trip: pair{creditCard, with(creditCard, func(b *Base) { b.PaymentHistory = "E" + b.PaymentHistory[:23] })}, miss: pair{nil, profile("E0000000000000000000BBBB")}},
	{id: "PHP-Status-3", severity: Warning, trip: pair{chargedOffRecord, with(chargedOffRecord, func(b *Base) { b.PaymentHistory = "G" + b.PaymentHistory[:23] })}, miss: pair{chargedOffRecord, chargedOffRecord}},
	{id: "PROG-Status-1", severity: Warning, trip: pair{withStatus("82"), lateTo("84")}, miss: pair{withStatus("82"), lateTo("83")}},
	{id: "PROG-Status-2", severity: Warning, trip: pair{foreclosed, chargedOffRecord}, miss: pair{withStatus("96"), chargedOffRecord}},
	{id: "PROG-Status-3", severity: Warning, trip: pair{paidRecord, with(paidRecord, deletedBase)}, miss: reportsAgain},
	{id: "PROG-Rating-1", severity: Warning, trip: pair{foreclosed, rated}, miss: pair{foreclosed, with(rated, func(b *Base) { b.AccountStatus = "89" })}},
	{id: "PROG-DOFD-1", severity: Warning, trip: pair{lateRecord, otherFirst}, miss: pair{lateRecord, lateTo("78")}},
	{id: "PROG-DOFD-2", severity: Warning, trip: pair{paidLate, paidLater}, miss: pair{paidRecord, paidLater}},
	{id: "PROG-DOFD-3", severity: Warning, trip: pair{lateRecord, curedKeeps}, miss: pair{foreclosed89, with(foreclosed89, func(b *Base) { b.AccountStatus = "11" })}},
	{id: "PROG-ChargeOff-1", severity: Warning, trip: pair{chargedOffRecord, chargedOther}, miss: pair{lateRecord, chargedOffRecord}},
	{id: "PROG-DateClosed-1", severity: Warning, trip: pair{soldRecord, lateRecord}, miss: pair{lateRecord, soldRecord}},
	{id: "PROG-DateOpen-1", severity: Warning, trip: pair{nil, openedLater}},
	{id: "PROG-Portfolio-1", severity: Warning, trip: pair{nil, mortgaged}, miss: pair{nil, secured}},
	{id: "PROG-Type-1", severity: Warning, trip: pair{nil, secured}, miss: pair{nil, mortgaged}},
	{id: "PROG-Bankruptcy-1", severity: Warning, trip: pair{reaffirms("V"), reaffirms("R")}, miss: pair{reaffirms("R"), reaffirms("V")}},
	{id: "PROG-ECOA-1", severity: Warning, trip: pair{leaves("Z"), leaves("1")}, miss: pair{leaves("Z"), otherName}},
	{id: "PROG-AccountChange-1", severity: Warning, trip: pair{announces(3), announces(1)}, miss: pair{announces(2), announces(2)}},
	{id: "PROG-AccountChange-2", severity: Warning, trip: pair{announces(2), announces(3)}, miss: pair{announces(1), announces(1)}},
	{id: "PROG-AccountChange-3", severity: Warning, trip: pair{l1(func(l *L1) { l.NewAccountNumber = "ACCT0000000001" }), nil}, miss: pair{announces(1), nil}},
}

func foreclosed89(r *Record) {
	foreclosed(r)
	r.Base.AccountStatus = "89"
}
