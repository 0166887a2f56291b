package inquiry

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
)

// Delivery is an attempt to deliver a file to an address. State is that of the delivery, not of the attempt.
type Delivery struct {
	File    int64      `json:"file" db:"file"`
	Address string     `json:"address" db:"receiver"`
	State   string     `json:"state" db:"state"`
	ByHand  bool       `json:"by_hand" db:"by_hand"`
	Name    string     `json:"name" db:"name"`
	Attempt int        `json:"attempt" db:"attempt"`
	NextAt  time.Time  `json:"next_at" db:"next_at"`
	Place   string     `json:"place" db:"place"`
	Who     string     `json:"who" db:"who"`
	BeganAt time.Time  `json:"began_at" db:"began_at"`
	EndedAt *time.Time `json:"ended_at" db:"ended_at"`
	Bytes   int64      `json:"bytes" db:"bytes"`
	SHA256  string     `json:"sha256" db:"sha256"`
	HostKey string     `json:"host_key" db:"host_key"`
	Outcome string     `json:"outcome" db:"outcome"`
	Error   string     `json:"error" db:"error"`
}

func (d *Delivery) key() string { return fmt.Sprintf("%d/%d/%s", d.File, d.Attempt, d.Address) }

// Deliveries lists the attempts to deliver a file (0: all files), the newest file first. The key is FILE/ATTEMPT/ADDRESS.
func Deliveries(ctx context.Context, db *sqlx.DB, file int64, p Page) (List[Delivery], error) {
	var before, attempt *int64
	var address string
	if p.After != "" {
		parts := strings.SplitN(p.After, "/", 3)
		if len(parts) != 3 {
			return List[Delivery]{}, fmt.Errorf("%w: %q is not FILE/ATTEMPT/ADDRESS", ErrBadPage, p.After)
		}
		numbers := [2]int64{}
		for i := range numbers {
			number, err := strconv.ParseInt(parts[i], 10, 32)
			if err != nil {
				return List[Delivery]{}, fmt.Errorf("%w: %q is not a number", ErrBadPage, parts[i])
			}
			numbers[i] = number
		}
		before, attempt, address = &numbers[0], &numbers[1], parts[2]
	}
	l, err := list(ctx, db, p, (*Delivery).key, inquiryDeliveries, file, before, address, attempt)
	if err != nil {
		return l, fmt.Errorf("read the deliveries: %w", err)
	}
	return l, nil
}
