package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/furnisher/furnisher/metro2"
)

func (a *app) statsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "stats FILE...", Short: "count what Metro 2 files contain", Args: cobra.MinimumNArgs(1),
		Long: `Counts the accounts of all files together by status, portfolio, segment, amount and days past due, with a bar for each.
"-" reads standard input; gzip is unpacked.`,
		RunE: a.does(func(ctx context.Context, args []string) error {
			var stats metro2.Stats
			for _, name := range args {
				if err := a.readMetro2(ctx, name, func(r io.Reader) error { return addStats(&stats, r) }); err != nil {
					return err
				}
			}
			if stats.Records == stats.Unknown {
				return notMetro2(args...)
			}
			if asJSON {
				return printJSON(a.stdout, map[string]any{
					"files": len(args), "records": stats.Records, "accounts": stats.Accounts(), "unknown": stats.Unknown, "groups": stats.Groups(),
				})
			}
			return printStats(a.stdout, len(args), &stats)
		}),
	}
	jsonFlag(c, &asJSON)
	return c
}

func addStats(stats *metro2.Stats, r io.Reader) error {
	reader := metro2.NewReader(r)
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		stats.Add(item)
	}
}

// printStats prints the groups without the lines that count nothing.
func printStats(w io.Writer, files int, stats *metro2.Stats) error {
	if _, err := fmt.Fprintf(w, "files %d, records %d, accounts %d, unknown records %d\n", files, stats.Records, stats.Accounts(), stats.Unknown); err != nil {
		return err
	}
	for _, group := range stats.Groups() {
		amounts := group.Name == "amount"
		heading := []string{"", "", ">count", "", ">balance", ">past due"}
		if amounts {
			heading = []string{"", "", ">not zero", "", ">sum"}
		}
		most := int64(0)
		for _, l := range group.Lines {
			most = max(most, weight(l, amounts))
		}
		var rows [][]any
		for _, l := range group.Lines {
			if l.Count == 0 {
				continue
			}
			row := []any{l.Value, l.Meaning, l.Count, bar(weight(l, amounts), most), l.Balance}
			if !amounts {
				row = append(row, l.PastDue)
			}
			rows = append(rows, row)
		}
		if len(rows) == 0 {
			continue
		}
		if err := printTitled(w, group.Name, heading, rows); err != nil {
			return err
		}
	}
	return nil
}

// weight is what the bar of a line shows: dollars among amounts, else the count.
func weight(l metro2.StatsLine, amounts bool) int64 {
	if amounts {
		return int64(l.Balance)
	}
	return int64(l.Count)
}

// barWidth is the length of the longest bar.
const barWidth = 24

// bar draws a bar in proportion; anything above zero gets at least one mark.
func bar(value, most int64) string {
	if value <= 0 || most <= 0 {
		return ""
	}
	return strings.Repeat("█", max(1, int(float64(value)/float64(most)*barWidth+0.5)))
}
