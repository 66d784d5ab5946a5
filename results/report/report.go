// Package report renders the answers of a run as one page that needs no network. It computes nothing.
package report

import (
	"bytes"
	"cbench/results/question"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is the page's name inside the directory of a run.
const File = "report.html"

// Write writes the page. The error is the writer's.
func Write(w io.Writer, a *question.Answers) error {
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, newPage(a)); err != nil {
		panic(fmt.Sprintf("report: the page's template: %v", err)) // a programmer's mistake, seen by any test
	}
	_, err := w.Write(page.Bytes())
	return err
}

// WriteFile writes the page to a file, whole or not at all.
func WriteFile(path string, a *question.Answers) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		if cause := new(fs.PathError); errors.As(err, &cause) {
			return fmt.Errorf("%s: %w", path, cause.Err) // whose name there is none to see of
		}
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = Write(f, a)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}

//go:embed page.html drawing.html page.css charts.js tables.js theme.js uplot/uPlot.iife.min.js uplot/uPlot.min.css
var files embed.FS

func embedded(names ...string) string {
	var all strings.Builder
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err) // it is compiled in
		}
		all.Write(b)
		all.WriteByte('\n')
	}
	return all.String()
}

var (
	style  = embedded("uplot/uPlot.min.css", "page.css")
	first  = embedded("theme.js") // before the page is drawn, so that it does not flash
	script = embedded("uplot/uPlot.iife.min.js", "charts.js", "tables.js")
)

// policy lets the page run what is in it and nothing else, and speak to nobody (Content Security Policy Level 3, 6.7.2.3: an inline
// script or style is allowed by the hash of its text).
func policy(style string) string {
	return fmt.Sprintf("default-src 'none'; script-src %s %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hashOf(first), hashOf(script), hashOf(style))
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var pageTemplate = parsed()

func parsed() *template.Template {
	return template.Must(template.New("page.html").Funcs(template.FuncMap{
		"dict":   dict,
		"first":  func() template.JS { return template.JS(first) },
		"script": func() template.JS { return template.JS(script) },
	}).ParseFS(files, "page.html", "drawing.html"))
}

// dict is arguments by name, for a template that needs two.
func dict(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}
