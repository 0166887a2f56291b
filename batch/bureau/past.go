package bureau

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/furnisher/furnisher/batch/database"
)

// past is what the files of one calendar date that go to destinations of one name go by: each destination has its own sent ledger.
// Of each program it has one destination, so that a loan that changed its program keeps the past that it had at the bureaus.
type past struct {
	files        []Building        // that go by it
	destinations database.IntArray // of each program that of the name, else its first
	before       database.IntArray // for each destination the file before which its files count
}

// pasts divides the files of a calendar date by the names of their destinations, in the order of the files.
func pasts(ctx context.Context, tx *sqlx.Tx, files []Building) ([]past, error) {
	var list []past
	for _, f := range files {
		i := slices.IndexFunc(list, func(p past) bool { return p.files[0].DestinationName == f.DestinationName })
		if i < 0 {
			list, i = append(list, past{}), len(list)
		}
		list[i].files = append(list[i].files, f)
	}
	for i := range list {
		p := &list[i]
		if err := tx.SelectContext(ctx, &p.destinations, destinationPast, p.files[0].DestinationName); err != nil {
			return nil, fmt.Errorf("find the destinations of the files before: %w", err)
		}
		for _, d := range p.destinations {
			p.before = append(p.before, p.firstOf(d))
		}
	}
	return list, nil
}

// firstOf is the file of a destination; of one that has none here the lowest: no line of it is asked for beyond.
func (p *past) firstOf(destination int64) int64 {
	lowest := p.files[0].File
	for i := range p.files {
		if p.files[i].Destination == destination {
			return p.files[i].File
		}
		lowest = min(lowest, p.files[i].File)
	}
	return lowest
}

// newest is the highest number of its files.
func (p *past) newest() int64 {
	newest := p.files[0].File
	for i := range p.files {
		newest = max(newest, p.files[i].File)
	}
	return newest
}
