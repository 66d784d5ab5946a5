// Package cost counts in a model's source what its style costs the reader. It knows no model: it is given source.
package cost

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"strings"

	"github.com/fzipp/gocyclo"
	"github.com/uudashr/gocognit"
)

// Cost is what there is to read in one package, tests left out. Lines are lines of code: neither blank nor only a comment.
type Cost struct {
	Lines     int      `json:"lines"`
	Functions int      `json:"functions"`
	Largest   Function `json:"largest_function"` // by lines

	Cyclomatic Complexity `json:"cyclomatic_complexity"` // branches, each function's and one (McCabe 1976), by gocyclo
	Cognitive  Complexity `json:"cognitive_complexity"`  // breaks in the flow, weighted by depth (Campbell, 2018), by gocognit

	Locks      int `json:"locks"`      // places that take a lock, to touch what is shared
	Channels   int `json:"channels"`   // places that send to a channel or receive from one
	Goroutines int `json:"goroutines"` // places that start one: go statements, sync.WaitGroup.Go
	Coroutines int `json:"coroutines"` // places that start one: iter.Pull, iter.Pull2
}

// Function is one function, what is written inside it included.
type Function struct {
	Name  string `json:"name"` // of a method after its receiver's type: "room.tell"
	File  string `json:"file"` // in the package's directory
	Line  int    `json:"line"` // where its declaration begins
	Lines int    `json:"lines"`
}

// Complexity is that of all functions of a package.
type Complexity struct {
	Sum     int    `json:"sum"`
	Most    int    `json:"most"`          // of any one of them
	Complex string `json:"most_function"` // which that is, as Function.Name
}

// Of counts in the package whose files are in the directory. The error is that they cannot be read, or are no Go.
func Of(source fs.FS, dir string) (Cost, error) {
	p, err := read(source, dir)
	if err != nil {
		return Cost{}, fmt.Errorf("source of %s: %w", dir, err)
	}
	var c Cost
	for _, f := range p.files {
		c.Lines += len(p.code[f])
		for _, fn := range functions(f) {
			c.Functions++
			if lines := p.linesOf(f, fn); lines > c.Largest.Lines {
				at := p.fset.Position(fn.Pos())
				c.Largest = Function{Name: NameOf(fn), File: at.Filename, Line: at.Line, Lines: lines}
			}
			c.Cyclomatic.add(fn, gocyclo.Complexity(fn))
		}
	}
	c.Cognitive = p.cognitive()
	p.count(&c)
	return c, nil
}

func (c *Complexity) add(fn *ast.FuncDecl, complexity int) {
	c.Sum += complexity
	if complexity > c.Most {
		c.Most, c.Complex = complexity, NameOf(fn)
	}
}

// cognitive is by gocognit, to which calling oneself by way of others is a break too; that takes to know who is called.
func (p *sources) cognitive() (c Complexity) {
	recursive := gocognit.RecursiveFuncs(p.files, p.types)
	for _, f := range p.files {
		for _, fn := range functions(f) {
			c.add(fn, gocognit.ScanComplexityWithRecursion(fn, recursive[fn], false).Complexity)
		}
	}
	return c
}

// count adds what makes things happen at once, and what keeps them apart. It goes by names, which a test holds against the types.
func (p *sources) count(c *Cost) {
	look := func(n ast.Node) bool {
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
			if of := p.types.TypeOf(n.X); of != nil && isChannel(of) {
				c.Channels++
			}
		case *ast.CallExpr:
			c.call(n)
		}
		return true
	}
	for _, f := range p.files {
		ast.Inspect(f, look)
	}
}

func (c *Cost) call(n *ast.CallExpr) {
	called, is := n.Fun.(*ast.SelectorExpr)
	if !is {
		return
	}
	of, _ := called.X.(*ast.Ident)
	switch name := called.Sel.Name; {
	case (name == "Lock" || name == "RLock") && len(n.Args) == 0:
		c.Locks++
	case name == "Go" && len(n.Args) == 1:
		c.Goroutines++
	case (name == "Pull" || name == "Pull2") && of != nil && of.Name == "iter":
		c.Coroutines++
	}
}

// sources is a package, read.
type sources struct {
	fset  *token.FileSet
	files []*ast.File                    // by name
	code  map[*ast.File]map[int]struct{} // its lines of code, by number
	types *types.Info                    // as far as they are known
}

func read(source fs.FS, dir string) (*sources, error) {
	names, err := fs.Glob(source, path.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	p := &sources{fset: token.NewFileSet(), code: map[*ast.File]map[int]struct{}{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(source, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(p.fset, path.Base(name), text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
		p.code[f] = linesOfCode(path.Base(name), text)
	}
	if len(p.files) == 0 {
		return nil, fs.ErrNotExist
	}
	p.types = p.typesAlone()
	return p, nil
}

// linesOfCode is the numbers of the lines that some token is on.
func linesOfCode(name string, text []byte) map[int]struct{} {
	lines := map[int]struct{}{}
	file := token.NewFileSet().AddFile(name, -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0) // without comments
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if kind == token.SEMICOLON && literal == "\n" {
			continue // nobody wrote it
		}
		// A raw string is on all lines that it spans, blank ones too: they are in it.
		first := file.Line(pos)
		for line := first; line <= first+strings.Count(literal, "\n"); line++ {
			lines[line] = struct{}{}
		}
	}
}

// linesOf is how many lines of code a function has, from its first to its closing brace.
func (p *sources) linesOf(f *ast.File, fn *ast.FuncDecl) (n int) {
	for line := p.fset.Position(fn.Pos()).Line; line <= p.fset.Position(fn.End()).Line; line++ {
		if _, is := p.code[f][line]; is {
			n++
		}
	}
	return n
}

func functions(f *ast.File) (all []*ast.FuncDecl) {
	for _, d := range f.Decls {
		if fn, is := d.(*ast.FuncDecl); is {
			all = append(all, fn)
		}
	}
	return all
}

// NameOf is the function's name, a method's after its receiver's type.
func NameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	of := fn.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.ParenExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.Name + "." + fn.Name.Name
		default:
			return fn.Name.Name
		}
	}
}
