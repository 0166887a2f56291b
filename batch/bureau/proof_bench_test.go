package bureau

import (
	"bytes"
	"testing"

	"github.com/furnisher/furnisher/batch/merkle"
)

// BenchmarkProofPage is what the log costs a tradeline of a chunk of 2,000.
func BenchmarkProofPage(b *testing.B) {
	row := bytes.Repeat([]byte("0123456789"), 70)
	b.ReportAllocs()
	for b.Loop() {
		page := proofPage{kind: ProvedLine, columns: len(columns)}
		for loan := range int64(2000) {
			page.add(1000+loan, merkle.Digest(row))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2000, "ns/tradeline")
}
