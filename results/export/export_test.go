package export

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

func TestWriteCSV(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	cells = append(cells[:30], recordtest.NewWorld(40, 0, 0).Rotate("x", 100, 1, "reactor", "reactor-twin=reactor")...)
	cells[0].Load.Errors = map[string]int64{"reset": 3}
	cells[1].Model = "a,\"b\"\nc"
	var out bytes.Buffer
	if err := WriteCSV(&out, cells); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll() // it refuses rows of unequal length
	if err != nil || len(rows) != len(cells)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	at := func(row int, name string) string {
		i := slices.Index(rows[0], name)
		if i < 0 {
			t.Fatalf("no column %q in %q", name, rows[0])
		}
		return rows[row][i]
	}
	for _, tc := range []struct {
		row        int
		name, want string
	}{
		{1, "schema", "1"}, {1, "model", "goroutine"}, {2, "model", "a,\"b\"\nc"}, {1, "params.rate_per_s", "20000"},
		{1, "load.errors.reset", "3"}, {2, "load.errors.reset", "0"}, {1, "memory.rss_bytes", ""}, {1, "latency_ns.count",
			"5000"},
		{1, "first_ns.p99", ""}, {1, "valid", "true"}, {1, "rotation.id", ""}, {31, "rotation.id", "x"}, {32,
			"rotation.twin_of", "reactor"},
		{1, "search.found", ""}, {1, "machine.others_ratio", ""},
	} {
		if got := at(tc.row, tc.name); got != tc.want {
			t.Errorf("row %d, %s: %q, want %q", tc.row, tc.name, got, tc.want)
		}
	}
	for i, c := range cells[:30] {
		if got := at(i+1, "void"); got != strings.Join(c.Void, "; ") {
			t.Errorf("void: %q, want %q", got, c.Void)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(rows[0])))) != len(rows[0]) || slices.Contains(rows[0], "") ||
		slices.ContainsFunc(rows[0], func(s string) bool { return strings.Contains(s, "hdr") }) {
		t.Errorf("columns: %q", rows[0])
	}
	if err := WriteCSV(failing{}, cells); err == nil {
		t.Error("a writer that fails: no error")
	}
}

// What is written is read back as benchstat reads it: samples by name, and nothing of a void repetition.
func TestWriteBench(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	cells[0].Model = "my model/1"
	cells = append(cells, record.Cell{Model: "mute", Scenario: "echo", Conns: 1, Rep: 1, Valid: true})
	var out bytes.Buffer
	void, empty, err := WriteBench(&out, run, cells)
	for _, comment := range []string{"# cpu: AMD EPYC 7B13\n", "# kernel: 6.1.0-18-amd64\n", "# commit: 0123abc\n"} {
		if !strings.Contains(out.String(), comment) {
			t.Errorf("no comment %q", comment)
		}
	}
	if err != nil || void != 4 || empty != 1 {
		t.Fatalf("%d void, %d empty, %v", void, empty, err)
	}
	r := benchfmt.NewReader(&out, "out")
	samples := map[string]int{}
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Fatal(rec)
		case *benchfmt.Result:
			samples[string(rec.Name)]++
			if len(rec.Config) > 0 { // all else would keep runs from being compared
				t.Fatalf("configuration: %+v", rec.Config)
			}
			if v, known := rec.Value("sec/msg"); known && (v < 3e-6 || v > 2e-5) { // the reader makes seconds of nanoseconds
				t.Fatalf("%s: %v seconds a message", rec.Name, v)
			}
		}
	}
	for name, want := range map[string]int{
		"Echo/model=reactor/conns=1000/loop=open/rate=20000/payload=128":        3,
		"Echo/model=pool/conns=10000/loop=open/rate=20000/payload=128":          2,
		"Echo/model=callback/conns=10000/loop=open/rate=20000/payload=128":      0,
		"Echo/model=my%20model%2F1/conns=100/loop=open/rate=20000/payload=128":  1,
		"Chat/model=floor/conns=100/loop=open/rate=2000/room=10/payload=128":    0,
		"Chat/model=reactor/conns=100/loop=open/rate=2000/room=10/payload=128":  3,
		"Idle/model=goroutine/conns=10000/loop=open/rate=5/payload=128":         3,
		"Echo/model=goroutine/conns=100/loop=open/rate=20000/payload=128":       2,
		"Echo/model=reactor/conns=1000/loop=open/rate=20000/payload=128/rep=1":  0,
		"Echo/model=reactor/conns=1000/loop=open/rate=20000/payload=128-1":      0,
		"Echo/model=callback/conns=1000/loop=open/rate=20000/payload=128":       3,
		"Echo/model=callback/conns=1000/loop=open/rate=20000/pipeline=1/room=0": 0,
	} {
		if samples[name] != want {
			t.Errorf("%s: %d lines, want %d", name, samples[name], want)
		}
	}
	if better := r.Units().GetBetter("msg/s"); better != 1 {
		t.Errorf("better msg/s: %d", better)
	}
	if _, _, err := WriteBench(failing{}, run, cells); err == nil {
		t.Error("a writer that fails: no error")
	}
}

func TestBenchName(t *testing.T) {
	c := record.Cell{Model: "mine", Scenario: "http-blocking", Conns: 10, Params: record.Params{Loop: "closed", Pipeline: 4,
		PayloadBytes: 64, Procs: 2,
		Driver: "hey", Rotation: "reactor+mine", Share: 0.01, BlockNS: 2e7, How: "offload"}}
	want := "HttpBlocking/model=mine/conns=10/loop=closed/share=0.01/block=20ms/how=offload/driver=hey/rotation=reactor+mine/pipeline=4/payload=64-2"
	if got := benchName(&c); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	spaced, dashed := c, c
	spaced.Model, dashed.Model = "my server", "my_server"
	if benchName(&spaced) == benchName(&dashed) {
		t.Errorf("%q and %q are %q", spaced.Model, dashed.Model, benchName(&spaced))
	}
}

// Every parameter that tells loads apart is in the name, a new one too: those that do not are the ones that Alike leaves out.
func TestBenchNameHoldsEveryParameter(t *testing.T) {
	base := record.Cell{Model: "m", Scenario: "echo", Conns: 1}
	params := reflect.TypeFor[record.Params]()
	for i := range params.NumField() {
		names := map[string]bool{}
		var last record.Params
		for _, n := range []int{3, 5} {
			c := base
			switch f := reflect.ValueOf(&c.Params).Elem().Field(i); f.Kind() {
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(n))
			case reflect.Float64:
				f.SetFloat(float64(n) / 8)
			case reflect.String:
				f.SetString(strings.Repeat("x", n))
			case reflect.Bool:
				f.SetBool(n == 3)
			default:
				t.Fatalf("%s: this test knows no %s", params.Field(i).Name, f.Kind())
			}
			names[benchName(&c)] = true
			last = c.Params
		}
		apart := last.Alike() != record.Params{} || params.Field(i).Name == "Rotation"
		if got := len(names) == 2; got != apart {
			t.Errorf("%s: two values have %d names, and tell loads apart: %v", params.Field(i).Name, len(names), apart)
		}
	}
}

// No name in the files that lie beside this project stands for two loads.
func TestBenchNamesOfTheReferences(t *testing.T) {
	for _, dir := range []string{"../reference", "../reference/originals", "../reference/capacity"} {
		cells, _, err := record.ReadCells(dir)
		if err != nil || len(cells) == 0 {
			t.Fatalf("%s: %d cells, %v", dir, len(cells), err)
		}
		type load struct {
			model, scenario string
			conns           int
			params          record.Params
			rotation        string
		}
		loads := map[string]load{}
		for i := range cells {
			c := &cells[i]
			name, l := benchName(c), load{c.Model, c.Scenario, c.Conns, c.Params.Alike(), c.Params.Rotation}
			if was, there := loads[name]; there && was != l {
				t.Errorf("%s: %s is both %+v and %+v", dir, name, was, l)
			}
			loads[name] = l
		}
	}
}

// Runs of unlike commits, kernels and settings meet in benchstat: it compares them in one table.
func TestBenchstatCompares(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	other := *run
	other.Environment.BuildCommit, other.Environment.GoVersion, other.Environment.GOGC = new("fedcba"), "go1.99", "200"
	other.Environment.Kernel, other.Environment.MemoryBytes, other.Environment.CPUModel = "9.9", 1, "another"
	at := func(name string, r *record.Run) string {
		var out bytes.Buffer
		if _, _, err := WriteBench(&out, r, cells); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old := at("old", run)
	out, err := exec.Command("go", "run", "golang.org/x/perf/cmd/benchstat", old, at("new", &other)).Output()
	if err != nil {
		t.Skip("benchstat does not run here:", err)
	}
	text, want := recordtest.Get(t, old), 0
	for _, u := range benchUnits {
		if regexp.MustCompile(`(?m)^Benchmark.* ` + regexp.QuoteMeta(u.unit) + `( |$)`).Match(text) {
			want++
		}
	}
	if n := strings.Count(string(out), "vs base"); n != want || want < 7 {
		t.Errorf("%d tables compare, want one for each of %d units:\n%s", n, want, out)
	}
}

// failing is a writer that takes nothing.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
