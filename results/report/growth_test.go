package report

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// grown is a run of so many cells, made of a small one: more repetitions of the same.
func grown(t testing.TB, cells int) (*record.Run, []record.Cell) {
	t.Helper()
	run, few := recordtest.Synthetic(t)
	all := make([]record.Cell, 0, cells)
	for i := range cells {
		c := few[i%len(few)]
		again := i / len(few)
		c.Order, c.Rep = i+1, c.Rep+3*again
		c.CPU.ServerNSPerMessage = times(c.CPU.ServerNSPerMessage, 1+0.001*float64(again%17))
		c.Memory.UserPerConn = times(c.Memory.UserPerConn, 1+0.001*float64(again%13))
		all = append(all, c)
	}
	return run, all
}

func times(v *float64, by float64) *float64 {
	if v == nil {
		return nil
	}
	return new(*v * by)
}

// A report's time and memory grow as its cells do, and no faster.
func TestReportGrowsAsItsCells(t *testing.T) {
	few, many := 5_000, 20_000
	if n, err := strconv.Atoi(os.Getenv("CBENCH_CELLS")); err == nil {
		many = n
	}
	took := func(cells int) (cpu time.Duration, allocated uint64) {
		run, made := grown(t, cells)
		dir := recordtest.Write(t, run, made)
		runtime.GC()
		defer debug.SetGCPercent(debug.SetGCPercent(100))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		run, err := record.ReadRun(dir)
		if err != nil {
			t.Fatal(err)
		}
		all, warnings, err := record.ReadCells(dir)
		if err != nil || len(all) != cells {
			t.Fatalf("%d cells: %v", len(all), err)
		}
		read := time.Since(start)
		a := question.Of(run, all, warnings)
		answered := time.Since(start)
		page := Page(a)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%d cells: read after %v, answered after %v, page of %d bytes after %v; %d MB allocated", cells, read, answered, len(page), took, (after.TotalAlloc-before.TotalAlloc)>>20)
		return took, after.TotalAlloc - before.TotalAlloc
	}
	fewTook, fewAllocated := took(few)
	manyTook, manyAllocated := took(many)
	factor := float64(many) / float64(few)
	if float64(manyAllocated) > 1.6*factor*float64(fewAllocated) {
		t.Errorf("%d cells allocate %d bytes, %d cells %d", few, fewAllocated, many, manyAllocated)
	}
	if manyTook > time.Duration(3*factor*float64(fewTook)) {
		t.Errorf("%d cells take %v, %d cells %v", few, fewTook, many, manyTook)
	}
}
