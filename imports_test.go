// Package cbench_test keeps the directions in which the packages of this module may know one another.
package cbench_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// never lists what must not be imported by whom, and why. A path ends in "/" where it means all below it.
var never = []struct{ who, what, why string }{
	{"scenarios/wire", "", "the protocol is pure bytes: it knows nobody"},
	{"internal/poll", "", "the kernel's calls are mechanism: they know nobody"},
	{"models/", "scenarios", "a server does not know what its clients are up to"},
	{"models/", "harness/", "a model must not see who measures it"},
	{"models/", "results", "a model must not see what is made of it"},
	{"scenarios", "models/", "a client knows a server by its bytes only"},
	{"scenarios", "harness/", "a scenario is a state machine: the engine feeds it"},
	{"harness/", "models", "the harness knows a server by its address and its process id only"},
	{"harness/", "models/", "the harness knows a server by its address and its process id only"},
	{"harness/", "results", "the engine knows the files of a run, and nothing that is made of them"},
	{"harness/", "results/report", "the engine knows the files of a run, and nothing that is made of them"},
	{"results", "harness/", "charts are a pure function of the files"},
	{"results", "models/", "charts are a pure function of the files"},
	{"results", "results/report", "the report is made of the statistics, and they know nothing of it"},
	{"results/", "harness/", "the report is a pure function of the files"},
	{"results/", "models/", "the report is a pure function of the files"},
	{"harness/", "results/stats", "the engine knows the files of a run, and nothing that is made of them"},
	{"harness/", "results/figure", "the engine knows the files of a run, and nothing that is made of them"},
	{"harness/", "results/compare", "the engine knows the files of a run, and nothing that is made of them"},
}

// floors are the packages of results, lowest first: each imports only what is on a lower one.
var floors = [][]string{
	{"results/words"}, {"results/stats", "results/record"}, {"results/figure"}, {"results/compare"}, {"results/show", "results/chart"},
	{"results/question"}, {"results/report", "results/export", "results/chart/print"},
}

func floor(pkg string) int {
	return slices.IndexFunc(floors, func(of []string) bool { return slices.Contains(of, pkg) })
}

func TestFloors(t *testing.T) {
	found := 0
	for from, imports := range importGraph(t) {
		if floor(from) >= 0 {
			found++
		}
		for _, to := range imports {
			if a, b := floor(from), floor(to); a >= 0 && b >= a {
				t.Errorf("%s imports %s, which is not on a lower floor", from, to)
			}
		}
	}
	if all := slices.Concat(floors...); found < len(all)-1 { // the lowest may import nothing
		t.Errorf("%d packages of the %d on floors were found", found, len(all))
	}
}

// apart from these, that never allows: the bytes are shared by all, and the models' suite by the models.
var shared = []string{"scenarios/wire", "models/modeltest"}

// onlyTests may import these.
var onlyTests = []string{"internal/browser", "results/record/recordtest"}

func TestImportDirections(t *testing.T) {
	seen := 0
	for from, imports := range importGraph(t) {
		for _, to := range imports {
			seen++
			for _, rule := range never {
				if under(from, rule.who) && (rule.what == "" || under(to, rule.what)) && !slices.Contains(shared, to) {
					t.Errorf("%s imports %s: %s", from, to, rule.why)
				}
			}
			if slices.Contains(onlyTests, to) {
				t.Errorf("%s imports %s: only tests may", from, to)
			}
			if a, b := model(from), model(to); a != "" && b != "" && a != b {
				t.Errorf("%s imports %s: a model stands alone, to be read beside the others", from, to)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d imports within the module were found: does this test still see the code?", seen)
	}
}

func under(pkg, rule string) bool {
	if dir, all := strings.CutSuffix(rule, "/"); all {
		return strings.HasPrefix(pkg, dir+"/")
	}
	return pkg == rule
}

// model is the name of the model that a package is, or "".
func model(pkg string) string {
	name, is := strings.CutPrefix(pkg, "models/")
	if !is || strings.HasPrefix(name, "internal/") || name == "modeltest" || under(pkg, "models/foreign/") || pkg == "models/foreign" {
		return ""
	}
	return name
}

// importGraph is who imports whom within the module, tests left out.
func importGraph(t *testing.T) map[string][]string {
	graph := map[string][]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && file != "." {
			if _, err := os.Stat(filepath.Join(file, "go.mod")); err == nil {
				return filepath.SkipDir // another module: Go's own engines
			}
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := path.Dir(filepath.ToSlash(file))
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if to, ours := strings.CutPrefix(name, "cbench/"); ours {
				graph[from] = append(graph[from], to)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return graph
}
