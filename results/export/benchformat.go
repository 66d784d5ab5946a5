package export

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/perf/benchfmt"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// benchUnits is the figures in the units of the Go benchmark format, as benchstat knows them.
var benchUnits = []struct {
	unit string
	fig  figure.Figure
}{
	{"ns/msg", figure.Named("cpu_ns_per_message")},
	{"msg/s", figure.Named("throughput_per_s")},
	{"p50-ns", figure.Named("p50_ns")},
	{"p99-ns", figure.Named("p99_ns")},
	{"p999-ns", figure.Named("p999_ns")},
	{"silence-ns", figure.Silence},
	{"B/conn", figure.Named("user_per_conn_bytes")},
	{"kernel-B/conn", figure.Named("kernel_per_conn_bytes")},
}

// WriteBench writes the valid cells in the Go benchmark format (golang.org/design/14313-benchmark-format), a line a repetition.
// ns/msg is CPU time of the server. The environment stands in comments: as file configuration, benchstat would put runs that
// differ in any of it (a new commit, a new Go) into tables apart, and they would never be compared. Void cells are left out,
// because the format cannot tell them from others: it returns how many, and how many have no figure. run may be nil: then
// nothing is said of where. The error is the writer's.
func WriteBench(w io.Writer, run *record.Run, cells []record.Cell) (void, empty int, err error) {
	if run != nil {
		_, err = io.WriteString(w, benchComments(run))
	}
	out := benchfmt.NewWriter(w)
	write := func(r benchfmt.Record) {
		if err == nil {
			err = out.Write(r)
		}
	}
	for _, u := range benchUnits {
		better := "higher"
		if u.fig.Less {
			better = "lower"
		}
		write(&benchfmt.UnitMetadata{UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: u.unit, Key: "better"}, OrigUnit: u.unit,
			Value: better})
	}
	var valid []record.Cell // in the order that groups are shown in, which benchstat keeps
	for _, g := range figure.Summarise(cells) {
		valid, void = append(append(valid, g.Rotated...), g.Valid...), void+len(g.Void)
	}
	for i := range valid {
		c := &valid[i]
		r := &benchfmt.Result{Name: benchfmt.Name(benchName(c)), Iters: int(max(c.Load.Received, 1))}
		for _, u := range benchUnits {
			if v, known := u.fig.Metric(c); known {
				r.Values = append(r.Values, benchfmt.Value{Value: v, Unit: u.unit})
			}
		}
		if len(r.Values) == 0 { // the format has no line without a figure
			empty++
			continue
		}
		write(r)
	}
	if err != nil {
		err = fmt.Errorf("write benchmarks: %w", err)
	}
	return void, empty, err
}

// benchComments is what the figures depend on beside the program: a line each that no reader of the format takes for more.
func benchComments(run *record.Run) string {
	e := run.Environment
	var lines strings.Builder
	for _, c := range []struct{ key, value string }{
		{"cpu", e.CPUModel},
		{"cores", fmt.Sprint(e.Cores)},
		{"memory-bytes", fmt.Sprint(e.MemoryBytes)},
		{"kernel", e.Kernel},
		{"distro", e.Distro},
		{"go-version", e.GoVersion},
		{"commit", e.Commit()},
		{"gogc", e.GOGC},
		{"gomemlimit", e.GOMEMLIMIT},
		{"server-cpus", e.ServerCPUs},
		{"client-cpus", e.ClientCPUs},
	} {
		if value := strings.TrimSpace(words.Printable(c.value)); value != "" {
			fmt.Fprintf(&lines, "# %s: %s\n", c.key, value)
		}
	}
	return lines.String()
}

// benchName is "Echo/model=reactor/conns=1000/loop=open/rate=20000/payload=128-2", the last being the server's GOMAXPROCS: all
// that tells loads apart (record.Params.Alike). Repetitions have one name, which is what makes them a sample; those of a
// rotation have that of the rotation too, because they were taken otherwise.
func benchName(c *record.Cell) string {
	p := c.Params
	var name strings.Builder
	for _, word := range strings.FieldsFunc(c.Scenario, func(r rune) bool {
		return !unicode.IsLetter(r) &&
			!unicode.IsDigit(r)
	}) {
		name.WriteString(words.Capital(word))
	}
	part := func(key, value string) { fmt.Fprintf(&name, "/%s=%s", key, benchSafe(value)) }
	part("model", c.Model)
	part("conns", strconv.Itoa(c.Conns))
	part("loop", cmp.Or(p.Loop, "none"))
	for _, o := range []struct {
		key   string
		value any
	}{
		{"rate", p.RatePerS}, {"most", p.MostPerS}, {"room", p.RoomSize}, {"share", p.Share}, {"block",
			time.Duration(p.BlockNS)}, {"how", p.How},
		{"driver", p.Driver}, {"arrivals", p.Arrivals}, {"rotation", p.Rotation}, {"search", p.Search}, {"slo", p.SLO},
	} {
		if !reflect.ValueOf(o.value).IsZero() {
			part(o.key, fmt.Sprint(o.value))
		}
	}
	if p.Pipeline > 1 {
		part("pipeline", strconv.Itoa(p.Pipeline))
	}
	part("payload", strconv.Itoa(p.PayloadBytes))
	if p.Procs > 1 { // as testing writes it
		fmt.Fprintf(&name, "-%d", p.Procs)
	}
	return name.String()
}

// benchSafe keeps what a value says from ending the name or beginning another part of it: such letters are written as in an
// address, so that two values stay two.
func benchSafe(s string) string {
	var out strings.Builder
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '/' || r == '%' {
			out.WriteString(url.PathEscape(string(r)))
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}
