package console

import (
	"fmt"
	"time"

	"github.com/furnisher/furnisher/batch/inquiry"
)

// bars are the nights as bars, the newest at the left, where a narrow screen shows it: how long each took, and below how many loans it could not decide.
type bars struct {
	Nights        []bar
	Width, Height int
	Longest       time.Duration
	Most          int64
	Rows          []inquiry.Night // the same as a table
}

// bar is a night. Lengths are in the units of the drawing.
type bar struct {
	*inquiry.Night
	X, Mid   int
	Top, Len int // of how long it took
	Exc      int // length of its exceptions, downwards
	Said     string
	Tick     bool // its date is written below
}

// Measures of the drawing.
const (
	barPitch  = 24 // from bar to bar: wide enough to be hit
	barTall   = 120
	barBelow  = 40 // for exceptions
	barMargin = 80 // for the numbers at the left
	barFoot   = 20 // for the dates
	barGap    = 6
	tickEvery = 7
	barLeast  = 320 // width, for the dates of a few
)

// drawBars draws nights, the newest first. Nil: there is none.
func drawBars(nights []inquiry.Night) *bars {
	if len(nights) == 0 {
		return nil
	}
	b := &bars{Width: max(barMargin+barPitch*len(nights), barLeast), Height: barTall + barGap + barBelow + barFoot, Rows: nights}
	for i := range nights {
		b.Longest, b.Most = max(b.Longest, nights[i].Took()), max(b.Most, nights[i].Exceptions)
	}
	for i := range nights {
		n := &nights[i]
		x := bar{Night: n, X: barMargin + i*barPitch, Tick: i%tickEvery == 0, Said: barSaid(n)}
		x.Mid = x.X + barPitch/2
		if b.Longest > 0 {
			x.Len = int(int64(barTall-10) * int64(n.Took()) / int64(b.Longest))
		}
		x.Len = max(x.Len, 2)
		x.Top = barTall - x.Len
		if n.Exceptions > 0 {
			x.Exc = max(int(barBelow*n.Exceptions/b.Most), 2)
		}
		b.Nights = append(b.Nights, x)
	}
	return b
}

// barSaid names a bar.
func barSaid(n *inquiry.Night) string {
	said := fmt.Sprintf("Run %d, night of %s: %s", n.Run, n.BusinessDate, stateWord(n.State))
	if took := n.Took(); took > 0 {
		said += ", took " + span(took)
	}
	return said + ", " + exceptionsText(n.Exceptions)
}

// bounded is a number of exceptions that was counted up to a bound.
func bounded(n int64) string {
	if n >= inquiry.MaxCounted {
		return count(n) + " or more"
	}
	return count(n)
}

// exceptionsText is a bounded number of exceptions.
func exceptionsText(n int64) string {
	if n >= inquiry.MaxCounted {
		return count(n) + " exceptions or more"
	}
	return plural(n, "exception", "exceptions")
}

// stateWord is the state of a run in a sentence.
func stateWord(state string) string {
	switch state {
	case "RUNNING":
		return "running"
	case "STOPPED":
		return "stopped"
	case "ABANDONED":
		return "abandoned"
	}
	return "closed"
}

// Base is where the bars stand, Below where those of exceptions begin, Foot where the dates are written.
func (b *bars) Base() int  { return barTall }
func (b *bars) Below() int { return barTall + barGap }
func (b *bars) Foot() int  { return b.Height - 4 }

// Pitch is the width of a bar with its gap.
func (b *bars) Pitch() int { return barPitch }

// Left is where the numbers end.
func (b *bars) Left() int { return barMargin - 8 }

// span is how long something takes, in words that a person reads at a glance.
func span(d time.Duration) string {
	d = d.Round(time.Second)
	hours, minutes, seconds := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case hours >= 48:
		return fmt.Sprintf("%d days", hours/24)
	case hours > 0:
		return fmt.Sprintf("%d h %02d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %02d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}
