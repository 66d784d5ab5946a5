package models_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"cbench/models"
	"cbench/models/cost"
)

var update = flag.Bool("update", false, "move the links of README.md to where the functions are")

const guide = "README.md"

// declared is a function of a model.
type declared struct {
	file  string
	line  int
	calls map[string]bool // by their last name
}

// functionsOf is the model's, by name.
func functionsOf(t *testing.T, model string) map[string]declared {
	t.Helper()
	files, err := fs.Glob(models.Source, path.Join(model, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	all, fset := map[string]declared{}, token.NewFileSet()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := models.Source.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(fset, file, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, is := d.(*ast.FuncDecl); is {
				all[cost.NameOf(fn)] = declared{path.Base(file), fset.Position(fn.Pos()).Line, callsIn(fn.Body)}
			}
		}
	}
	return all
}

// callsIn is whom the body calls; not whom it hands on to be called, nor what it starts a goroutine for.
func callsIn(body *ast.BlockStmt) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			return false
		case *ast.CallExpr:
			switch called := n.Fun.(type) {
			case *ast.Ident:
				names[called.Name] = true
			case *ast.SelectorExpr:
				names[called.Sel.Name] = true
			}
		}
		return true
	})
	return names
}

// link is how the guide refers to a function of a model; calls is two of them with an arrow between.
var (
	link  = regexp.MustCompile("\\[`([\\w.]+)`\\]\\((\\w+)/(\\w+\\.go)#L(\\d+)\\)")
	calls = regexp.MustCompile(link.String() + ` → \[` + "`([\\w.]+)`")
	row   = regexp.MustCompile(`(?m)^\| \[(\w+)\]\(\w+/\) \|.*$`)
)

//go:generate go test -run TestGuide -update .

// The guide shows every model in each of its three moments; every function it names is where its link says; and who calls whom
// does.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]map[string]declared{}
	for _, m := range models.All {
		functions[m.Name] = functionsOf(t, m.Name)
	}
	moved := link.ReplaceAllStringFunc(string(text), func(found string) string {
		name, model := link.FindStringSubmatch(found)[1], link.FindStringSubmatch(found)[2]
		fn, is := functions[model][name]
		if !is {
			t.Errorf("%s: %s: there is no such function", guide, found)
			return found
		}
		now := fmt.Sprintf("[`%s`](%s/%s#L%d)", name, model, fn.file, fn.line)
		if now != found && !*update {
			t.Errorf("%s: %s, but it is at %s:%d; go generate ./models moves it", guide, found, fn.file, fn.line)
		}
		return now
	})
	if *update && !t.Failed() && moved != string(text) {
		if err := os.WriteFile(guide, []byte(moved), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	checkRows(t, moved, functions)
}

func checkRows(t *testing.T, text string, functions map[string]map[string]declared) {
	t.Helper()
	var order []string
	for range 3 {
		for _, m := range models.All {
			order = append(order, m.Name)
		}
	}
	rows := row.FindAllStringSubmatch(text, -1)
	if len(rows) != len(order) {
		t.Fatalf("%s: %d rows, want each of %d models in three moments", guide, len(rows), len(models.All))
	}
	arrows := 0
	for i, r := range rows {
		model := r[1]
		if model != order[i] {
			t.Errorf("%s: row %d is of %s, want %s", guide, i+1, model, order[i])
		}
		for _, l := range link.FindAllStringSubmatch(r[0], -1) {
			if l[2] != model {
				t.Errorf("%s: the row of %s leads to %s", guide, model, l[0])
			}
		}
		for rest := r[0]; ; arrows++ {
			at := calls.FindStringSubmatchIndex(rest)
			if at == nil {
				break
			}
			from, to := rest[at[2]:at[3]], rest[at[10]:at[11]]
			if fn := functions[model][from]; !fn.calls[to[strings.LastIndex(to, ".")+1:]] {
				t.Errorf("%s: %s: %s → %s, but there it is not called", guide, model, from, to)
			}
			rest = rest[at[10]-2:] // on from the second
		}
	}
	if written := strings.Count(text, " → "); arrows != written {
		t.Errorf("%s: %d of %d arrows stand between two functions", guide, arrows, written)
	}
}
