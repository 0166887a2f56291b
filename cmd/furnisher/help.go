package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Groups of commands in the help, in the order in which people meet them.
var groups = []*cobra.Group{
	{ID: "night", Title: "The night:"},
	{ID: "files", Title: "The bureaus' files:"},
	{ID: "answers", Title: "Answers:"},
	{ID: "operations", Title: "Between the nights:"},
	{ID: "format", Title: "The Metro 2 format and the extract:"},
	{ID: "setup", Title: "Set-up:"},
}

// grouped says to which group each command belongs; one that is not named is set-up.
var grouped = map[string][]string{
	"night":      {"import", "run", "catch-up", "schedule", "worker", "brakes", "calendar", "simulate", "runs"},
	"files":      {"files", "preflight", "findings", "sample", "exclusions", "deliver", "deliveries", "deletions"},
	"answers":    {"loans", "loan", "explain", "evidence", "exceptions", "imports", "reopened", "mapping", "rules", "checks", "statement"},
	"operations": {"servicing", "status", "customers", "bulk", "cases", "case", "disputes", "contract", "corrections", "answers", "reviews", "acts", "audit", "events", "serve", "tokens", "users"},
	"format":     {"board", "metro2", "extract", "generate"},
}

// examples are command lines for each command that does something, without the program's name.
var examples = map[string][]string{
	"version": {"version", "--version"},
	"demo":    {"demo", "demo --dir /tmp/demo"},
	"doctor":  {"doctor", "doctor --json"},

	"import":   {"import extract/", "import extract/ --dry-run --max-bad 0.5,20"},
	"run":      {"run --date 2026-09-30", "run --date 2026-09-30 --accept-brake delinquent --reason 'the strike of the post'"},
	"catch-up": {"catch-up", "catch-up --until 2026-09-30 --timezone America/New_York"},
	"schedule": {
		"schedule --cron '15 23 * * *' --timezone America/New_York --late 05:00",
		"schedule --before /usr/local/bin/fetch-extract --import /var/lib/furnisher/extract --alert-command /usr/local/bin/page",
	},
	"worker":          {"worker", "worker --slots 4"},
	"brakes":          {"brakes", "brakes --brake delinquent=8%,500 --brake closed=off"},
	"calendar":        {"calendar 2027", "calendar --json"},
	"calendar set":    {"calendar set federal-reserve --why 'we work when the banks do'", "calendar set weekdays --why 'no holidays' --dry-run"},
	"calendar days":   {"calendar days our-days.csv --why 'the days of 2027'", "calendar days - --why 'none' --dry-run"},
	"calendar policy": {"calendar policy night skip --why 'nobody is there'", "calendar policy program:NORTH roll --why 'files on business days'"},
	"simulate":        {"simulate --charge-off-after 3 --product PIL", "simulate --from 2026-09-29 --to 2026-09-30", "simulate --from 2026-09-30 --to 2026-09-30 --loan L-1001 --extract news/"},
	"runs":            {"runs", "runs --limit 5 --json"},
	"runs show":       {"runs show 17", "runs show 17 --json"},
	"runs diff":       {"runs diff 17", "runs diff 17 --json"},
	"runs abandon":    {"runs abandon 17 --reason 'meant 2026-09-30'", "runs abandon 18 --reason 'the extract of another lender'"},

	"files":          {"files", "files --limit 5 --json"},
	"files show":     {"files show 3", "files show metro2-NORTH-3-20260930.txt"},
	"files balance":  {"files balance 3", "files balance 3 --now --csv"},
	"files verify":   {"files verify 3", "files verify 3 --json"},
	"files rebuild":  {"files rebuild 3", "files rebuild 3 --out /tmp/again"},
	"files replace":  {"files replace 3 --why 'voided by mistake'", "files replace 3 --why 'rejected for its header'"},
	"files purge":    {"files purge --dry-run", "files purge --why 'retention is over' --before 2023-01-01"},
	"files trim":     {"files trim --older-than 84 --dry-run", "files trim --older-than 84 --why 'kept for seven years'"},
	"sample":         {"sample --n 60 --seed 7", "sample 3 --seed 7 --out sheets/"},
	"sample list":    {"sample list", "sample list --json"},
	"sample show":    {"sample show 1", "sample show 1 --out sheets/"},
	"files release":  {"files release 3 --why 'looked at by compliance' --acknowledge B18,Status-PaymentAmount-1", "files release 3 --dry-run"},
	"files transmit": {"files transmit 3 --why 'sent by the portal'", "files transmit 3 --dry-run"},
	"files accept":   {"files accept 3 --why 'all bureaus have it'", "files accept 3 --dry-run"},
	"files void":     {"files void 3 --why 'a wrong extract'", "files void 3 --dry-run"},
	"files reject":   {"files reject 3 --why 'the header'", "files reject 3 --dry-run"},
	"files refuse":   {"files refuse 3 --account 4000000000001001 --code B27 --reason 'balance of a paid account'", "files refuse 3 --account 4000000000001001 --code A1 --reason 'no such person' --owner rivera"},
	"files answers":  {"files answers 3 answers.csv", "files answers 3 report.csv --map experian --received 2026-10-08 --owner rivera"},
	"exclusions":     {"exclusions 3", "exclusions 3 --json"},
	"deliver":        {"deliver 3 --destinations /etc/furnisher/destinations.toml", "deliver --due"},
	"events tail":    {"events tail --type file_state", "events tail --json --limit 0"},
	"events ack":     {"events ack file_state:3:RELEASED", "events ack --all"},
	"events retry":   {"events retry file_state:3:RELEASED", "events retry --dead"},
	"events send":    {"events send", "events send --webhook https://hooks.example.com/furnisher"},
	"deliveries":     {"deliveries", "deliveries --file 3"},

	"preflight":        {"preflight", "preflight 3 --json"},
	"findings":         {"findings --open", "findings --file 3 --rule V9 --csv --limit 0"},
	"findings accept":  {"findings accept 7 8 --why 'the strike of the post, seen by compliance'", "findings accept --file 3 --rule V23 --why 'a book was bought'"},
	"findings assign":  {"findings assign 7 --owner rivera --due 2026-10-15", "findings assign --file 3 --rule V16 --owner chen"},
	"findings resolve": {"findings resolve 7 --why 'the date was imported'", "findings resolve --file 3 --rule V5 --why 'answered by letter'"},

	"loans":              {"loans --status DELINQUENT --program NORTH", "loans --status CLOSED --servicing SERVICING --csv --limit 0"},
	"loan":               {"loan L-1001", "loan 4000000000001001 --json"},
	"explain":            {"explain L-1001", "explain L-1001 --field 25 --file 3"},
	"evidence":           {"evidence L-1001", "evidence L-1001 --months 36 --out /media/court/l-1001.zip --unmask --why 'order of the court'"},
	"evidence verify":    {"evidence verify evidence-l-1001.zip", "evidence verify evidence-l-1001.zip --key furnisher-0123abcd+0123abcd+KEY --json"},
	"exceptions":         {"exceptions", "exceptions --run 17 --csv --limit 0"},
	"exceptions show":    {"exceptions show L-1001", "exceptions show 4000000000001001 --json"},
	"exceptions resolve": {"exceptions resolve L-1001 --reason 'the address was imported'", "exceptions resolve L-1001 --code SCHEDULES_NOT_RESTORED --reason 'set up again' --dry-run"},
	"imports":            {"imports", "imports --json"},
	"imports show":       {"imports show 4", "imports show 4 --csv --limit 0"},
	"deletions waiting":  {"deletions waiting", "deletions waiting --csv --limit 0"},
	"reopened":           {"reopened", "reopened --csv --limit 0"},
	"mapping":            {"mapping", "mapping --program NORTH --markdown"},
	"rules":              {"rules", "rules DQ1"},
	"checks":             {"checks --layer history", "checks --family B --severity error --json"},
	"checks show":        {"checks show B16.before-opened", "checks show B16 --json"},
	"statement":          {"statement L-1001", "statement L-1001 --pdf letter.pdf"},

	"servicing cancel":     {"servicing cancel --customer C-2001", "servicing cancel --loan L-1001 --reason BANKRUPTCY --dry-run"},
	"status set":           {"status set L-1001 CLOSED::CHARGE_OFF --charge-off-amount 812.50 --why 'agreed with the court'", "status set L-1001 ACTIVE --why 'closed by mistake' --dry-run"},
	"status hold":          {"status hold L-1001 --until 2026-12-31 --why 'under review'", "status hold L-1001 --until 2026-12-31 --why 'under review' --dry-run"},
	"status release":       {"status release L-1001 --why 'reviewed'", "status release L-1001 --why 'reviewed' --dry-run"},
	"customers remove":     {"customers remove C-2001 --why 'retention is over'", "customers remove --from-import --why 'the requests of this week'"},
	"customers find":       {"customers find", "customers find --json"},
	"customers eligible":   {"customers eligible", "customers eligible --as-of 2026-12-31"},
	"bulk":                 {"bulk desk.csv --why 'the letters of Monday'", "bulk desk.csv --validate --csv"},
	"corrections":          {"corrections", "corrections --live"},
	"corrections add":      {"corrections add L-1001 --field 25 --value 2026-03-01 --reason 'our letter' --evidence 'scan 12' --source AUD", "corrections add L-1001 --field 17A --value 11 --field 21 --value 0 --reason 'paid' --evidence 'bank statement' --source DISPUTE --approver rivera"},
	"corrections release":  {"corrections release 4 --why 'the servicer has it' --approver rivera", "corrections release 5 --why 'withdrawn' --approver rivera"},
	"answers":              {"answers", "answers --open"},
	"answers assign":       {"answers assign 7 --owner rivera", "answers assign 8 --owner chen"},
	"answers close":        {"answers close 7 --why 'the bureau was wrong'", "answers close 8 --why 'told the bureau'"},
	"cases":                {"cases --type BANKRUPTCY --customer C-2001", "cases --snoozed=false --status open --csv --limit 0"},
	"cases escalations":    {"cases escalations --open", "cases escalations K-6001 --json"},
	"disputes open":        {"disputes open L-1001 --channel direct --received-on 2026-09-21 --why 'letter of 18 September'", "disputes open L-1001 --channel acdv --bureau EXPERIAN --control-number 4711-0815 --code 106 --due 2026-10-12 --why 'e-OSCAR'"},
	"disputes list":        {"disputes list --open", "disputes list --loan L-1001 --json"},
	"disputes due":         {"disputes due", "disputes due --json --limit 0"},
	"disputes show":        {"disputes show K-6001", "disputes show K-6001 --json"},
	"disputes extend":      {"disputes extend K-6001 --why 'receipts came in'", "disputes extend K-6001 --informed-on 2026-09-28 --due 2026-10-27 --why 'a second ACDV page'"},
	"disputes answer":      {"disputes answer K-6001 verified --checked 'ledger and contract' --why 'as agreed'", "disputes answer K-6001 updated --field 21 --value 0 --checked 'receipt 12' --why 'paid in time' --dry-run"},
	"disputes acdv":        {"disputes acdv --since 2026-09-30 --csv", "disputes acdv --json --limit 0"},
	"disputes aud":         {"disputes aud --since 2026-09-30 --csv --unmask", "disputes aud --json"},
	"case show":            {"case show K-6001", "case show K-6001 --json"},
	"case history":         {"case history K-6001", "case history K-6001 --csv --limit 0"},
	"case create":          {"case create --type BANKRUPTCY --chapter 7 --filed-on 2026-09-21 --customer C-2001 --why 'notice of the court'", "case create --type DISPUTE --external-id D-77 --loan L-1001 --why 'letter of 21 September' --key D-77"},
	"case update":          {"case update K-6001 --disposition DISCHARGED --disposition-on 2026-09-29 --why 'order of the court'", "case update K-6001 --closed-on '' --why 'closed by mistake' --dry-run"},
	"case delete":          {"case delete K-6001 --why 'of another person'", "case delete K-6001 --why 'of another person' --dry-run"},
	"case acknowledge":     {"case acknowledge K-6001 --why 'compared with the court'", "case acknowledge K-6001 --why 'compared with the court' --json"},
	"case associate":       {"case associate K-6001 --loan L-1002 --why 'named in the letter'", "case associate K-6001 --document 'scan 12' --why 'the letter'"},
	"case dissociate":      {"case dissociate K-6001 --customer C-2002 --why 'not theirs'", "case dissociate K-6001 --document 'scan 12' --why 'another letter'"},
	"case viewed":          {"case viewed K-6001 --why 'morning round'", "case viewed K-6001 --why 'morning round' --by rivera"},
	"case snooze":          {"case snooze K-6001 --until 2026-10-15 --why 'waits for the court'", "case snooze K-6001 --until 2026-10-15 --why 'waits for the court' --dry-run"},
	"case unsnooze":        {"case unsnooze K-6001 --why 'the court answered'", "case unsnooze K-6001 --why 'the court answered' --json"},
	"case escalate":        {"case escalate K-6001 --to legal --why 'a deadline'", "case escalate K-6001 --why 'a complaint' --by rivera"},
	"case deescalate":      {"case deescalate K-6001 --why 'answered'", "case deescalate K-6001 --why 'answered' --json"},
	"contract terminate":   {"contract terminate L-1001 --source FLTC --reason ERRO --why 'opened by mistake'", "contract terminate L-1001 --report-as-deleted DA --why 'agreed with the consumer' --dry-run"},
	"contract undo":        {"contract undo L-1001 --why 'the wrong loan'", "contract undo L-1001 --why 'the wrong loan' --dry-run"},
	"contract rescind":     {"contract rescind L-1001 --why 'reinstated'", "contract rescind L-1001 --on 2026-09-15 --why 'reinstated' --dry-run"},
	"contract pay":         {"contract pay L-1001 812.50 --why 'cheque 77'", "contract pay L-1001 812.50 --transaction T-9001 --why 'cheque 77' --dry-run"},
	"contract waive":       {"contract waive L-1001 30.00 --why 'our mistake'", "contract waive L-1001 30.00 --on 2026-09-15 --why 'our mistake' --key ticket-18"},
	"contract reverse":     {"contract reverse L-1001 T-8001 --why 'charged by mistake'", "contract reverse L-1001 T-8001 --why 'charged by mistake' --dry-run"},
	"contract receivables": {"contract receivables L-1001", "contract receivables L-1001 --as-of 2026-09-30 --json"},
	"reviews":              {"reviews", "reviews --json"},
	"reviews seen":         {"reviews seen K-6001 --why 'as it should be'", "reviews seen K-6001 --why 'as it should be' --dry-run"},
	"acts":                 {"acts", "acts --json"},
	"audit head":           {"audit head", "audit head --out /media/keeper/head-2026-09-30.txt"},
	"audit verify":         {"audit verify", "audit verify --head /media/keeper/head-2026-09-30.txt --json"},
	"audit prove":          {"audit prove operation:5", "audit prove tradeline:3/L-1001 --out proof.txt"},
	"audit check":          {"audit check proof.txt --head head.txt", "audit check proof.txt --head head.txt --key furnisher-0123abcd+0123abcd+KEY"},
	"audit key":            {"audit key", "audit key --quiet"},
	"keys create":          {"keys create /etc/furnisher/keyset.json", "keys create keyset.json"},
	"keys rotate":          {"keys rotate", "keys rotate --drop-old"},
	"keys list":            {"keys list", "keys list --json"},
	"serve":                {"serve", "serve --listen 10.0.0.5:8321 --tls-cert /etc/furnisher/cert.pem --tls-key /etc/furnisher/key.pem"},
	"tokens create":        {"tokens create servicing-desk --role operator --why 'the desk of servicing'", "tokens create archive-2026 --role viewer --days 365 --why 'reads files' --json"},
	"tokens list":          {"tokens list", "tokens list --json"},
	"users create":         {"users create rivera --role supervisor --why 'the first user'", "users create examiner-2027 --role examiner --days 14 --password-file /run/secrets/examiner --why 'the examination of 2027'"},
	"users list":           {"users list", "users list --json"},
	"users role":           {"users role rivera --role operator --why 'moved to the desk'", "users role examiner-2027 --role examiner --days 30 --why 'the examination takes longer'"},
	"users password":       {"users password rivera --why 'forgotten'", "users password rivera --password-file /run/secrets/rivera --why 'seen by somebody'"},
	"users totp":           {"users totp rivera --why 'a new telephone'", "users totp rivera --why 'the device is lost' --json"},
	"users end":            {"users end rivera --why 'has left'", "users end examiner-2027 --why 'the examination is over' --by chen"},
	"tokens revoke":        {"tokens revoke servicing-desk", "tokens revoke archive-2026 --by rivera"},

	"board":           {"board 2026-08.txt 2026-09.txt --program NORTH --why 'bought from Northbank' --dry-run", "board 2026-09.txt --program NORTH --why 'bought from Northbank' --csv"},
	"metro2 dump":     {"metro2 dump FILE", "metro2 dump FILE --json"},
	"metro2 validate": {"metro2 validate FILE --profile deidentified", "metro2 validate OLDER NEWER --csv"},
	"metro2 explain":  {"metro2 explain FILE --record 2", "metro2 explain FILE --account 4000000000001001"},
	"metro2 diff":     {"metro2 diff OLDER NEWER", "metro2 diff OLDER NEWER --exit-code"},
	"metro2 stats":    {"metro2 stats FILE", "metro2 stats OLDER NEWER --json"},
	"metro2 convert":  {"metro2 convert FILE --to json", "metro2 convert FILE --to packed --out PACKED"},
	"metro2 rules":    {"metro2 rules", "metro2 rules --markdown"},
	"metro2 layout":   {"metro2 layout", "metro2 layout base --markdown"},
	"extract layout":  {"extract layout", "extract layout loans.csv --example"},
	"generate":        {"generate --loans 1000 --out extract/", "generate --loans 1000 --cases 10 --seed 7 --out extract/"},

	"migrate up":     {"migrate up", "migrate up --json"},
	"migrate status": {"migrate status", "migrate status --json"},
	"config show":    {"config show", "config show --json"},
}

// organize gives the commands their groups and examples.
func organize(root *cobra.Command) {
	root.AddGroup(groups...)
	root.SetHelpCommandGroupID("setup")
	root.SetCompletionCommandGroupID("setup")
	for _, c := range root.Commands() {
		c.GroupID = "setup"
		for group, names := range grouped {
			if slices.Contains(names, c.Name()) {
				c.GroupID = group
			}
		}
	}
	var each func(c *cobra.Command)
	each = func(c *cobra.Command) {
		var lines []string
		for _, line := range examples[strings.TrimPrefix(c.CommandPath(), "furnisher ")] {
			lines = append(lines, "  furnisher "+line)
		}
		c.Example = strings.Join(lines, "\n")
		for _, below := range c.Commands() {
			each(below)
		}
	}
	each(root)
}
