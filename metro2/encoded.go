package metro2

// What a caller needs of records that are encoded already, without decoding them.

// CutRecord cuts the first record off data, which holds records one behind the
// other as [AppendRecord] makes them: RDW first, no line ends. ok is false when
// data does not begin with a whole record; rest is data then.
func CutRecord(data []byte, form Form) (record, rest []byte, ok bool) {
	length, ok := rdwOf(data, form)
	if !ok || length < baseLayout.Size(form) || length > len(data) {
		return nil, data, false
	}
	return data[:length:length], data[length:], true
}

// AccountOf returns the account number of an encoded record as it stands there:
// 30 bytes with blanks at the end, so that [bytes.Compare] orders records as
// their account numbers are ordered. record holds a base segment at least, as
// what [CutRecord] returns.
func AccountOf(record []byte, form Form) []byte {
	field := accountSpans[form]
	return record[field.start:field.end:field.end]
}

var accountSpans = [2]span{
	Character: spanOf(baseLayout, "account_number", Character),
	Packed:    spanOf(baseLayout, "account_number", Packed),
}

// spanOf returns where a field stands in a segment. It panics when there is none.
func spanOf[T any](l *Layout[T], key string, form Form) span {
	for i := range l.plans[form].steps {
		if s := &l.plans[form].steps[i]; s.field.Key == key {
			return span{s.start, s.end}
		}
	}
	panic("metro2: layout " + l.name + " has no field " + key)
}
