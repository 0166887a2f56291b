package delivery

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// eventPauses are the seconds from the n-th attempt to send an event to the next one: from a minute to a day.
var eventPauses = []float64{60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720, 61440, 86400}

// eventAttempts is how often an event is tried before it is given up, over some five days.
const eventAttempts = 15

// ErrNoEvent: there is no such event.
var ErrNoEvent = errors.New("no such event")

// Sender sends the events of the outbox to a webhook, each until it is taken (FS5).
type Sender struct {
	DB  *sqlx.DB
	To  *Webhook
	Who string
	Now func() time.Time
}

// SentEvents counts how a pass went.
type SentEvents struct {
	Sent, Failed, Dead int
	Last               error // why the last one failed
}

// event is a row of the outbox.
type event struct {
	Loan         int64           `db:"loan"`
	ID           string          `db:"event_id"`
	Type         string          `db:"type"`
	BusinessDate rules.Date      `db:"business_date"`
	Payload      json.RawMessage `db:"payload"`
	Attempts     int             `db:"attempts"`
}

// body is what is posted of an event. It is the same at each attempt.
func (e *event) body() ([]byte, error) {
	return json.Marshal(struct {
		ID           string          `json:"id"`
		Type         string          `json:"type"`
		BusinessDate rules.Date      `json:"business_date"`
		Data         json.RawMessage `json:"data"`
	}{e.ID, e.Type, e.BusinessDate, e.Payload})
}

// Send sends the events that are due, until there are no more, or the receiver is away. An event is taken when the receiver says so; one
// whose process was killed in between is sent again, under the same id. The claim of an event is committed durably before it is sent, and
// with it the change that it tells of.
func (s *Sender) Send(ctx context.Context) (done SentEvents, err error) {
	for ctx.Err() == nil {
		e, err := s.claim(ctx)
		if err != nil || e == nil {
			return done, err
		}
		body, err := e.body()
		if err != nil {
			return done, fmt.Errorf("event %s: %w", e.ID, err)
		}
		sent := s.To.Post(ctx, e.ID, body, s.Now())
		if err := s.end(ctx, e, sent, &done); err != nil {
			return done, err
		}
		if sent != nil && away(sent) {
			return done, nil
		}
	}
	return done, ctx.Err()
}

// claim takes the next event that is due; nil if there is none.
func (s *Sender) claim(ctx context.Context) (*event, error) {
	e := &event{}
	err := database.InDurableTx(ctx, s.DB, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, e, eventClaim, s.Now(), pq.Array(eventPauses))
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for events to send: %w", err)
	}
	return e, nil
}

func (s *Sender) end(ctx context.Context, e *event, sent error, done *SentEvents) error {
	state, said := "DONE", ""
	switch {
	case sent == nil:
		done.Sent++
	case e.Attempts >= eventAttempts:
		state, said = "DEAD", short(sent)
		done.Dead, done.Last = done.Dead+1, sent
	default:
		state, said = "NEW", short(sent)
		done.Failed, done.Last = done.Failed+1, sent
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), silence)
	defer cancel()
	err := database.InDurableTx(ctx, s.DB, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, eventEnd, e.Loan, e.ID, e.Attempts, state, said, s.Who, s.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("note that event %s was sent: %w", e.ID, err)
	}
	return nil
}

// AckEvents acknowledges events by their ids, or, without any, all that nobody acknowledged, and returns how many those were. It returns
// ErrNoEvent, and acknowledges none, if an id is that of none.
func AckEvents(ctx context.Context, db *sqlx.DB, ids []string, who string, now time.Time) (int64, error) {
	return changeEvents(ctx, db, ids, eventAck, pq.Array(ids), who, now)
}

// RetryEvents lets events be sent again, or, without any, all that were given up, and returns how many those are.
func RetryEvents(ctx context.Context, db *sqlx.DB, ids []string) (int64, error) {
	return changeEvents(ctx, db, ids, eventRetry, pq.Array(ids))
}

func changeEvents(ctx context.Context, db *sqlx.DB, ids []string, query string, args ...any) (n int64, err error) {
	err = database.InDurableTx(ctx, db, func(tx *sqlx.Tx) error {
		var known []string
		if err := tx.SelectContext(ctx, &known, eventKnown, pq.Array(ids)); err != nil {
			return err
		}
		have := map[string]bool{}
		for _, id := range known {
			have[id] = true
		}
		var missing []string
		for _, id := range ids {
			if !have[id] {
				missing = append(missing, id)
			}
		}
		if len(missing) > 0 {
			return fmt.Errorf("%w: %s", ErrNoEvent, strings.Join(missing, ", "))
		}
		result, err := tx.ExecContext(ctx, query, args...)
		if err == nil {
			n, err = result.RowsAffected()
		}
		return err
	})
	return n, err
}
