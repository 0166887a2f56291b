package rules

// Queue is a list of items that people work through. What takes an item off it is an operation of its kind, or a later night.
type Queue string

// The queues.
const (
	QueueDisputes    Queue = "disputes"    // disputes that wait for their answer (BR10)
	QueueExceptions  Queue = "exceptions"  // loans that a night could not decide
	QueueReviews     Queue = "reviews"     // what cases changed in files, or wait for (CA1, CA2, CA8)
	QueueDeletions   Queue = "deletions"   // deletions that wait for receivables (DC3)
	QueueReopened    Queue = "reopened"    // loans that reopened after their schedules were cancelled (SP8)
	QueueRejects     Queue = "rejects"     // answers of bureaus that nobody has answered (BR11)
	QueueRemovals    Queue = "removals"    // customers who may be deleted (CD4)
	QueueCorrections Queue = "corrections" // corrections that the next file must keep (BR9)
)

// Queues lists the queues in the order in which a day goes through them.
func Queues() []Queue {
	return []Queue{
		QueueDisputes, QueueExceptions, QueueReviews, QueueRejects, QueueDeletions, QueueReopened, QueueCorrections, QueueRemovals,
	}
}

// CheckDue refuses a due date that a person sets where a law sets it: the clock of a dispute (BR10).
func (q Queue) CheckDue() error {
	if q == QueueDisputes {
		return refuse("BR10", "the clock of a dispute says when it is due")
	}
	return nil
}

// CheckClose refuses to take an item off a queue by a note alone: only a loan that reopened after a purge leaves its list so, for it
// is listed for a person, whatever the person then does about its schedules (SP8).
func (q Queue) CheckClose() error {
	if q != QueueReopened {
		return refuse("SP8", "an item leaves the queue %s by what is done about it, not by a note", q)
	}
	return nil
}
