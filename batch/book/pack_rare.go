package book

import "github.com/furnisher/furnisher/rules"

// What only some loans have is packed behind a flag, so that the others pay nothing for it.

// texts are the places of an employer's texts, in the order in which they are packed.
func (e *Employer) texts() [7]*string {
	return [7]*string{&e.Name, &e.Address1, &e.Address2, &e.City, &e.State, &e.PostalCode, &e.Occupation}
}

// dates and texts are the places of the further terms, in the order in which they are packed.
func (f *Further) dates() [4]*rules.Date {
	return [4]*rules.Date{&f.DeferredFrom, &f.DeferredUntil, &f.BalloonOn, &f.SoldOn}
}

func (f *Further) texts() [9]*string {
	return [9]*string{
		&f.SpecialComment, &f.OriginalCreditor, &f.CreditorClass, &f.PurchasedFrom, &f.SoldTo, &f.AgencyID, &f.AgencyAccount,
		&f.MortgageID, &f.NewAccountNumber,
	}
}

func (p *packer) further(f *Further) {
	for _, date := range f.dates() {
		p.date(*date)
	}
	p.cents(f.BalloonAmount)
	for _, text := range f.texts() {
		p.text(*text)
	}
}

func (p *packer) cases(cases []rules.Case) {
	p.count(len(cases))
	for i := range cases {
		c := &cases[i]
		p.text(c.ID)
		p.text(string(c.Type))
		p.text(c.Status)
		p.text(string(c.Outcome))
		p.text(string(c.Disposition))
		p.text(string(c.DisputeKind))
		p.flags(c.AutoCreated, c.Acknowledged, c.DebtNotListed, c.AnswerOn != 0)
		p.count(c.Chapter)
		for _, date := range caseDates(c) {
			p.date(*date)
		}
		if c.AnswerOn != 0 { // behind a flag, so that rows from before it are read as they are
			p.date(c.AnswerOn)
		}
		p.cents(c.DisputedAmount)
		p.count(len(c.Parties))
		for _, position := range c.Parties {
			p.count(position)
		}
	}
}

// caseDates are the places of a case's dates, in the order in which they are packed.
func caseDates(c *rules.Case) [6]*rules.Date {
	return [6]*rules.Date{&c.OpenedOn, &c.ClosedOn, &c.DeletedOn, &c.FiledOn, &c.DispositionOn, &c.ReceivedOn}
}

func (p *packer) cancelled(payments []rules.CancelledPayment) {
	p.count(len(payments))
	for _, payment := range payments {
		p.date(payment.On)
		p.date(payment.ToldOn)
	}
}

// rare reads what only some loans have.
func (r *unpacker) rare(f *Facts) {
	flags := r.flags()
	f.Termination, f.Terms.Further, f.Cases, f.Cancelled = nil, Further{}, nil, nil
	if flags&1 != 0 {
		f.Termination = &rules.Termination{On: r.date(), Reason: r.text(), ReportAsDeleted: r.text(), RescindedOn: r.date()}
	}
	if flags&2 != 0 {
		r.further(&f.Terms.Further)
	}
	if flags&4 != 0 {
		f.Cases = make([]rules.Case, r.count())
		for i := range f.Cases {
			r.readCase(&f.Cases[i])
		}
	}
	if flags&8 != 0 {
		f.Cancelled = make([]rules.CancelledPayment, r.count())
		for i := range f.Cancelled {
			f.Cancelled[i] = rules.CancelledPayment{On: r.date(), ToldOn: r.date()}
		}
	}
}

func (r *unpacker) further(f *Further) {
	for _, date := range f.dates() {
		*date = r.date()
	}
	f.BalloonAmount = r.cents()
	for _, text := range f.texts() {
		*text = r.text()
	}
}

func (r *unpacker) readCase(c *rules.Case) {
	c.ID = r.text()
	c.Type, c.Status = rules.CaseType(r.text()), r.text()
	c.Outcome, c.Disposition = rules.CaseOutcome(r.text()), rules.Disposition(r.text())
	c.DisputeKind = rules.DisputeKind(r.text())
	flags := r.flags()
	c.AutoCreated, c.Acknowledged, c.DebtNotListed = flags&1 != 0, flags&2 != 0, flags&4 != 0
	c.Chapter = int(r.unsigned())
	for _, date := range caseDates(c) {
		*date = r.date()
	}
	if c.AnswerOn = 0; flags&8 != 0 {
		c.AnswerOn = r.date()
	}
	c.DisputedAmount = r.cents()
	if n := r.count(); n > 0 {
		c.Parties = make([]int, n)
		for i := range c.Parties {
			c.Parties[i] = int(r.unsigned())
		}
	}
}
