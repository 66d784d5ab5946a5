package probe

import (
	"math"
	"strings"
	"testing"
	"time"
)

const smaps = `00400000-00c00000 r-xp 00000000 fe:00 1   /bin/server
Rss:   100 kB
Anonymous:             0 kB
01000000-01100000 rw-p 00cb0000 fe:00 1   /bin/my server (deleted)
Anonymous:            96 kB
01100000-01200000 rw-p 00000000 00:00 0
Anonymous:            92 kB
01200000-01300000 ---p 00000000 00:00 0
Anonymous:             4 kB
24f75000-24f96000 rw-p 00000000 00:00 0                                  [heap]
Anonymous:             8 kB
3ef6cd000000-3ef6cd800000 rw-p 00000000 00:00 0
Anonymous:          1212 kB
3ef6cd800000-3ef6d1000000 rw-p 00000000 00:00 0                          [anon: Go: heap]
Anonymous:          1000 kB
VmFlags: rd wr mr mw
7f1adc1fe000-7f1adc39e000 rw-p 00000000 00:00 0
Anonymous:           124 kB
7ffc96ec6000-7ffc96ee7000 rw-p 00000000 00:00 0                          [stack]
Anonymous:            16 kB
`

func TestParseMappings(t *testing.T) {
	got, err := parseMappings(strings.NewReader(smaps), 0x3ef6cd000040)
	want := Mappings{GoHeap: 2212 << 10, Program: (96 + 92 + 4 + 8 + 16) << 10, Other: 124 << 10}
	if err != nil || got != want {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	got, err = parseMappings(strings.NewReader(smaps), 0)
	want.Other, want.GoHeap = want.Other+want.GoHeap, 0
	if err != nil || got != want {
		t.Errorf("without a heap %+v, %v; want %+v", got, err, want)
	}
	for _, broken := range []string{"zzz rw-p", "1-zz rw-p", "1-2 rw-p\nAnonymous: many kB"} {
		if _, err := parseMappings(strings.NewReader(broken), 0); err == nil {
			t.Errorf("%q is no smaps, and no error", broken)
		}
	}
}

func FuzzParseMappings(f *testing.F) {
	f.Add(smaps, uint64(0x3ef6cd000040))
	f.Add("Anonymous:", uint64(0))
	f.Fuzz(func(t *testing.T, text string, heapAt uint64) {
		whole, err := parseMappings(strings.NewReader(text), heapAt)
		if err != nil {
			return
		}
		other, err := parseMappings(strings.NewReader(text), 0)
		if err != nil || other.Program != whole.Program || other.Other != whole.Other+whole.GoHeap {
			t.Errorf("the same mappings split otherwise: %+v, and %+v, %v", whole, other, err)
		}
	})
}

// Two that are the same are told to be, and what differs by a tenth, drifts or is kept from running shows as that.
func TestSpinOf(t *testing.T) {
	slots := func(n int, of func(i int) slot) (all []slot) {
		for i := range n {
			all = append(all, of(i))
		}
		return all
	}
	const ms = time.Millisecond
	tests := []struct {
		name               string
		of                 func(i int) slot
		apart, drift, lost float64
	}{
		{"the same", func(int) slot { return slot{10 * ms, 10 * ms} }, 0, 0, 0},
		{"B slower", func(i int) slot {
			if i%4 == 1 || i%4 == 2 {
				return slot{11 * ms, 11 * ms}
			}
			return slot{10 * ms, 10 * ms}
		}, 0.1, 0, 0},
		{"drift", func(i int) slot { return slot{10*ms + time.Duration(i)*ms/10, 11*ms + time.Duration(i)*ms/10} }, 0, 0.67, 0.065},
		{"kept waiting", func(int) slot { return slot{10 * ms, 20 * ms} }, 0, 0, 0.5},
	}
	for _, tt := range tests {
		got := spinOf(3, slots(102, tt.of))
		for name, v := range map[string][2]float64{"apart": {got.Apart, tt.apart}, "drift": {got.Drift, tt.drift}, "lost": {got.Lost, tt.lost}} {
			if math.Abs(v[0]-v[1]) > 0.02 {
				t.Errorf("%s: %s %.3f, want %.3f", tt.name, name, v[0], v[1])
			}
		}
		if got.Slots != 50 || got.CPU != 3 {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

func TestTableBytes(t *testing.T) {
	// 20,000 connections: a table of 32,768 descriptors.
	if got := tableBytes(32768); got != 32768*8+2*32768/8+32768/64/8 {
		t.Errorf("%d", got)
	}
	if tableBytes(64) != 0 {
		t.Error("the first 64 are no table of their own")
	}
}
