// Package report makes one page of a run: the answers to every question, as question gives them. It computes nothing. The
// page is one file that needs no network.
package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"cbench/results/question"
)

// File is the page's name inside the directory of a run.
const File = "report.html"

// Page is the page.
func Page(a *question.Answers) []byte {
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, newPage(a)); err != nil {
		panic(fmt.Sprintf("report: the page's template: %v", err)) // a programmer's mistake, seen by any test
	}
	return page.Bytes()
}

//go:embed page.html drawing.html page.css charts.js page.js theme.js uplot/uPlot.iife.min.js uplot/uPlot.min.css
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
	script = embedded("uplot/uPlot.iife.min.js", "charts.js", "page.js")
)

// policy lets the page run what is in it and nothing else, and speak to nobody (Content Security Policy Level 3, 6.7.2.3: an
// inline script or style is allowed by the hash of its text).
func policy(style string) string {
	return fmt.Sprintf("default-src 'none'; script-src %s %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		hashOf(first), hashOf(script), hashOf(style))
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"dict":   dict,
	"sort":   sortValue,
	"first":  func() template.JS { return template.JS(first) },
	"script": func() template.JS { return template.JS(script) },
}).ParseFS(files, "page.html", "drawing.html"))

// dict is arguments by name, for a template that needs two.
func dict(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// sortValue is what the page's script sorts by: a number, or nothing for what is not known.
func sortValue(v *float64) string {
	if v == nil || math.IsInf(*v, 0) || math.IsNaN(*v) {
		return ""
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}
