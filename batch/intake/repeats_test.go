package intake

import (
	"strconv"
	"testing"
)

// A key that came before is always known, whatever the size of the file was taken for; a new one hardly ever.
func TestRepeats(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for _, size := range []int64{0, 1000, n * 50} {
		f := newRepeats(size)
		taken := 0
		for i := range n {
			if f.again(f.hash(strconv.AppendInt(nil, int64(i), 10))) {
				taken++
			}
		}
		if taken > 5 { // 0.01 are to be expected
			t.Errorf("size %d: %d of %d new keys are taken for known", size, taken, n)
		}
		for i := range n {
			if !f.again(f.hash(strconv.AppendInt(nil, int64(i), 10))) {
				t.Fatalf("size %d: key %d is taken for new the second time", size, i)
			}
		}
	}
}

// Without memory for more, every further key may have come before.
func TestRepeatsAreBounded(t *testing.T) {
	t.Parallel()
	f := newRepeats(0)
	f.room = 100
	taken := 0
	for i := range 1000 {
		if f.again(f.hash(strconv.AppendInt(nil, int64(i), 10))) {
			taken++
		}
	}
	if tags := len(f.tables[0].tags) + 100; taken < 1000-tags || taken > 1000-tags/2 {
		t.Errorf("%d of 1000 new keys are taken for known where there are %d places", taken, tags)
	}
}
