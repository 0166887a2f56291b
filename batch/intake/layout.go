package intake

// FileLayout describes a file of the extract.
type FileLayout struct {
	File    string         `json:"file"`
	Key     []string       `json:"key"` // columns that identify a row
	Columns []ColumnLayout `json:"columns"`
}

// ColumnLayout describes a column of a file.
type ColumnLayout struct {
	Name     string   `json:"column"`
	Type     string   `json:"type"` // in words
	Codes    []string `json:"codes"`
	Required bool     `json:"required"`
	Absent   string   `json:"absent"` // what is meant when there is no value; empty: nothing
	Names    string   `json:"names"`  // the file whose row it names; empty: none
	Example  string   `json:"example"`
}

// Layout returns the files of the extract in the order in which they are taken in, made from the tables that take them in.
// The examples of all files together are an extract that can be imported.
func Layout() []FileLayout {
	var out []FileLayout
	for i := range tables {
		t := &tables[i]
		l := FileLayout{File: t.file}
		for k := range t.columns {
			c := &t.columns[k]
			if c.derived {
				continue
			}
			l.Columns = append(l.Columns, ColumnLayout{
				Name: c.name, Type: c.kind.words, Codes: append([]string{}, c.kind.codes...), Required: c.required, Absent: meant(c.absent),
				Names: t.named(c), Example: t.example(c.name),
			})
		}
		for _, place := range t.keyPlaces {
			l.Key = append(l.Key, t.columns[place].name)
		}
		out = append(out, l)
	}
	return out
}

// meant is what a person reads of an absent value: an empty list is nothing.
func meant(absent string) string {
	if absent == "{}" {
		return ""
	}
	return absent
}

// named returns the file whose row a column names.
func (t *table) named(c *column) string {
	for _, ref := range t.refs {
		if ref.column != c.stagedName() {
			continue
		}
		for i := range tables {
			if len(tables[i].books) > 0 && tables[i].books[0] == ref.table {
				return tables[i].file
			}
		}
	}
	return ""
}

// example returns the value of a column in the example row of its file.
func (t *table) example(column string) string {
	if v, own := examples[t.file+" "+column]; own {
		return v
	}
	return examples[column]
}

// examples are values by column, those of one file by file and column. All people are invented, and a social security number
// of area 666 is never issued.
var examples = map[string]string{
	"program_id": "NORTH", "identification_number": "FRN10001", "reporter_name": "Northfield Lending",
	"reporter_address": "100 Ledger Avenue, Harton, OH 43004", "reporter_phone": "6145550100", "equifax_id": "404FN00101",
	"calendar": "monthly:last", "dofd_rule": "reports", "charge_off_past_due": "balance", "accommodations": "protect", "retention_months": "36", "dispute_address": "Box 7, Harton, OH 43004",
	"product_id": "PIL", "name": "Personal instalment loan", "portfolio_type": "I", "account_type": "01", "terms_frequency": "M",
	"interest_type": "F", "delinquent_after": "2", "charge_off_after": "3", "grace_days": "10", "closes_on_payoff": "true",
	"payoff_hold_days": "0", "trailing_reports": "1", "delinquency_method": "days", "payments_ahead": "carry", "days_counted": "calendar",
	"destinations.csv destination": "innovis", "destinations.csv innovis_id": "1234567890",
	"customer_id": "C-2001", "surname": "Alderbrook", "first_name": "Robin", "ssn": "666100001", "date_of_birth": "1980-02-29",
	"phone": "6145550123", "address1": "1 Elm St", "city": "Harton", "state": "OH", "postal_code": "43004",
	"loan_id": "L-1001", "account_number": "4000000000001001", "opened_on": "2026-01-01", "original_amount": "1200.00",
	"terms_duration": "12", "scheduled_payment": "100.00", "status": "ACTIVE", "status_since": "2026-01-01",
	"servicing_status": "SERVICING", "furnish": "true", "ecoa_code": "1", "position": "1",
	"cycle_no": "1", "starts_on": "2026-01-01", "ends_on": "2026-01-31", "due_on": "2026-02-15", "minimum_due": "100.00",
	"transaction_id": "T-3001", "transactions.csv type": "ORIGINATION", "transactions.csv amount": "1200.00", "effective_on": "2026-01-01",
	"posted_at": "2026-01-01T12:00:00Z", "transactions.csv state": "SETTLED",
	"reason_rules.csv activity_status": "LIQ", "reason_rules.csv activity_substatus": "FLT", "require_payoff_reason": "true",
	"terminations.csv terminated_on": "2026-06-30", "terminations.csv reason": "OTHR",
	"schedule_id": "S-4001", "schedules.csv kind": "CALL", "schedules.csv state": "ACTIVE", "scheduled_items.csv schedule_id": "",
	"item_id": "I-5001", "scheduled_items.csv kind": "PAYMENT", "scheduled_items.csv state": "PENDING",
	"due_at": "2026-02-15T10:00:00Z", "scheduled_items.csv amount": "100.00", "required_notice": "false",
	"from_on": "2026-03-01", "to_on": "2026-05-31", "pauses.csv reason": "HARDSHIP",
	"case_id": "K-6001", "cases.csv type": "MILITARY", "cases.csv status": "OPEN", "cases.csv opened_on": "2026-04-01", "auto_created": "false",
	"acknowledged": "true", "case_parties.csv loan_id": "", "customerId": "C-2001", "action": "remove",
}
