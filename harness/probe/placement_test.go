package probe

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadStrays(t *testing.T) {
	cpus, err := AvailableCPUs()
	if err != nil {
		t.Fatal(err)
	}
	self := []int{os.Getpid()}
	if strays, err := ReadStrays(self, cpus); err != nil || len(strays) > 0 {
		t.Errorf("on the CPUs that it may use: %v, %v", strays, err)
	}
	strays, err := ReadStrays(self, []int{maxCPUs - 1})
	if err != nil || len(strays) < 1 || strays[0].PID != os.Getpid() || !slices.Equal(strays[0].Allowed, cpus) {
		t.Errorf("elsewhere: %v, %v; want every thread, each allowed on %v", strays, err, cpus)
	}
	if len(cpus) > 1 {
		if strays, err := ReadStrays(self, cpus[:1]); err != nil || len(strays) < 1 {
			t.Errorf("allowed on more than was wanted: %v, %v", strays, err)
		}
	}
	if _, err := ReadStrays([]int{1 << 22}, cpus); err == nil {
		t.Error("a process that is not there has no error")
	}
}

func TestReadCPU(t *testing.T) {
	self := []int{os.Getpid()}
	before, err := ReadCPU(self)
	if err != nil {
		t.Fatal(err)
	}
	const work = 20 * time.Millisecond
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		if now, err := ReadCPU(self); err != nil || now-before > work {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("10 s of work take less than %v of CPU time", work)
		}
	}
	if _, err := ReadCPU([]int{1 << 22}); err == nil {
		t.Error("a process that is not there has no error")
	}
}

func TestOthers(t *testing.T) {
	m := Machine{Wall: time.Second, CPUs: map[int]CPUTime{ // what ticks found them busy with says nothing
		0: {Idle: 80 * time.Millisecond, Steal: 20 * time.Millisecond, Busy: 99 * time.Second},
		1: {Idle: 490 * time.Millisecond, Steal: 10 * time.Millisecond},
		2: {Steal: time.Second}, // none of ours
	}}
	if got := m.Others([]int{0, 1}, time.Second); got != 400*time.Millisecond {
		t.Errorf("others took %v", got)
	}
	if got := m.Stolen([]int{0, 1}); got != 30*time.Millisecond {
		t.Errorf("%v were stolen", got)
	}
}

func TestIRQApartIn(t *testing.T) {
	for config, want := range map[string]bool{
		"CONFIG_HZ=250\nCONFIG_IRQ_TIME_ACCOUNTING=y\n":            true,
		"CONFIG_HZ=250\n# CONFIG_IRQ_TIME_ACCOUNTING is not set\n": false,
		"CONFIG_HAVE_IRQ_TIME_ACCOUNTING=y\n":                      false,
		"":                                                         false,
	} {
		if got := irqApartIn(strings.NewReader(config)); got != want {
			t.Errorf("%q: %v", config, got)
		}
	}
}
