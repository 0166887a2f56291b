package bureau

import (
	"strings"

	"github.com/furnisher/furnisher/batch/book"
	"github.com/furnisher/furnisher/metro2"
	"github.com/furnisher/furnisher/rules"
)

// appended are the segments behind the consumers of the record that an encoder makes.
type appended struct {
	k1 metro2.K1
	k2 metro2.K2
	k3 metro2.K3
	k4 metro2.K4
	l1 metro2.L1
	n1 metro2.N1
}

// setSegments fills in the segments K1 to L1 that were decided, nil for none.
func (e *Encoder) setSegments(s *rules.Segments) {
	r, in := &e.record, &e.appended
	r.K1, r.K2, r.K3, r.K4, r.L1 = nil, nil, nil, nil, nil
	if s == nil {
		return
	}
	if s.CreditorName != "" {
		in.k1 = metro2.K1{CreditorName: metro2.FoldText(s.CreditorName), CreditorClass: number(s.CreditorClass)}
		r.K1 = &in.k1
	}
	if s.SaleIndicator != "" {
		in.k2 = metro2.K2{Indicator: number(s.SaleIndicator), Name: metro2.FoldText(s.SaleName)}
		r.K2 = &in.k2
	}
	if s.AgencyID != "" {
		in.k3 = metro2.K3{AgencyID: number(s.AgencyID), AgencyAccount: strings.ToUpper(s.AgencyAccount), MIN: strings.ToUpper(s.MortgageID)}
		r.K3 = &in.k3
	}
	if s.PaymentIndicator != "" {
		in.k4 = metro2.K4{
			PaymentInd: number(s.PaymentIndicator), DeferredStart: date(s.DeferredStart), BalloonDate: date(s.BalloonOn),
			BalloonAmount: metro2.Dollars(s.BalloonAmount),
		}
		r.K4 = &in.k4
	}
	if s.NewAccountNumber != "" {
		in.l1 = metro2.L1{ChangeInd: changesAccountNumber, NewAccountNumber: s.NewAccountNumber}
		r.L1 = &in.l1
	}
}

// changesAccountNumber is the change indicator of an L1 that announces a new account number.
const changesAccountNumber = 1

// setEmployer fills in N1, which tells where the consumer of the base segment works, if the lender knows it.
func (e *Encoder) setEmployer(at *book.Employer) {
	e.record.N1 = nil
	if at.Name == "" {
		return
	}
	e.appended.n1 = metro2.N1{
		EmployerName: metro2.FoldText(at.Name), EmployerAddress1: metro2.FoldAddress(at.Address1), EmployerAddress2: metro2.FoldAddress(at.Address2),
		EmployerCity: metro2.CutCity(metro2.FoldAddress(at.City)), EmployerState: strings.ToUpper(at.State), EmployerZip: digits(at.PostalCode),
		Occupation: metro2.FoldText(at.Occupation),
	}
	e.record.N1 = &e.appended.n1
}
