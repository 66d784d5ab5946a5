package record

import (
	"strings"
	"testing"
	"time"
)

func TestParseSLO(t *testing.T) {
	tests := []struct{ in, want string }{
		{"p99<5ms", "p99<5ms"},
		{" p99 < 5ms , p50<900us", "p50<900µs,p99<5ms"},
		{"mem<100MiB,max<1m", "max<1m0s,mem<100MiB"},
		{"mem<1.5GiB", "mem<1536MiB"},
		{"mem<100 MB", "mem<100MB"},
		{"mem<1000B", "mem<1kB"},
		{"p999<1500ms,p90<1s", "p90<1s,p999<1.5s"},
	}
	for _, tt := range tests {
		got, err := ParseSLO(tt.in)
		if err != nil || got.String() != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.in, got, err, tt.want)
		}
	}
}

func TestParseSLOErrorsSayTheMend(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "NAME<AMOUNT"},
		{"p99", "NAME<AMOUNT"},
		{"p99<5ms,", "NAME<AMOUNT"},
		{"p99>5ms", "NAME<AMOUNT"},
		{"p99<=5ms", "never <="},
		{"p99<5", "duration"},
		{"p99<-5ms", "duration"},
		{"p99<0s", "duration"},
		{"p95<5ms", "p90, p99, p999"},
		{"P99<5ms", "p90, p99, p999"},
		{"p99<5ms,p99<6ms", "twice"},
		{"mem<100", "memory"},
		{"mem<0MiB", "memory"},
		{"mem<-1MiB", "memory"},
		{"mem<1e3MiB", "memory"},
		{"mem<99999999TiB", "memory"},
		{"mem<5ms", "memory"},
	}
	for _, tt := range tests {
		if got, err := ParseSLO(tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %q, %v; want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

func FuzzParseSLO(f *testing.F) {
	for _, seed := range []string{"p99<5ms", "mem<1.5GiB,p50<1us", "max<9223372036s", "mem<0.4B", "p99<", "<,<", "mem<9007199254740991B"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSLO(text)
		if err != nil {
			return
		}
		again, err := ParseSLO(s.String())
		if err != nil || again.String() != s.String() {
			t.Fatalf("%q is %q, which is %q, %v", text, s, again, err)
		}
		for i, l := range s {
			if l.below <= 0 || again[i] != l {
				t.Fatalf("%q: limit %+v is %+v again", text, l, again[i])
			}
		}
	})
}

func TestBrokenIsTheFirstLimitThatWasNotKept(t *testing.T) {
	s, err := ParseSLO("p50<1ms,p99<5ms,mem<1MiB")
	if err != nil {
		t.Fatal(err)
	}
	ms := time.Millisecond.Nanoseconds()
	tests := []struct {
		w    Window
		want string
	}{
		{Window{P50: ms - 1, P99: 5*ms - 1, Anon: 1<<20 - 1}, ""},
		{Window{P50: ms, P99: 9 * ms}, "p50 was 1.00 ms, not under 1ms"},
		{Window{P50: 1, P99: 7 * ms}, "p99 was 7.00 ms, not under 5ms"},
		{Window{P50: 1, P99: 1, Anon: 2 << 20}, "mem was 2.00 MiB, not under 1MiB"},
		{Window{P50: 1, P99: 1, P999: 60e9, Max: 60e9}, ""},
	}
	for _, tt := range tests {
		if got := s.Broken(tt.w); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.w, got, tt.want)
		}
	}
	if s.Slowest() != 5*time.Millisecond || s.Samples() != 100 {
		t.Errorf("slowest %v, samples %v", s.Slowest(), s.Samples())
	}
}
