package metro2

// Appended segments hold characters in both forms, at the same lengths.

var j1Layout = newLayout("j1", false, []Field[J1]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "J1"},
	{Num: "2", Key: "reserved1", Name: "Reserved", Width: 1, Need: Optional, Help: "the consumer transaction type of old files"},
	{Num: "3", Key: "surname", Name: "Surname", Width: 25, Need: Required, Chars: NameText, Mask: true, Ref: func(j *J1) any { return &j.Surname }},
	{Num: "4", Key: "first_name", Name: "First Name", Width: 20, Need: Required, Chars: NameText, Mask: true, Ref: func(j *J1) any { return &j.FirstName }},
	{Num: "5", Key: "middle_name", Name: "Middle Name", Width: 20, Need: IfApplicable, Chars: NameText, Mask: true, Ref: func(j *J1) any { return &j.MiddleName }},
	{Num: "6", Key: "generation_code", Name: "Generation Code", Width: 1, Need: IfApplicable, Chars: CodeText, Codes: &GenerationCodes, Ref: func(j *J1) any { return &j.GenerationCode }},
	{Num: "7", Key: "ssn", Name: "Social Security Number", Width: 9, Need: Optional, Show: ShowDigits, Mask: true, Ref: func(j *J1) any { return &j.SSN }},
	{Num: "8", Key: "date_of_birth", Name: "Date of Birth", Width: 8, Need: Optional, Mask: true, Ref: func(j *J1) any { return &j.DateOfBirth }},
	{Num: "9", Key: "phone", Name: "Telephone Number", Width: 10, Need: Optional, Show: ShowDigits, Mask: true, Ref: func(j *J1) any { return &j.Phone }},
	{Num: "10", Key: "ecoa_code", Name: "ECOA Code", Width: 1, Need: Required, Chars: CodeText, Codes: &ECOACodes, Ref: func(j *J1) any { return &j.ECOACode }},
	{Num: "11", Key: "consumer_info", Name: "Consumer Information Indicator", Width: 2, Need: IfApplicable, Chars: CodeText, Codes: &ConsumerInfoCodes, Ref: func(j *J1) any { return &j.ConsumerInfo }},
	{Num: "12", Key: "reserved2", Name: "Reserved", Width: 1, Need: Optional},
})

var j2Layout = newLayout("j2", false, []Field[J2]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "J2"},
	{Num: "2", Key: "reserved1", Name: "Reserved", Width: 1, Need: Optional, Help: "the consumer transaction type of old files"},
	{Num: "3", Key: "surname", Name: "Surname", Width: 25, Need: Required, Chars: NameText, Mask: true, Ref: func(j *J2) any { return &j.Surname }},
	{Num: "4", Key: "first_name", Name: "First Name", Width: 20, Need: Required, Chars: NameText, Mask: true, Help: "may be blank for a business (ECOA W)", Ref: func(j *J2) any { return &j.FirstName }},
	{Num: "5", Key: "middle_name", Name: "Middle Name", Width: 20, Need: IfApplicable, Chars: NameText, Mask: true, Ref: func(j *J2) any { return &j.MiddleName }},
	{Num: "6", Key: "generation_code", Name: "Generation Code", Width: 1, Need: IfApplicable, Chars: CodeText, Codes: &GenerationCodes, Ref: func(j *J2) any { return &j.GenerationCode }},
	{Num: "7", Key: "ssn", Name: "Social Security Number", Width: 9, Need: Optional, Show: ShowDigits, Mask: true, Ref: func(j *J2) any { return &j.SSN }},
	{Num: "8", Key: "date_of_birth", Name: "Date of Birth", Width: 8, Need: Optional, Mask: true, Ref: func(j *J2) any { return &j.DateOfBirth }},
	{Num: "9", Key: "phone", Name: "Telephone Number", Width: 10, Need: Optional, Show: ShowDigits, Mask: true, Ref: func(j *J2) any { return &j.Phone }},
	{Num: "10", Key: "ecoa_code", Name: "ECOA Code", Width: 1, Need: Required, Chars: CodeText, Codes: &ECOACodes, Ref: func(j *J2) any { return &j.ECOACode }},
	{Num: "11", Key: "consumer_info", Name: "Consumer Information Indicator", Width: 2, Need: IfApplicable, Chars: CodeText, Codes: &ConsumerInfoCodes, Ref: func(j *J2) any { return &j.ConsumerInfo }},
	{Num: "12", Key: "country_code", Name: "Country Code", Width: 2, Need: Optional, Chars: CodeText, Ref: func(j *J2) any { return &j.CountryCode }},
	{Num: "13", Key: "address1", Name: "First Line of Address", Width: 32, Need: Required, Mask: true, Ref: func(j *J2) any { return &j.Address1 }},
	{Num: "14", Key: "address2", Name: "Second Line of Address", Width: 32, Need: IfApplicable, Mask: true, Ref: func(j *J2) any { return &j.Address2 }},
	{Num: "15", Key: "city", Name: "City", Width: 20, Need: Required, Mask: true, Help: "cut at the right if longer, see CutCity", Ref: func(j *J2) any { return &j.City }},
	{Num: "16", Key: "state", Name: "State", Width: 2, Need: Required, Chars: CodeText, Mask: true, Codes: &States, Ref: func(j *J2) any { return &j.State }},
	{Num: "17", Key: "postal_code", Name: "Postal/Zip Code", Width: 9, Need: Required, Chars: CodeText, Mask: true, Ref: func(j *J2) any { return &j.PostalCode }},
	{Num: "18", Key: "address_ind", Name: "Address Indicator", Width: 1, Need: Optional, Chars: CodeText, Codes: &AddressIndicators, Ref: func(j *J2) any { return &j.AddressInd }},
	{Num: "19", Key: "residence_code", Name: "Residence Code", Width: 1, Need: Optional, Chars: CodeText, Codes: &ResidenceCodes, Ref: func(j *J2) any { return &j.ResidenceCode }},
	{Num: "20", Key: "reserved2", Name: "Reserved", Width: 2, Need: Optional},
})

var k1Layout = newLayout("k1", false, []Field[K1]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "K1"},
	{Num: "2", Key: "creditor_name", Name: "Original Creditor Name", Width: 30, Need: Required, Help: "who originally opened the account", Ref: func(k *K1) any { return &k.CreditorName }},
	{Num: "3", Key: "creditor_class", Name: "Creditor Classification", Width: 2, Need: Required, Show: ShowCode, Codes: &CreditorClasses, Ref: func(k *K1) any { return &k.CreditorClass }},
})

var k2Layout = newLayout("k2", false, []Field[K2]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "K2"},
	{Num: "2", Key: "indicator", Name: "Purchased From / Sold To Indicator", Width: 1, Need: Required, Show: ShowCode, Codes: &SaleIndicators, Ref: func(k *K2) any { return &k.Indicator }},
	{Num: "3", Key: "name", Name: "Purchased From or Sold To Name", Width: 30, Need: IfApplicable, Help: "blank when the indicator is 9", Ref: func(k *K2) any { return &k.Name }},
	{Num: "4", Key: "reserved", Name: "Reserved", Width: 1, Need: Optional},
})

var k3Layout = newLayout("k3", false, []Field[K3]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "K3"},
	{Num: "2", Key: "agency_id", Name: "Agency Identifier", Width: 2, Need: IfApplicable, Show: ShowCode, Codes: &Agencies, Ref: func(k *K3) any { return &k.AgencyID }},
	{Num: "3", Key: "agency_account", Name: "Agency Account Number", Width: 18, Need: IfApplicable, Chars: CodeText, Mask: true, Help: "blank when there is no agency", Ref: func(k *K3) any { return &k.AgencyAccount }},
	{Num: "4", Key: "min", Name: "Mortgage Identification Number", Width: 18, Need: Optional, Chars: CodeText, Mask: true, Ref: func(k *K3) any { return &k.MIN }},
})

var k4Layout = newLayout("k4", false, []Field[K4]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "K4"},
	{Num: "2", Key: "payment_ind", Name: "Specialized Payment Indicator", Width: 2, Need: Required, Show: ShowCode, Codes: &PaymentIndicators, Ref: func(k *K4) any { return &k.PaymentInd }},
	{Num: "3", Key: "deferred_start", Name: "Deferred Payment Start Date", Width: 8, Need: IfApplicable, Help: "first payment due of a deferred loan", Ref: func(k *K4) any { return &k.DeferredStart }},
	{Num: "4", Key: "balloon_date", Name: "Balloon Payment Due Date", Width: 8, Need: IfApplicable, Ref: func(k *K4) any { return &k.BalloonDate }},
	{Num: "5", Key: "balloon_amount", Name: "Balloon Payment Amount", Width: 9, Need: IfApplicable, Ref: func(k *K4) any { return &k.BalloonAmount }},
	{Num: "6", Key: "reserved", Name: "Reserved", Width: 1, Need: Optional},
})

var l1Layout = newLayout("l1", false, []Field[L1]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "L1"},
	{Num: "2", Key: "change_ind", Name: "Change Indicator", Width: 1, Need: Required, Show: ShowCode, Codes: &ChangeIndicators, Ref: func(l *L1) any { return &l.ChangeInd }},
	{Num: "3", Key: "new_account_number", Name: "New Consumer Account Number", Width: 30, Need: IfApplicable, Chars: CodeText, Mask: true, Help: "blank when the indicator is 2", Ref: func(l *L1) any { return &l.NewAccountNumber }},
	{Num: "4", Key: "new_identification_number", Name: "New Identification Number", Width: 20, Need: IfApplicable, Chars: CodeText, Help: "blank when the indicator is 1", Ref: func(l *L1) any { return &l.NewIdentificationNumber }},
	{Num: "5", Key: "reserved", Name: "Reserved", Width: 1, Need: Optional},
})

var n1Layout = newLayout("n1", false, []Field[N1]{
	{Num: "1", Key: "segment_id", Name: "Segment Identifier", Width: 2, Need: Required, Fixed: "N1"},
	{Num: "2", Key: "employer_name", Name: "Employer Name", Width: 30, Need: Required, Mask: true, Help: "employer of the base consumer", Ref: func(n *N1) any { return &n.EmployerName }},
	{Num: "3", Key: "employer_address1", Name: "First Line of Employer Address", Width: 32, Need: Optional, Mask: true, Ref: func(n *N1) any { return &n.EmployerAddress1 }},
	{Num: "4", Key: "employer_address2", Name: "Second Line of Employer Address", Width: 32, Need: Optional, Mask: true, Ref: func(n *N1) any { return &n.EmployerAddress2 }},
	{Num: "5", Key: "employer_city", Name: "Employer City", Width: 20, Need: Optional, Mask: true, Ref: func(n *N1) any { return &n.EmployerCity }},
	{Num: "6", Key: "employer_state", Name: "Employer State", Width: 2, Need: Optional, Chars: CodeText, Mask: true, Ref: func(n *N1) any { return &n.EmployerState }},
	{Num: "7", Key: "employer_zip", Name: "Employer Postal/Zip Code", Width: 9, Need: Optional, Chars: CodeText, Mask: true, Ref: func(n *N1) any { return &n.EmployerZip }},
	{Num: "8", Key: "occupation", Name: "Occupation", Width: 18, Need: IfApplicable, Mask: true, Ref: func(n *N1) any { return &n.Occupation }},
	{Num: "9", Key: "reserved", Name: "Reserved", Width: 1, Need: Optional},
})
