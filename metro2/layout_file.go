package metro2

// The header holds characters in both forms; only its reserved tail is shorter
// in the packed one.
var headerLayout = newLayout("header", true, []Field[Header]{
	{Num: "1", Key: "rdw", Name: "Record Descriptor Word", Width: 4, Need: Required, isRDW: true},
	{Num: "2", Key: "record_id", Name: "Record Identifier", Width: 6, Need: Required, Fixed: "HEADER"},
	{Num: "3", Key: "cycle_id", Name: "Cycle Identifier", Width: 2, Need: IfApplicable, Chars: CodeText, Help: "first cycle code present in the file; blank unless reporting by cycle", Ref: func(h *Header) any { return &h.CycleID }},
	{Num: "4", Key: "innovis_id", Name: "Innovis Program Identifier", Width: 10, Need: IfApplicable, Help: "assigned by the bureau", Ref: func(h *Header) any { return &h.InnovisID }},
	{Num: "5", Key: "equifax_id", Name: "Equifax Program Identifier", Width: 10, Need: IfApplicable, Help: "assigned by the bureau", Ref: func(h *Header) any { return &h.EquifaxID }},
	{Num: "6", Key: "experian_id", Name: "Experian Program Identifier", Width: 5, Need: IfApplicable, Help: "assigned by the bureau", Ref: func(h *Header) any { return &h.ExperianID }},
	{Num: "7", Key: "transunion_id", Name: "TransUnion Program Identifier", Width: 10, Need: IfApplicable, Help: "assigned by the bureau", Ref: func(h *Header) any { return &h.TransUnionID }},
	{Num: "8", Key: "activity_date", Name: "Activity Date", Width: 8, Need: Required, Unpack: true, Help: "most recent account update in the file", Ref: func(h *Header) any { return &h.ActivityDate }},
	{Num: "9", Key: "date_created", Name: "Date Created", Width: 8, Need: Required, Unpack: true, Help: "day the file was generated", Ref: func(h *Header) any { return &h.DateCreated }},
	{Num: "10", Key: "program_date", Name: "Program Date", Width: 8, Need: Optional, Unpack: true, Help: "when the furnisher built its format", Ref: func(h *Header) any { return &h.ProgramDate }},
	{Num: "11", Key: "program_rev_date", Name: "Program Revision Date", Width: 8, Need: Optional, Unpack: true, Help: "last change of that program", Ref: func(h *Header) any { return &h.ProgramRevDate }},
	{Num: "12", Key: "reporter_name", Name: "Reporter Name", Width: 40, Need: Required, Help: "company that sends the data", Ref: func(h *Header) any { return &h.ReporterName }},
	{Num: "13", Key: "reporter_address", Name: "Reporter Address", Width: 96, Need: Required, Help: "street, city, state and zip in one string", Ref: func(h *Header) any { return &h.ReporterAddress }},
	{Num: "14", Key: "reporter_phone", Name: "Reporter Telephone Number", Width: 10, Need: Optional, Show: ShowDigits, Unpack: true, Ref: func(h *Header) any { return &h.ReporterPhone }},
	{Num: "15", Key: "vendor_name", Name: "Software Vendor Name", Width: 40, Need: IfApplicable, Ref: func(h *Header) any { return &h.VendorName }},
	{Num: "16", Key: "vendor_version", Name: "Software Version Number", Width: 5, Need: IfApplicable, Ref: func(h *Header) any { return &h.VendorVersion }},
	{Num: "17", Key: "prbc_id", Name: "MicroBilt/PRBC Program Identifier", Width: 10, Need: IfApplicable, Ref: func(h *Header) any { return &h.PRBCID }},
	{Num: "18", Key: "reserved", Name: "Reserved", Width: 146, Need: Optional, Packed: 86},
})
