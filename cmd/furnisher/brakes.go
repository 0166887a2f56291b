package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/batch"
)

// brakeFlag is limits of brakes as a flag that may be repeated: NAME=PERCENT,NUMBER, NAME=DAYS, NAME=off or off.
type brakeFlag []string

func (b *brakeFlag) String() string { return strings.Join(*b, " ") }
func (b *brakeFlag) Type() string   { return "NAME=LIMIT" }
func (b *brakeFlag) Set(s string) error {
	*b = append(*b, s)
	return batch.DefaultLimits().Set(s)
}

// limits are those out of the box, changed by FURNISHER_BRAKES, changed by the flags.
func (b *brakeFlag) limits(getenv func(string) string) (batch.Limits, error) {
	limits := batch.DefaultLimits()
	for _, setting := range strings.Fields(getenv("FURNISHER_BRAKES")) {
		if err := limits.Set(setting); err != nil {
			return nil, &ending{err: fmt.Errorf("FURNISHER_BRAKES: %w", err), code: exitUsage, hint: "furnisher brakes --help"}
		}
	}
	for _, setting := range *b {
		if err := limits.Set(setting); err != nil {
			return nil, err
		}
	}
	return limits, nil
}

// checkAccept refuses an acceptance of an unknown brake or without a reason.
func (n *night) checkAccept() error {
	for _, name := range n.accept {
		if _, known := batch.FindBrake(name); !known {
			return &ending{err: fmt.Errorf("--accept-brake: there is no brake %q", name), code: exitUsage, hint: "furnisher brakes"}
		}
	}
	n.reason = strings.TrimSpace(n.reason)
	if !n.again && len(n.accept) > 0 != (n.reason != "") {
		return &ending{err: errors.New("--accept-brake and --reason belong together"), code: exitUsage, hint: "furnisher run --date YYYY-MM-DD --accept-brake NAME --reason TEXT"}
	}
	return n.checkAgain()
}

func (a *app) brakesCommand() *cobra.Command {
	var b brakeFlag
	var asJSON bool
	c := &cobra.Command{
		Use: "brakes", Short: "list what stops a night before its changes are final", Args: cobra.NoArgs,
		Long: `Lists the brakes with their limits: those in force here, and those out of the box. A limit is a share of the whole, but never
less than an absolute number, so that a small book is not stopped for a few loans. The first night of a book and the first
file of a program are never stopped.

A limit is set by --brake of run, catch-up and schedule, or for all of them by FURNISHER_BRAKES, a list with blanks between:
delinquent=8%,500 allows 8 percent of the open loans, but at least 500; news-age=4 allows four days; closed=off takes a brake
off, off alone all of them. Amounts are in whole dollars.`,
		RunE: a.does(func(context.Context, []string) error {
			limits, err := b.limits(a.getenv)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(a.stdout, brakeList(limits))
			}
			rows := make([][]any, len(batch.Brakes))
			for i, brake := range brakeList(limits) {
				rows[i] = []any{brake.Brake, brake.Limit, brake.Default, brake.Says}
			}
			return printTable(a.stdout, []string{"brake", "limit", "out of the box", "what it counts"}, rows)
		}),
	}
	c.Flags().Var(&b, "brake", "limit to show, repeatable; default FURNISHER_BRAKES")
	jsonFlag(c, &asJSON)
	return c
}

// brakeRow is a brake with its limits as settings.
type brakeRow struct {
	Brake   string `json:"brake"`
	Limit   string `json:"limit"`
	Default string `json:"default"`
	Says    string `json:"counts"`
}

func brakeList(limits batch.Limits) []brakeRow {
	rows := make([]brakeRow, len(batch.Brakes))
	for i, b := range batch.Brakes {
		rows[i] = brakeRow{b.Name, "off", b.Setting(b.Default), b.Says}
		if b.Off {
			rows[i].Default = "off"
		}
		if l, on := limits[b.Name]; on {
			rows[i].Limit = b.Setting(l)
		}
	}
	return rows
}

// printBrakes prints what stopped a run, and who let it go on.
func printBrakes(w io.Writer, r *batch.Summary) error {
	if len(r.Brakes) == 0 {
		return nil
	}
	rows := make([][]any, len(r.Brakes))
	for i := range r.Brakes {
		s := &r.Brakes[i]
		b, _ := batch.FindBrake(s.Brake)
		said := ""
		if s.AcceptedAt != nil {
			said = fmt.Sprintf("%s, %s: %s", s.AcceptedBy, s.AcceptedAt.UTC().Format(timeLayout), s.AcceptedWhy)
		}
		rows[i] = []any{s.Brake, dash(s.About), s.State, b.Text(s.Now), b.Text(s.Allowed), b.Text(s.Whole), s.BeforeText(), dash(said)}
	}
	return printTitled(w, "brakes", []string{"brake", "file", "state", ">now", ">allowed", ">whole", "last three", "accepted"}, rows)
}
