// Package metro2 writes, reads and checks files in the Metro 2 format, in which
// lenders furnish the state of their accounts to credit bureaus.
//
// A file is a header record, one data record per account and a trailer with
// counts. A data record is a base segment of 426 bytes with segments behind it:
// further consumers (J1, J2), original creditor (K1), sale (K2), mortgage
// numbers (K3), special payments (K4), changes of number (L1), employment (N1).
//
// Every field is one row of one table (layout_base.go and its neighbours), and
// that row drives encoding, decoding, checking, the dump and the reference.
// Code tables, trailer counters and rules are tables too. [Layouts] and [Rules]
// list them; FORMAT.md, which comments refer to, is the fact sheet that they were
// written from.
//
//	var file bytes.Buffer
//	w := metro2.NewWriter(&file, metro2.Header{
//		ActivityDate: 20261031, DateCreated: 20261102,
//		ReporterName: "TEST LENDER INC", ReporterAddress: "1 MAIN ST SPRINGFIELD IL 62701",
//	}, metro2.Options{})
//	err := w.Write(&metro2.Record{Base: metro2.Base{
//		IdentificationNumber: "TESTLENDER01", AccountNumber: "ACCT0000000001",
//		PortfolioType: "I", AccountType: "00", AccountStatus: "11",
//		Surname: "O'Neil", // written as ONEIL
//		// ...
//	}})
//	err = w.Close() // writes the trailer
//
//	summary, err := metro2.Validate(&file, func(f metro2.Finding) error {
//		fmt.Println(f) // record 2: base.first_name: position 257: error B25: ...
//		return nil
//	})
//
// The example of the package runs a whole month: it writes, validates, reads,
// explains, changes and compares a file.
//
// # What to use
//
//   - [NewWriter] writes a file, [Batch] parts of it in parallel;
//     [AppendRecord] encodes a single record. Records that are encoded already
//     are cut by [CutRecord], ordered by [AccountOf] and written by
//     [Writer.WriteEncoded].
//   - [NewReader] reads a file, whatever its form; [DecodeRecord] decodes a
//     single record.
//   - [Validate] checks a file, [Validator] several months of it, [CheckRecord]
//     and [CheckExaminer] a single record.
//   - [Reader.Explain] tells every field of a record, [Diff] the fields that
//     differ between two files, [Stats] what a file holds.
//   - [Convert] makes character form, packed form or JSON lines of a file;
//     [AppendJSON] and [NewJSONReader] do so with records.
//
// # Forms
//
// Numbers are digit characters in records of 426 bytes ([Character]) or packed
// decimals in records of 366 ([Packed]). Records stand one behind the other, in
// lines or in blocks, have variable or one fixed length, and are in ASCII or, on
// mainframes, in EBCDIC. The Reader finds out which; [Options] say what a Writer
// writes, always in ASCII. No form changes a value.
//
// # Strict out, lenient in
//
// A [Writer] folds what has one way to be written: lower case, diacritics,
// apostrophes, amounts of more than nine digits. Everything else that does not
// fit, a value that is too long, negative, no real date or no text of ASCII, is
// refused by a [FieldError] that names the field; nothing is ever cut.
// [AppendRecord], which writes one record, changes nothing at all. Callers who
// want more, such as a name without punctuation or a city cut to its field, fold
// before, by the named functions [FoldName], [FoldAddress], [FoldText] and
// [CutCity].
//
// The decoder reads whatever can be read and reports the rest as [Problem]
// values. A record without problems encodes to the very bytes it came from, and
// no byte of a file is passed over in silence.
// [CheckRecord] then judges what the values say, and a [Validator] with a history
// whether several monthly files agree. Rules have stable ids; [Rules] lists them.
//
// # What it refuses to do
//
// It knows no loan, no database and no clock, reads no environment and logs
// nothing. It decides nothing about an account: status, dates and history come
// from the caller. It never puts a name, number, date of birth or address into
// an error or finding, only record number, segment, field, position and rule.
//
// The format's authority is the industry's licensed guide, which this package
// does not reproduce. What the rules say is drawn from public sources; who goes
// live checks them against the current guide and each bureau's own rules.
package metro2
