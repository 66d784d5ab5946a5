package record

import (
	"errors"
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// NewLatency is the distribution h holds, in nanoseconds, with h itself inside. It is nil where h recorded nothing:
// a distribution of no values is unknown, not zero.
//
// Min, Max and Mean are exact only to the histogram's precision; a caller that kept the true extremes sets them with
// Exact.
func NewLatency(h *hdrhistogram.Histogram) *Latency {
	if h == nil || h.TotalCount() == 0 {
		return nil
	}
	hdr, err := h.EncodeV2()
	if err != nil {
		panic(fmt.Sprintf("results: a histogram that cannot be encoded: %v", err)) // negative counts: never recorded, always a bug
	}
	p := h.ValueAtPercentilesSlice([]float64{50, 90, 99, 99.9})
	return &Latency{
		Count: h.TotalCount(),
		Min:   h.Min(),
		Mean:  h.Mean(),
		P50:   p[0],
		P90:   p[1],
		P99:   p[2],
		P999:  p[3],
		Max:   h.Max(),
		HDR:   string(hdr),
	}
}

// Exact sets the true extremes in nanoseconds and keeps every percentile between them: a histogram answers with the upper end
// of a bucket, which can lie above the largest value that was recorded. It returns l, nil or not.
func (l *Latency) Exact(minimum, maximum int64) *Latency {
	if l == nil {
		return nil
	}
	l.Min, l.Max = minimum, maximum
	for _, p := range []*int64{&l.P50, &l.P90, &l.P99, &l.P999} {
		*p = min(max(*p, minimum), maximum)
	}
	return l
}

// Histogram is the whole distribution in nanoseconds, decoded. It fails where there is none, or where what is there is not an
// HdrHistogram V2 in base64.
func (l *Latency) Histogram() (*hdrhistogram.Histogram, error) {
	if l == nil || l.HDR == "" {
		return nil, errors.New("no histogram")
	}
	h, err := hdrhistogram.Decode([]byte(l.HDR))
	if err != nil {
		return nil, fmt.Errorf("hdr histogram: %w", err)
	}
	return h, nil
}
