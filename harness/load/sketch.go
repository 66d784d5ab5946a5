package load

import (
	"math"
	"math/bits"
)

// sketch is a small latency distribution, one a connection, to find the connection that is served worst: 208 bytes,
// four equal buckets to a doubling, so that a value is known to within 25%. Below 1 µs and above 67 s all is one bucket.
type sketch [sketchBuckets]uint16

const (
	sketchBuckets = 4 * 26
	sketchFloor   = 10 // 2^10 ns: about a microsecond
)

func (s *sketch) record(ns int64) {
	i := bucketOf(ns)
	if s[i] == math.MaxUint16 {
		for j := range s { // the shape is kept, the weight of the past halved
			s[j] /= 2
		}
	}
	s[i]++
}

// bucketOf is the octave and, by the next two bits, its quarter.
func bucketOf(ns int64) int {
	v := uint64(max(ns, 1<<sketchFloor))
	octave := bits.Len64(v) - 1
	return min((octave-sketchFloor)*4+int(v>>(octave-2)&3), sketchBuckets-1)
}

// p99 is the upper end of the bucket with the 99th percentile. It is not ok below 100 values: that would be a maximum.
func (s *sketch) p99() (ns int64, ok bool) {
	total := 0
	for _, n := range s {
		total += int(n)
	}
	if total < 100 {
		return 0, false
	}
	above := total / 100 // values that may be higher
	for i := sketchBuckets - 1; i >= 0; i-- {
		if above -= int(s[i]); above < 0 {
			return upperEnd(i), true
		}
	}
	return 0, false
}

// upperEnd is the least value above bucket i.
func upperEnd(i int) int64 {
	return int64(4+i%4+1) << (i/4 + sketchFloor - 2)
}
