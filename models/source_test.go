package models_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/uudashr/gocognit"
	"golang.org/x/tools/go/packages"

	"cbench/models"
	"cbench/models/cost"
)

// What is counted in the embedded source by names, without the packages it imports, is what the whole program's types say.
func TestCostsAgainstTypes(t *testing.T) {
	var paths []string
	for _, m := range models.All {
		paths = append(paths, "cbench/models/"+m.Name)
	}
	mode := packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes |
		packages.NeedTypesInfo | packages.NeedImports
	loaded, err := packages.Load(&packages.Config{Mode: mode, Context: t.Context()}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded) != len(models.All) {
		t.Fatalf("%d packages of %d models", len(loaded), len(models.All))
	}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		got, err := cost.Of(models.Source, p.Name)
		if err != nil {
			t.Fatal(err)
		}
		want := typed(p)
		if got.Locks != want.Locks || got.Channels != want.Channels || got.Goroutines != want.Goroutines ||
			got.Coroutines != want.Coroutines ||
			got.Cognitive.Sum != want.Cognitive.Sum {
			t.Errorf("%s:\n got %+v\nwant locks, channels, goroutines, coroutines, cognitive complexity of %+v", p.Name, got, want)
		}
		if files := embeddedFiles(t, p.Name); !slices.Equal(files, builtFiles(p)) {
			t.Errorf("%s: %q are counted, %q are built", p.Name, files, builtFiles(p))
		}
	}
}

// typed is the figures by type; the others are left.
func typed(p *packages.Package) (c cost.Cost) {
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				c.Goroutines++
			case *ast.SendStmt:
				c.Channels++
			case *ast.UnaryExpr:
				if n.Op == token.ARROW {
					c.Channels++
				}
			case *ast.RangeStmt:
				if _, is := p.TypesInfo.TypeOf(n.X).Underlying().(*types.Chan); is {
					c.Channels++
				}
			case *ast.SelectorExpr:
				fn, _ := p.TypesInfo.Uses[n.Sel].(*types.Func)
				switch {
				case fn == nil:
				case takesLock(fn):
					c.Locks++
				case fn.FullName() == "(*sync.WaitGroup).Go":
					c.Goroutines++
				case fn.FullName() == "iter.Pull" || fn.FullName() == "iter.Pull2":
					c.Coroutines++
				}
			}
			return true
		})
	}
	for _, s := range gocognit.ComplexityStatsForFiles(p.Syntax, p.Fset, p.TypesInfo, nil) {
		c.Cognitive.Sum += s.Complexity
	}
	return c
}

// takesLock reports whether the method is of a sync.Locker: of sync's own, or of a model's, and takes it.
func takesLock(fn *types.Func) bool {
	of := fn.Signature().Recv()
	if of == nil || fn.Name() != "Lock" && fn.Name() != "RLock" {
		return false
	}
	unlock, _, _ := types.LookupFieldOrMethod(of.Type(), true, fn.Pkg(), "Unlock")
	_, is := unlock.(*types.Func)
	return is
}

func embeddedFiles(t *testing.T, model string) (names []string) {
	t.Helper()
	entries, err := models.Source.ReadDir(model)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			names = append(names, e.Name())
		}
	}
	return names
}

func builtFiles(p *packages.Package) (names []string) {
	for _, file := range p.GoFiles {
		names = append(names, path.Base(filepath.ToSlash(file)))
	}
	slices.Sort(names)
	return names
}
