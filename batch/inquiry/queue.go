package inquiry

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// The queries of the desk's queues, by name in sql/query.
var (
	inquiryQueues     = database.Query("inquiry", "InquiryQueues")
	inquiryQueueItems = database.Query("inquiry", "InquiryQueueItems")
)

// QueueStanding is what is in a queue.
type QueueStanding struct {
	Queue   rules.Queue `json:"queue" db:"queue"`
	Items   int64       `json:"items" db:"items"`
	Unowned int64       `json:"unowned" db:"unowned"`
	Late    int64       `json:"late" db:"late"` // their due date is over
	Oldest  rules.Date  `json:"oldest,omitempty" db:"oldest"`
	NextDue rules.Date  `json:"next_due,omitempty" db:"next_due"` // 0: nothing in it has a due date
}

// QueueItem is an item of a queue. Its account number is masked.
type QueueItem struct {
	Item          string     `json:"item" db:"item"`
	What          string     `json:"what" db:"what"` // a word of the queue: a code, a field, a type
	Detail        string     `json:"detail" db:"detail"`
	LoanID        string     `json:"loan_id,omitempty" db:"loan_id"`
	AccountNumber string     `json:"account_number,omitempty" db:"account_number"`
	Program       string     `json:"program_id,omitempty" db:"program_id"`
	CaseID        string     `json:"case_id,omitempty" db:"case_id"`
	CustomerID    string     `json:"customer_id,omitempty" db:"customer_id"`
	Since         rules.Date `json:"since" db:"since"`
	DueOn         rules.Date `json:"due_on,omitempty" db:"due_on"` // 0: none
	Owner         string     `json:"owner,omitempty" db:"owner"`
	Note          string     `json:"note,omitempty" db:"note"` // the last one
	NotedBy       string     `json:"noted_by,omitempty" db:"noted_by"`
	NotedAt       *time.Time `json:"noted_at,omitempty" db:"noted_at"`
}

// Nobody is the owner to ask for items without one by.
const Nobody = "-"

// QueueFilter says which items of a queue are wanted, and in which order; what is empty asks for nothing.
type QueueFilter struct {
	Queue   rules.Queue
	Owner   string // Nobody: those without one
	Program string // program id
	Item    string // this one alone
	ByAge   bool   // the oldest first; else by due date, and what has none last
}

// QueueStandings says what is in each queue, in the order of rules.Queues, as of a date.
func QueueStandings(ctx context.Context, db *sqlx.DB, on rules.Date) ([]QueueStanding, error) {
	var found []QueueStanding
	if err := db.SelectContext(ctx, &found, inquiryQueues, "", rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits, on); err != nil {
		return nil, fmt.Errorf("count what is in the queues: %w", err)
	}
	standings := make([]QueueStanding, len(rules.Queues()))
	for i, queue := range rules.Queues() {
		standings[i].Queue = queue
		for _, f := range found {
			if f.Queue == queue {
				standings[i] = f
			}
		}
	}
	return standings, nil
}

// QueueItems lists the items of a queue.
func QueueItems(ctx context.Context, db *sqlx.DB, f QueueFilter, p Page) (List[QueueItem], error) {
	after, since, item, err := p.queueItem()
	if err != nil {
		return List[QueueItem]{}, err
	}
	l, err := list(ctx, db, p, f.key, inquiryQueueItems, f.Queue, rules.AnswerDays, pq.Array(rules.StandingCodes), rules.DeletionWaits, !f.ByAge,
		f.Owner, f.Program, f.Item, after, since, item)
	if err != nil {
		return l, fmt.Errorf("read the queue %s: %w", f.Queue, err)
	}
	for i := range l.Rows {
		l.Rows[i].AccountNumber = MaskAccount(l.Rows[i].AccountNumber)
	}
	return l, nil
}

// QueueItemDetail reads an item; ErrNotFound if the queue does not have it, or no longer.
func QueueItemDetail(ctx context.Context, db *sqlx.DB, queue rules.Queue, item string) (*QueueItem, error) {
	l, err := QueueItems(ctx, db, QueueFilter{Queue: queue, Item: item}, Page{Limit: 1})
	if err == nil && (len(l.Rows) == 0 || item == "") {
		err = fmt.Errorf("the queue %s does not have it: %w", queue, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return &l.Rows[0], nil
}

// noDue stands in a key for the due date of an item that has none: it is after every other one.
const noDue = "infinity"

// key is FIRST/SINCE/ITEM; only the item may have a slash.
func (f *QueueFilter) key(i *QueueItem) string {
	first := i.DueOn.String()
	switch {
	case f.ByAge:
		first = i.Since.String()
	case i.DueOn == 0:
		first = noDue
	}
	return first + "/" + i.Since.String() + "/" + i.Item
}

// queueItem takes such a key apart; nil dates are before every other one.
func (p Page) queueItem() (first, since *string, item string, err error) {
	if p.After == "" {
		return nil, nil, "", nil
	}
	parts := strings.SplitN(p.After, "/", 3)
	if len(parts) == 3 {
		_, bad := rules.ParseDate(parts[0])
		if _, worse := rules.ParseDate(parts[1]); worse == nil && (bad == nil || parts[0] == noDue) {
			return &parts[0], &parts[1], parts[2], nil
		}
	}
	return nil, nil, "", fmt.Errorf("%w: %q is not the next key of a queue", ErrBadPage, p.After)
}
