package intake

import (
	"context"
	"io"
	"os"
	"testing"
)

func BenchmarkScratchParse(b *testing.B) {
	dir := os.Getenv("BIG")
	for b.Loop() {
		sources, err := openSources(dir)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range sources {
			if s.table.file != "transactions.csv" {
				continue
			}
			b.SetBytes(s.size)
			p := newParser(s, nil)
			block := make([]byte, 0, 200000)
			for {
				var err error
				block, err = p.fill(block[:0])
				if err == io.EOF {
					break
				}
			}
			b.ReportMetric(float64(p.rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.Log(p.again)
		}
		closeSources(sources)
	}
	_ = context.Background
}
