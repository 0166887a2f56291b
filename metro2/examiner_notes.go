package metro2

const (
	fromPublished = "the examiner's published evaluator"
	fromExaminer  = "the examiner's historical tests, reconstructed"
)

// noteOf returns the note of a rule or check.
func noteOf(id string) RuleNote {
	if note, ok := ruleNotes[id]; ok {
		return note
	}
	note := examinerNotes[id]
	note.Source = fromExaminer
	if id == "Portfolio-Type-1" {
		note.Source = fromPublished
	}
	return note
}

// examinerNotes explain each check of the examiner; their source is the same for all.
var examinerNotes = map[string]RuleNote{
	"Portfolio-Type-1": {Fields: "portfolio_type account_type", Why: "Only six account types are lines of credit; another one is scored as something else."},

	"Status-APD-1":           {Fields: "account_status amount_past_due", Why: "Who is current or has paid owes nothing late."},
	"Status-APD-2":           {Fields: "account_status amount_past_due", Why: "A delinquency has an amount, or it is none."},
	"Status-APD-3":           {Fields: "account_status account_type portfolio_type amount_past_due", Why: "A car is taken back because something was past due."},
	"Status-Balance-1":       {Fields: "account_status current_balance", Why: "What was paid or transferred is owed no longer."},
	"Status-Balance-2":       {Fields: "account_status current_balance", Why: "Nobody is late with nothing."},
	"Status-Balance-3":       {Fields: "account_status current_balance", Why: "Collateral that covers the whole debt makes the account paid, not repossessed."},
	"Status-Balance-4":       {Fields: "portfolio_type account_status current_balance special_comment compliance_code", Why: "A loan without a balance is paid and should say so."},
	"Status-Balance-5":       {Fields: "portfolio_type account_type account_status current_balance", Why: "An account without a balance may be one that should be closed."},
	"Status-Balance-6":       {Fields: "account_status current_balance", Why: "A claim or a deed in lieu is about a debt."},
	"Status-Balance-7":       {Fields: "account_status payment_rating current_balance compliance_code", Why: "A foreclosure that was late leaves a balance, or was paid."},
	"Status-Balance-8":       {Fields: "portfolio_type account_status current_balance special_comment l1.change_ind", Why: "A loan at zero is paid, sold or moved, and should say which."},
	"Status-Balance-9":       {Fields: "portfolio_type account_status current_balance special_comment l1.change_ind", Why: "A line at zero is current, paid, sold or moved, and should say which."},
	"Status-Balance-10":      {Fields: "portfolio_type account_status current_balance special_comment l1.change_ind", Why: "A balance on a finished account keeps counting as debt."},
	"Status-ChargeOff-1":     {Fields: "account_status original_chargeoff", Why: "The amount of a loss belongs to an account that is one."},
	"Status-ChargeOff-2":     {Fields: "account_status original_chargeoff", Why: "A loss has an amount, and it never changes."},
	"Status-PaymentAmount-1": {Fields: "portfolio_type account_status terms_frequency date_opened actual_payment header.activity_date", Why: "Who is current has paid something, unless paid ahead: keep the explanation ready."},
	"Status-SMPA-1":          {Fields: "account_status scheduled_payment", Why: "A finished account asks for no monthly payment; one counts as an obligation."},
	"Status-SMPA-2":          {Fields: "portfolio_type account_type account_status scheduled_payment terms_frequency compliance_code", Why: "Who is late on a line has a minimum to pay."},
	"Status-SMPA-3":          {Fields: "portfolio_type account_status scheduled_payment terms_frequency special_comment compliance_code", Why: "An instalment loan has an instalment."},
	"Status-SMPA-4":          {Fields: "portfolio_type account_type account_status scheduled_payment terms_frequency compliance_code", Why: "A line in use has a minimum to pay."},

	"Status-DateClosed-1":  {Fields: "account_status date_closed", Why: "A closed account was closed on a day, and the day starts what the bureau keeps."},
	"Status-DateClosed-2":  {Fields: "account_status date_closed compliance_code", Why: "Open and closed cannot both be true of a loan."},
	"Status-DateClosed-3":  {Fields: "account_status date_closed", Why: "A foreclosure is complete on a day."},
	"Status-DOFD-1":        {Fields: "account_status payment_rating date_first_delinquency", Why: "Without this date nobody knows when the item must go."},
	"Status-DOFD-2":        {Fields: "account_status payment_rating date_first_delinquency", Why: "An old date on a cured account ages the next delinquency wrongly."},
	"DOAI-DOFD-1":          {Fields: "date_account_info date_first_delinquency", Why: "After seven years the item may no longer be shown."},
	"DOAI-PaymentAmount-1": {Fields: "date_account_info actual_payment", Why: "A payment without a date cannot be placed."},
	"DTCL-DOLP-1":          {Fields: "portfolio_type account_status date_closed date_last_payment", Why: "A loan is closed by its last payment."},
	"CCC-DateClosed-1":     {Fields: "compliance_code date_closed", Why: "An account closed at the consumer's request was closed on a day."},

	"Balance-APD-1":        {Fields: "current_balance amount_past_due l1.change_ind", Why: "Nothing of nothing can be late."},
	"Balance-APD-2":        {Fields: "current_balance amount_past_due", Why: "A part is not larger than the whole."},
	"Balance-DateClosed-1": {Fields: "portfolio_type current_balance date_closed special_comment l1.change_ind", Why: "A closed loan that is owed contradicts itself."},
	"Balance-DateClosed-2": {Fields: "portfolio_type current_balance date_closed special_comment l1.change_ind", Why: "A loan at zero that never closes stays on the report as open."},
	"Balloon-Balance-1":    {Fields: "current_balance k4.balloon_amount", Why: "A balloon is a part of what is owed."},
	"Deferred-SMPA-1":      {Fields: "account_status terms_frequency scheduled_payment", Why: "While payments are deferred none is due."},
	"Rating-APD-1":         {Fields: "account_status payment_rating amount_past_due", Why: "A rating of current says that nothing was past due."},
	"Rating-APD-2":         {Fields: "account_status payment_rating amount_past_due", Why: "A rating of late says that something was past due."},

	"SCC-AccountChange-1": {Fields: "special_comment l1.change_ind", Why: "The new servicer goes on under a new number, which joins the two tradelines."},
	"SCC-APD-1":           {Fields: "special_comment amount_past_due", Why: "What was settled or moved is not late here."},
	"SCC-APD-2":           {Fields: "special_comment amount_past_due", Why: "A comment that says owing goes with an amount."},
	"SCC-Balance-1":       {Fields: "special_comment current_balance", Why: "What was settled or moved is not owed here; the debt would count twice."},
	"SCC-Balance-2":       {Fields: "special_comment current_balance", Why: "A comment that says owing goes with a balance."},
	"SCC-DateClosed-1":    {Fields: "special_comment date_closed", Why: "A foreclosure that has only begun, and a forbearance, close nothing."},
	"SCC-DateClosed-2":    {Fields: "special_comment date_closed", Why: "What the grantor closed was closed on a day."},
	"SCC-DateClosed-3":    {Fields: "special_comment current_balance date_closed l1.change_ind", Why: "What has left this furnisher left on a day."},
	"SCC-PurchasedSold-1": {Fields: "special_comment k2.indicator", Why: "Consumer and bureau must learn who owns the debt now."},
	"SCC-PurchasedSold-2": {Fields: "special_comment k2.name", Why: "Consumer and bureau must learn who owns the debt now."},
	"SCC-Status-1":        {Fields: "special_comment account_status", Why: "A settled account is a paid one."},
	"SCC-Status-2":        {Fields: "special_comment account_status", Why: "Nothing is suspended or owed on a paid account."},
	"SCC-Status-3":        {Fields: "special_comment account_status", Why: "Only a debt in default goes into recovery."},
	"SCC-Status-4":        {Fields: "special_comment account_status", Why: "A foreclosure that has ended has not merely started."},
	"SCC-Status-5":        {Fields: "portfolio_type special_comment account_status current_balance l1.change_ind", Why: "A transfer keeps the status that the account had; only some can be transferred."},

	"Type-Balance-1":       {Fields: "portfolio_type account_status account_type special_comment current_balance", Why: "A prepaid lease has nothing left to pay."},
	"Type-SMPA-1":          {Fields: "portfolio_type account_status special_comment scheduled_payment", Why: "A prepaid lease has no payment left to make."},
	"Type-CreditLimit-1":   {Fields: "account_type terms_frequency credit_limit", Why: "A loan has an amount, not a limit; a limit changes the use of credit that scores see."},
	"Type-CreditLimit-2":   {Fields: "account_type terms_frequency credit_limit", Why: "A line without a limit looks fully used."},
	"Type-HCOLA-1":         {Fields: "account_type terms_frequency highest_credit", Why: "Without the original amount nobody sees how much was paid off."},
	"Type-HCOLA-2":         {Fields: "account_type terms_frequency highest_credit", Why: "Where the limit is missing, the highest balance stands in for it."},
	"Type-TermsDuration-1": {Fields: "portfolio_type terms_duration terms_frequency", Why: "The duration says how long the obligation lasts."},

	"Bankruptcy-APD-1":     {Fields: "account_status amount_past_due consumer_info j1.consumer_info j2.consumer_info", Why: "The examiner asks whether the zero is the discharge or a missing amount."},
	"Bankruptcy-Balance-1": {Fields: "account_status current_balance consumer_info j1.consumer_info j2.consumer_info", Why: "The examiner asks whether the zero is the discharge or a missing amount."},
	"Bankruptcy-SMPA-1":    {Fields: "account_status scheduled_payment consumer_info j1.consumer_info j2.consumer_info", Why: "The examiner asks whether the zero is the discharge or a missing amount."},
	"Bankruptcy-DOFD-1":    {Fields: "date_first_delinquency consumer_info j1.consumer_info j2.consumer_info", Why: "A bankruptcy is shown for years counted from this date."},
	"Bankruptcy-ECOA-1":    {Fields: "consumer_info j1.ecoa_code j2.ecoa_code", Why: "An authorized user owes nothing, and should not carry the bankruptcy of another."},
	"ECOA-J1J2-1":          {Fields: "ecoa_code j1.ecoa_code j2.ecoa_code", Why: "The examiner asks who is left on the account of the deceased."},

	"AccountChange-ID-1":     {Fields: "l1.change_ind l1.new_identification_number", Why: "A change to nothing loses the tradeline."},
	"AccountChange-ID-2":     {Fields: "l1.change_ind l1.new_identification_number", Why: "A number that does not change must stay blank, or the tradeline is doubled."},
	"AccountChange-ID-3":     {Fields: "l1.change_ind l1.new_identification_number identification_number", Why: "A change to the same number changes nothing, and hides the one that was meant."},
	"AccountChange-ID-4":     {Fields: "l1.change_ind l1.new_identification_number identification_number", Why: "A number that does not change must not differ."},
	"AccountChange-Number-1": {Fields: "l1.change_ind l1.new_account_number", Why: "A change to nothing loses the tradeline."},
	"AccountChange-Number-2": {Fields: "l1.change_ind l1.new_account_number", Why: "A number that does not change must stay blank, or the tradeline is doubled."},
	"AccountChange-Number-3": {Fields: "l1.change_ind l1.new_account_number account_number", Why: "A change to the same number changes nothing, and hides the one that was meant."},
	"AccountChange-Number-4": {Fields: "l1.change_ind l1.new_account_number account_number", Why: "A number that does not change must not differ."},

	"PHP-Status-1":         {Fields: "account_status payment_history consumer_info", Why: "Last month was told as late: its character in the profile must say so."},
	"PHP-Status-2":         {Fields: "portfolio_type account_status current_balance payment_history consumer_info", Why: "Last month was told as current: its character in the profile must say so."},
	"PHP-Status-3":         {Fields: "account_status payment_history consumer_info", Why: "Last month was told as a loss of some kind: its character in the profile must say so."},
	"PROG-Status-1":        {Fields: "account_status", Why: "In a month an account becomes a month later at most."},
	"PROG-Status-2":        {Fields: "account_status", Why: "What a foreclosure left is not charged off as if there had been none."},
	"PROG-Status-3":        {Fields: "account_status", Why: "Paid is the end of an account, unless the payment was reversed."},
	"PROG-Rating-1":        {Fields: "portfolio_type account_status payment_rating", Why: "The rating tells how late the account was at its end, and that does not change."},
	"PROG-DOFD-1":          {Fields: "account_status date_first_delinquency", Why: "A moved date re-ages the debt: the item stays longer, or goes too early."},
	"PROG-DOFD-2":          {Fields: "account_status payment_rating date_first_delinquency", Why: "A moved date re-ages an item that is closed."},
	"PROG-DOFD-3":          {Fields: "account_status date_first_delinquency", Why: "A cure ends the delinquency; its date would age the next one wrongly."},
	"PROG-ChargeOff-1":     {Fields: "account_status original_chargeoff", Why: "The amount charged to loss is a fact of one day."},
	"PROG-DateClosed-1":    {Fields: "portfolio_type date_closed", Why: "A loan closes once, unless a payment was reversed."},
	"PROG-DateOpen-1":      {Fields: "date_opened", Why: "An account is opened once; its age counts in every score."},
	"PROG-Portfolio-1":     {Fields: "portfolio_type", Why: "A loan does not become a card."},
	"PROG-Type-1":          {Fields: "account_type", Why: "A debt does not change its kind."},
	"PROG-Bankruptcy-1":    {Fields: "consumer_info", Why: "What was rescinded cannot be affirmed after it."},
	"PROG-ECOA-1":          {Fields: "ecoa_code surname first_name", Why: "Who was taken off as reported in error was never a part of the account."},
	"PROG-AccountChange-1": {Fields: "l1.change_ind l1.new_account_number", Why: "A change of number is announced once."},
	"PROG-AccountChange-2": {Fields: "l1.change_ind l1.new_identification_number", Why: "A change of number is announced once."},
	"PROG-AccountChange-3": {Fields: "account_number l1.change_ind l1.new_account_number", Why: "The number announced as new was the one in use: no change took place."},
}
