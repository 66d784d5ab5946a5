package probe

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

func TestParseCPUs(t *testing.T) {
	for _, test := range []struct {
		list string
		want []int // nil: an error
		back string
	}{
		{"0", []int{0}, "0"},
		{"0-2,4", []int{0, 1, 2, 4}, "0-2,4"},
		{"5, 1-2,2", []int{1, 2, 5}, "1-2,5"},
		{"0-1,3-3,1023", []int{0, 1, 3, 1023}, "0-1,3,1023"},
		{list: ""}, {list: "-1"}, {list: "2-1"}, {list: "1-"}, {list: "a"}, {list: "1,,2"}, {list: "1024"}, {list: "0-99999999999"},
	} {
		got, err := ParseCPUs(test.list)
		if (err != nil) != (test.want == nil) || !slices.Equal(got, test.want) {
			t.Errorf("%q: got %v, %v; want %v", test.list, got, err, test.want)
		}
		if back := FormatCPUs(got); back != test.back {
			t.Errorf("%q: written back as %q, want %q", test.list, back, test.back)
		}
	}
}

func TestSplit(t *testing.T) {
	alone := func(cpu int) string { return fmt.Sprint(cpu) }
	pairsApart := func(cpu int) string { return fmt.Sprint(cpu % 2) } // CPU n and n+2
	one := func(int) string { return "0-7" }
	for _, test := range []struct {
		name string
		cpus []int
		core func(int) string
		want Split
	}{
		{"one", []int{3}, alone, Split{Server: []int{3}, Load: []int{3}}},
		{"two", []int{0, 1}, alone, Split{Server: []int{0}, Load: []int{1}, Apart: true}},
		{"three", []int{0, 1, 5}, alone, Split{Server: []int{0}, Load: []int{1, 5}, Apart: true}},
		{"pairs of threads", []int{0, 1, 2, 3}, pairsApart, Split{Server: []int{0, 2}, Load: []int{1, 3}, Apart: true}},
		{"one core", []int{0, 1}, one, Split{Server: []int{0}, Load: []int{1}, Apart: true, SharedCore: true}},
	} {
		if got := split(test.cpus, test.core); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestAffinity(t *testing.T) {
	cpus, err := AvailableCPUs()
	if err != nil || len(cpus) < 1 || !slices.IsSorted(cpus) {
		t.Errorf("available: %v, %v", cpus, err)
	}
}

// Descriptors bound the counters: of many threads only the sum of all calls is counted.
func TestCountersWithin(t *testing.T) {
	events := map[string]uint64{"": 7, "read": 8, "write": 9}
	if got, total := within(events, mostCounted); total || len(got) != 3 {
		t.Errorf("%d threads: %v, total %v", mostCounted, got, total)
	}
	if got, total := within(events, mostCounted+1); !total || len(got) != 1 || got[""] != 7 {
		t.Errorf("%d threads: %v, total %v", mostCounted+1, got, total)
	}
}
