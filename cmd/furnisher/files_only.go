package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/furnisher/furnisher/batch/bureau"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/batch/inquiry"
)

// helpFilesOnly is a part of the help of run.
const helpFilesOnly = `With --files-only the files of a closed date, whatever its age, are made again from what the database keeps, and proved by size
and SHA-256: one that is missing gets its place back, one that is there is compared. Nothing else happens.`

// filesOnly makes the files of a closed date again.
func (a *app) filesOnly(ctx context.Context, db *database.Database, n night, asJSON bool) error {
	if n.again || len(n.accept) > 0 {
		return &ending{err: errors.New("--files-only goes alone"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --files-only"}
	}
	files, err := inquiry.FilesOfDate(ctx, db.DB, n.date)
	switch {
	case err != nil:
		return err
	case len(files) == 0:
		return &ending{err: fmt.Errorf("the night of %s made no file that counts", n.date), code: exitFailed, hint: "furnisher files"}
	}
	v, err := a.vault(ctx, db)
	if err != nil {
		return err
	}
	made := []bureau.Rebuilt{}
	for _, file := range files {
		done, rebuildErr := bureau.Files{Vault: v}.Rebuild(ctx, db.DB, file, "", a.who(), a.now())
		if err = errors.Join(err, rebuildErr); rebuildErr == nil {
			made = append(made, done)
		}
	}
	if len(made) == 0 {
		return err
	}
	if asJSON {
		return errors.Join(err, printJSON(a.stdout, made))
	}
	rows := make([][]any, len(made))
	for i, f := range made {
		is := "was missing, is made again"
		if f.There {
			is = "is there"
		}
		rows[i] = []any{f.File, is, f.Records, f.Bytes, f.SHA256[:12], f.Path}
	}
	return errors.Join(err, printTable(a.stdout, []string{">file", "it", ">records", ">bytes", "SHA-256", "path"}, rows))
}
