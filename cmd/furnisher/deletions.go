package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/furnisher/furnisher/metro2"
)

// deletion is an account that a file deletes.
type deletion struct {
	account, code, closed, file string
}

func (d deletion) compare(other deletion) int {
	return cmp.Or(strings.Compare(d.file, other.file), strings.Compare(d.account, other.account))
}

// readDeletions lists the accounts with status DA or DF of a file.
func (a *app) readDeletions(ctx context.Context, file string) ([]deletion, error) {
	var found []deletion
	err := a.readMetro2(ctx, file, func(r io.Reader) error {
		reader := metro2.NewReader(r)
		for {
			item, err := reader.Next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if item.Kind != metro2.KindData {
				continue
			}
			if b := &item.Record.Base; b.AccountStatus == "DA" || b.AccountStatus == "DF" {
				found = append(found, deletion{b.AccountNumber, b.AccountStatus, b.DateClosed.String(), file})
			}
		}
	})
	return found, err
}

// onlyOnce fails if an account is deleted twice, or if the files do not have as many deletions as the ledger.
func onlyOnce(found []deletion, promised int64) error {
	seen := map[string]string{}
	for _, d := range found {
		if earlier, twice := seen[d.account]; twice {
			return fmt.Errorf("account %s is deleted twice: in %s and in %s", d.account, earlier, d.file)
		}
		seen[d.account] = d.file
	}
	if int64(len(found)) != promised {
		return fmt.Errorf("the files contain %d deletions, the ledger %d", len(found), promised)
	}
	return nil
}
