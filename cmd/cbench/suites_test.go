package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/harness/plan"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/scenarios"
)

// What suites promise in their lines they keep on two cores, by experience; smoke and default also in their time.
func TestReadySuites(t *testing.T) {
	var own, theirs []plan.Server
	for _, name := range modelNames() {
		m, err := findModel(name)
		if err != nil {
			t.Fatal(err)
		}
		own = append(own, ownServer(m, 1))
	}
	all, err := othersHere()
	if err != nil || len(all) == 0 {
		t.Fatalf("%d servers of other makes, %v", len(all), err)
	}
	for _, o := range all { // whether they are installed or not
		theirs = append(theirs, serverOf(o, ""))
	}
	for name, most := range map[string]time.Duration{"smoke": time.Minute, "default": 12 * time.Minute, "originals": 25 * time.Minute, "full": 24 * time.Hour} {
		found, err := findSuites(name)
		if err != nil || len(found) != 1 || found[0].Doc == "" {
			t.Fatalf("%s: %v, %+v", name, err, found)
		}
		s := found[0]
		servers := own
		if slices.Contains(s.Models, originals) {
			servers = slices.Concat(own, theirs)
		}
		planned, _, err := plan.Make(servers, s.Blocks, 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var took time.Duration
		controls := 0
		for _, p := range planned {
			took += plan.Estimate(p)
			if strings.HasSuffix(p.Model, plan.TwinSuffix) {
				controls++
			}
		}
		t.Logf("%s: %d repetitions, %v", name, len(planned), took.Round(time.Second))
		if took > most {
			t.Errorf("%s takes %v, and may take %v", name, took, most)
		}
		if controls == 0 {
			t.Errorf("%s has no A/A control", name)
		}
	}
}

// The default suite fills what its report has a column for: what a message takes in every model, and how fair each load was
// to connections, which fewer replies than so many would not tell (harness/load, fairness).
func TestDefaultSuiteFillsTheReport(t *testing.T) {
	var own []plan.Server
	for _, name := range modelNames() {
		m, err := findModel(name)
		if err != nil {
			t.Fatal(err)
		}
		own = append(own, ownServer(m, 1))
	}
	found, err := findSuites("default")
	if err != nil {
		t.Fatal(err)
	}
	planned, _, err := plan.Make(own, found[0].Blocks, 1)
	if err != nil {
		t.Fatal(err)
	}
	diagnosed := map[string]bool{}
	for _, p := range planned {
		if p.Diagnose && p.Params.Rotation == "" {
			diagnosed[p.Model] = true
		}
		if p.Params.Rotation != "" && p.Params.Rounds < stats.LeastRounds+2 {
			t.Errorf("%s, N = %d: one void round or two of %d, and too few are left", p.Scenario, p.Conns, p.Params.Rounds)
		}
		scenario := scenarios.ByName(p.Scenario)
		if p.Params.Loop != "open" || scenario.Idle || p.Diagnose { // a rotation under the same load tells of fairness
			continue
		}
		seconds := time.Duration(p.Params.DurationNS).Seconds()
		if p.Params.Rotation != "" {
			seconds = time.Duration(p.Params.SlotNS * int64(p.Params.Rounds)).Seconds()
		}
		hearers := max(1, p.Params.RoomSize)
		if scenario.OneRoom {
			hearers = p.Conns
		}
		each := p.Params.RatePerS * seconds * (1 - p.Params.Share) * float64(hearers) / float64(p.Conns)
		if each < figure.LeastForJain {
			t.Errorf("%s, N = %d: a connection of %s gets %.1f replies, and Jain's index wants %d", p.Scenario, p.Conns, p.Model, each, figure.LeastForJain)
		}
	}
	for _, name := range modelNames() {
		if name != "floor" && !diagnosed[name] {
			t.Errorf("%s: nothing counts its system calls and allocations a message", name)
		}
	}
}

func TestSuiteOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(dir, "mine.json")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out := filepath.Join(dir, "run")
	measure(t, "run", "--model=floor", "--out="+out, "--suite="+file(`{
		"name": "mine", "doc": "one thing",
		"blocks": [{"scenario": "echo", "conns": [10], "rate": 500, "duration": "300ms", "warmup": "50ms", "arrivals": "poisson"}]
	}`))
	if all := cells(t, out); len(all) != 1 || all[0].Params.Arrivals != "poisson" || all[0].Params.DurationNS != 3e8 {
		t.Errorf("%d cells: %+v", len(all), all[0].Params)
	}
	for text, words := range map[string][]string{
		"{\n\"blocks\": [}": {"line 2", "invalid character"},
		`{"blocks": []}`:    {"no blocks"},
		`{"blokcs": []}`:    {"blokcs"},
		"{\"blocks\": [\n{\"scenario\": \"echo\"}\n]}":                                          {"block 1", "line 2", "conns"},
		"{\"blocks\": [\n\n{\"scenario\": \"echo\", \"conns\": [1], \"durations\": \"1s\"}\n]}": {"line 3", "durations"},
		`{"blocks": [{"scenario": "echo", "conns": [1], "duration": 3}]}`:                       {"block 1", "duration"},
		`{"blocks": [{"scenario": "ecko", "conns": [1], "duration": "1s"}]}`:                    {"ecko"},
		`{"blocks": [{"scenario": "echo", "conns": [1]}]}`:                                      {"duration"},
	} {
		mustFail(t, append(slices.Clone(words), "cbench: run: "), "run", "--suite="+file(text), "--out="+filepath.Join(dir, "none"))
	}
	mustFail(t, []string{"huge", "smoke", ".json"}, "run", "--suite=huge")
	mustFail(t, []string{"no such file"}, "run", "--suite="+filepath.Join(dir, "nothing.json"))
}

// A file may hold one suite or a list, as the one in this project does; of a list all run, or the one that is named.
func TestSuitesOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "two: of mine.json")
	text := `
[
  {"name": "a", "noisy": true, "models": ["floor"], "blocks": [{"scenario": "echo", "conns": [4], "closed": true,
	"duration": "200ms"}]},
  {"name": "b", "models": ["floor", "reactor"], "blocks": [{"scenario": "echo", "conns": [8], "closed": true,
	"duration": "200ms"}]}
]`
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put(text)
	planned := func(suite string, models ...string) (all []string, noisy bool) {
		t.Helper()
		f := runFlags{suite: suite, models: models}
		servers, err := f.servers()
		if err != nil {
			t.Fatal(err)
		}
		planned, _, err := f.planned(servers)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range planned {
			all = append(all, fmt.Sprintf("%s %d", p.Model, p.Conns))
		}
		slices.Sort(all)
		return all, f.noisy
	}
	for _, tt := range []struct {
		suite  string
		models []string
		want   []string
		noisy  bool
	}{
		{path, nil, []string{"floor 4", "floor 8", "reactor 8"}, false}, // each with its own models
		{path + ":a", nil, []string{"floor 4"}, true},
		{path + ":b", nil, []string{"floor 8", "reactor 8"}, false},
		{path, []string{"pool"}, []string{"pool 4", "pool 8"}, false}, // --model goes before
	} {
		if got, noisy := planned(tt.suite, tt.models...); !slices.Equal(got, tt.want) || noisy != tt.noisy {
			t.Errorf("%s, models %q: %q, noisy %v; want %q, %v", tt.suite, tt.models, got, noisy, tt.want, tt.noisy)
		}
	}
	if all, err := findSuites("suites.json"); err != nil || !slices.Equal(namesOf(all), suiteNames()) {
		t.Errorf("the file that the README links: %q, %v", namesOf(all), err)
	}
	mustFail(t, []string{`suite "c": there is none of that name`, "a and b"}, "run", "--suite="+path+":c")
	for text, words := range map[string][]string{
		"[]":                        {"holds no suite"},
		"[\n{\"blocks\": [}\n]":     {"line 2", "invalid character"},
		text[:len(text)-4] + "]x}]": {"line 6"},
		strings.Replace(text, `"conns": [8]`, `"connections": [8]`, 1): {"suite 2", "block 1 (line 5)", "connections"},
		"3": {"suite"},
		"":  {"suite"},
	} {
		put(text)
		mustFail(t, append(words, "two: of mine.json"), "run", "--suite="+path)
	}
	put("\xEF\xBB\xBF" + text)
	if _, err := findSuites(path); err != nil {
		t.Errorf("a byte order mark: %v", err)
	}
}
