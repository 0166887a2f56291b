package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/bureau"
)

// Errors that a caller of Deliver branches on.
var (
	// ErrNoDestination: nobody said where the files of the destination go.
	ErrNoDestination = errors.New("no destination is configured for the file")
	// ErrBusy: another process delivers the file.
	ErrBusy = errors.New("another process delivers the file")
)

// Deliverer brings files to their addresses.
type Deliverer struct {
	DB           *sqlx.DB
	Locks        *sqlx.DB // past any pooler: connections that keep their session
	Destinations map[string]Destination
	Spool        string        // folder for what is encrypted and not delivered yet
	Patience     time.Duration // how long a server may say nothing; default a minute
	Who          string
	Now          func() time.Time
	Getenv       func(string) string
}

// Result is how a delivery went: its receipts, old ones too, and what failed, by address.
type Result struct {
	File     int64
	State    bureau.State
	Receipts []Receipt
	Failures []Failure
	ByHand   bool // a person sends the file: it is not TRANSMITTED before that
}

// Receipt tells of an address that has the file. Outcome is SENT or FOUND, and empty if it had the file before this call.
type Receipt struct {
	Address, Place, Name string
	Attempt              int
	Outcome              string
	Bytes                int64
	SHA256               string
	HostKey              string
}

// Failure tells of an address that has not got the file.
type Failure struct {
	Address string
	Attempt int
	NextAt  time.Time // when it may be tried again
	Err     error
}

// Passes reports whether the same attempt may go well later without a person: servers are away, lines break, disks are full.
func (f *Failure) Passes() bool {
	for _, lasting := range []error{ErrSettings, ErrHostKey, ErrKeyRefused, ErrOccupied, bureau.ErrFileDiffers, bureau.ErrState, ErrBusy} {
		if errors.Is(f.Err, lasting) {
			return false
		}
	}
	return true
}

// Deliver tries once each address that has not got a file, and makes the file TRANSMITTED when all have it and no person sends it.
// Everything in the result is on disk. An address that fails does not keep the others from theirs.
//
// It returns bureau.ErrNoFile, bureau.ErrState for a file that is not released, bureau.ErrOrder, bureau.ErrFileDiffers, ErrNoDestination,
// or ErrBusy.
func (d *Deliverer) Deliver(ctx context.Context, number int64) (*Result, error) {
	return d.deliver(ctx, number, false)
}

// Due delivers the released files of the destinations that are automatic, oldest first, to the addresses that are due: not tried yet, or
// long enough ago. It tells how each delivery went; in its result a failure without an error is of an address that is not due. What
// another process delivers at the time is left to it.
func (d *Deliverer) Due(ctx context.Context, tell func(file int64, r *Result, err error)) error {
	var files []int64
	if err := d.DB.SelectContext(ctx, &files, deliveryReleased); err != nil {
		return fmt.Errorf("look for files to deliver: %w", err)
	}
	for _, file := range files {
		r, err := d.deliver(ctx, file, true)
		if err := ctx.Err(); err != nil {
			return err
		}
		if (r != nil || err != nil) && !errors.Is(err, ErrBusy) && !errors.Is(err, ErrNoDestination) {
			tell(file, r, err)
		}
	}
	return nil
}

// deliver delivers a file: unattended, only what is automatic and due. Its result is nil if that is nothing.
func (d *Deliverer) deliver(ctx context.Context, number int64, unattended bool) (*Result, error) {
	if d.Patience == 0 {
		d.Patience = silence
	}
	release, err := d.take(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("deliver file %d: %w", number, err)
	}
	defer release()
	f, have, err := d.read(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("deliver file %d: %w", number, err)
	}
	destination, ok := Of(d.Destinations, f.Program, f.Destination)
	if !ok {
		return nil, fmt.Errorf("deliver file %d: %w: it is of program %s, destination %s", number, ErrNoDestination, f.Program, f.Destination)
	}
	now := d.Now()
	due := func(k known) bool { return k.State != delivered && !(unattended && k.NextAt.After(now)) }
	if unattended && !(destination.Automatic && d.awaits(destination, have, due)) {
		return nil, nil
	}
	if err := d.ready(ctx, f, destination, have); err != nil {
		return nil, err
	}
	r := &Result{File: number, State: f.State}
	for _, key := range slices.Sorted(maps.Keys(destination.Addresses)) {
		address := destination.Addresses[key]
		t := &attempt{Deliverer: d, file: f, key: key, address: &address, before: have[key]}
		r.ByHand = r.ByHand || address.byHand()
		switch {
		case t.before.State == delivered:
			r.Receipts = append(r.Receipts, Receipt{Address: key, Place: address.place(), Name: t.before.Name, Attempt: t.before.Attempts})
		case !due(t.before):
			r.Failures = append(r.Failures, Failure{Address: key, Attempt: t.before.Attempts, NextAt: t.before.NextAt})
			continue
		default:
			if err := t.try(ctx); err != nil {
				r.Failures = append(r.Failures, Failure{key, t.number, d.Now().Add(pause(t.number)), err})
				continue
			}
			r.Receipts = append(r.Receipts, t.receipt)
		}
		if err := ignoreMissing(os.Remove(d.spooled(f, key))); err != nil {
			return r, fmt.Errorf("deliver file %d: %w", number, err)
		}
	}
	return r, d.finish(ctx, f, r)
}

// awaits reports whether a released file waits for something that can be done now: an attempt, or to be TRANSMITTED.
func (d *Deliverer) awaits(destination Destination, have map[string]known, due func(known) bool) bool {
	all := true
	for key, address := range destination.Addresses {
		if due(have[key]) {
			return true
		}
		all = all && have[key].State == delivered && !address.byHand()
	}
	return all
}

// ready refuses a file that could not be TRANSMITTED now: what is found after it was sent comes too late. One that all have already is
// no error.
func (d *Deliverer) ready(ctx context.Context, f *file, destination Destination, have map[string]known) error {
	open := 0
	for key := range destination.Addresses {
		if have[key].State != delivered {
			open++
		}
	}
	switch {
	case open == 0 && f.State != bureau.Voided:
		return nil
	case f.State != bureau.Released:
		return fmt.Errorf("deliver file %d: %w: it is %s, not %s", f.File, bureau.ErrState, f.State, bureau.Released)
	}
	_, err := bureau.Preview(ctx, d.DB, d.transmitted(f.File, ""), d.Now())
	return err
}

// transmitted is the change of state that a delivery is about.
func (d *Deliverer) transmitted(file int64, why string) bureau.Move {
	return bureau.Move{File: file, To: bureau.Transmitted, Who: d.Who, Why: why}
}

// finish makes a file TRANSMITTED that all addresses have. The receipts are on disk by then: after a crash in between the next call
// does no more than this.
func (d *Deliverer) finish(ctx context.Context, f *file, r *Result) error {
	if len(r.Failures) > 0 || r.ByHand || f.State != bureau.Released {
		return nil
	}
	names := make([]string, len(r.Receipts))
	for i, receipt := range r.Receipts {
		names[i] = fmt.Sprintf("%s as %s", receipt.Address, receipt.Name)
	}
	_, err := bureau.Change(ctx, d.DB, d.transmitted(f.File, "delivered to "+strings.Join(names, ", ")), d.Now())
	if err == nil {
		r.State = bureau.Transmitted
	}
	return err
}

// take takes the right to deliver a file, which ends with the process.
func (d *Deliverer) take(ctx context.Context, number int64) (release func(), err error) {
	conn, err := d.Locks.Connx(ctx)
	if err != nil {
		return nil, err
	}
	var got bool
	err = conn.GetContext(ctx, &got, deliveryTake, bureau.DeliveryLock(number))
	if err == nil && !got {
		err = ErrBusy
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() {
		unlock, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.Patience)
		defer cancel()
		_, _ = conn.ExecContext(unlock, deliveryGive, bureau.DeliveryLock(number)) // a session that is lost holds nothing
		_ = conn.Close()
	}, nil
}

// attempt is one try to bring a file to an address.
type attempt struct {
	*Deliverer
	file    *file
	key     string
	address *Address
	before  known

	number  int
	name    string
	sent    []sending // by earlier attempts
	there   bool      // the file may be there
	receipt Receipt
}

// try makes an attempt and notes how it ended. What it returns nil for is on disk.
func (t *attempt) try(ctx context.Context) error {
	if err := t.begin(ctx); err != nil {
		return err
	}
	t.there = t.before.State == sendingTo
	t.receipt = Receipt{Address: t.key, Place: t.address.place(), Name: t.name, Attempt: t.number}
	err := t.bring(ctx)
	if err != nil && ctx.Err() != nil {
		err = errors.Join(ctx.Err(), err)
	}
	return errors.Join(err, t.end(ctx, err))
}

func (t *attempt) bring(ctx context.Context) error {
	p, err := t.pack(ctx, t.file, t.address, t.key, t.sent)
	if err != nil {
		return err
	}
	to, err := t.reach(ctx)
	if err != nil {
		return err
	}
	defer to.close()
	t.receipt.HostKey = to.hostKey()
	found, err := t.find(ctx, to, p)
	if err != nil {
		return err
	}
	if found {
		t.receipt.Outcome = Found
		return nil
	}
	if err := t.sending(ctx, p); err != nil {
		return err
	}
	if t.number > 1 {
		to.remove(t.temporary(t.number - 1))
	}
	maybe, err := to.put(ctx, p, t.name, t.temporary(t.number))
	if err != nil {
		t.there = t.there || maybe
		return err
	}
	t.receipt.Outcome, t.receipt.Bytes, t.receipt.SHA256 = Sent, p.bytes, p.sha256
	return nil
}

func (t *attempt) reach(ctx context.Context) (place, error) {
	if t.address.byHand() {
		return folder(t.address.Folder), nil
	}
	return t.connect(ctx, t.address)
}

// temporary is the name under which an attempt uploads: none writes into the upload of another.
func (t *attempt) temporary(number int) string { return fmt.Sprintf("%s.%d.part", t.name, number) }

// find looks whether the file is there already: with the bytes that an attempt meant to send, or as it is. It returns ErrOccupied
// for another file. A server that lets nobody read is believed for the size of what an attempt meant to send.
func (t *attempt) find(ctx context.Context, at place, p parcel) (bool, error) {
	size, err := at.size(t.name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for %s: %w", t.name, err)
	}
	candidates := t.sent
	if !t.address.sealed() {
		candidates = append(candidates, sending{Bytes: p.bytes, SHA256: p.sha256})
	}
	candidates = slices.DeleteFunc(candidates, func(s sending) bool { return s.Bytes != size })
	if len(candidates) == 0 {
		return false, fmt.Errorf("%w: %s has %d bytes", ErrOccupied, t.name, size)
	}
	sha256, err := hashAt(ctx, at, t.name)
	if errors.Is(err, fs.ErrPermission) && candidates[0].Attempt != 0 {
		sha256, err = candidates[0].SHA256, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", t.name, err)
	}
	for _, s := range candidates {
		if s.SHA256 == sha256 {
			t.receipt.Bytes, t.receipt.SHA256 = size, sha256
			return true, nil
		}
	}
	return false, fmt.Errorf("%w: %s has the right size, but SHA-256 %s", ErrOccupied, t.name, sha256)
}

func hashAt(ctx context.Context, at place, name string) (string, error) {
	r, err := at.open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	s := newSum()
	_, err = io.Copy(s, &interruptible{ctx, r})
	return s.sha256(), err
}
