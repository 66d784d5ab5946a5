package figure

import (
	"math"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

func TestCurve(t *testing.T) {
	var each []*hdrhistogram.Histogram
	for _, by := range []int64{1000, 3000} { // two repetitions, of which the second is three times as slow
		h := hdrhistogram.New(1, 60e9, 3)
		for v := int64(1); v <= 1000; v++ {
			if err := h.RecordValue(v * by); err != nil {
				t.Fatal(err)
			}
		}
		each = append(each, h)
	}
	line := curve(each)
	for i := 1; i < len(line); i++ {
		if line[i].Nines <= line[i-1].Nines || line[i].Mid < line[i-1].Mid {
			t.Fatalf("the curve turns back at %+v", line[i])
		}
	}
	if end := line[len(line)-1].Nines; end > math.Log10(2000)+1e-9 || end < 3 {
		t.Errorf("2000 messages are drawn to %v nines", end)
	}
	marked := 0
	for _, pt := range line {
		if !pt.Marked {
			continue
		}
		marked++
		if pt.Nines == Nines(50) {
			near := func(got, want float64) bool { return math.Abs(got/want-1) < 2e-3 }
			// Of 1..1000 and 3, 6 .. 3000, half are at or below 750: 750 of the first, 250 of the second.
			if !near(pt.Mid, 750e3) || !near(pt.Low, 500e3) || !near(pt.High, 1500e3) {
				t.Errorf("the median is %+v", pt)
			}
		}
	}
	if marked != 4 {
		t.Errorf("%d percentiles marked, want 50, 90, 99 and 99.9", marked)
	}
	if curve(nil) != nil {
		t.Error("no histograms: want no curve")
	}
}
