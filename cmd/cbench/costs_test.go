package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbench/models"
	"cbench/results/record"
)

// Every model is counted, from the source that is in this binary: there is none where it runs.
func TestListCosts(t *testing.T) {
	t.Chdir(t.TempDir())
	out := mustSucceed(t, "list", "--cost")
	for _, m := range models.All {
		if !regexp.MustCompile(`(?m)^` + m.Name + ` +[\d,]+ +\d+ +\d+ +\d+`).MatchString(out) {
			t.Errorf("no figures of %s", m.Name)
		}
	}
	if strings.Contains(out, "threads\n") || !strings.Contains(out, "--run=DIR") {
		t.Error("without a run it tells of what only runs know, or not how to learn it")
	}
	var all costs
	if err := json.Unmarshal([]byte(mustSucceed(t, "list", "--cost", "--json")), &all); err != nil || len(all.Models) != len(models.All) {
		t.Fatalf("%d models: %v", len(all.Models), err)
	}
	at := func(name string) modelCost {
		return all.Models[slices.IndexFunc(all.Models, func(m modelCost) bool { return m.Model == name })]
	}
	// What their documentation claims, and the issue is about.
	if n := at("actor").Locks; n != 0 {
		t.Errorf("actor takes a lock in %d places, and says that it has none", n)
	}
	if n := at("coroutine").Coroutines; n != 1 {
		t.Errorf("coroutine starts coroutines in %d places", n)
	}
	for _, m := range all.Models {
		if m.Lines < m.Largest.Lines || m.Cyclomatic.Sum < m.Functions || m.Cognitive.Sum < m.Cognitive.Most || m.Largest.Line == 0 {
			t.Errorf("%s: %+v", m.Model, m.Cost)
		}
	}
}

func TestListCostsOfARun(t *testing.T) {
	out := mustSucceed(t, "list", "--cost", "--run=../../results/reference")
	if !regexp.MustCompile(`(?m)^goroutine .* \d+,\d{3} +\d+( |$)`).MatchString(out) || !strings.Contains(out, "all connections open") {
		t.Error("no goroutines of the goroutine model")
	}
	mustFail(t, []string{"--run", "--cost"}, "list", "--run=../../results/reference")
	mustFail(t, []string{"--run", "there is no run"}, "list", "--cost", "--run="+t.TempDir())
}

// What a diagnostic pass counted stands beside what is counted in the source; of a foreign server there is no source.
func TestCostTable(t *testing.T) {
	goroutines, threads, allocs := int64(1012), int64(7), 0.125
	cell := record.Cell{
		Schema: record.Schema, Model: "goroutine", Scenario: "echo", Conns: 1000, Rep: 1, Valid: true,
		Params:    record.Params{Loop: "open", RatePerS: 1000, Pipeline: 1},
		CPU:       record.CPU{Goroutines: &goroutines, Threads: &threads},
		Diagnosis: &record.Diagnosis{Tool: "perf", Syscalls: map[string]float64{"read": 1.5, "write": 1}, Allocs: &allocs},
	}
	foreign := cell
	foreign.Model, foreign.CPU.Goroutines = "theirs", nil
	cells := []record.Cell{cell, foreign}
	all, err := costsOf(cells)
	if err != nil {
		t.Fatal(err)
	}
	answers := all.ofThoseIn(cells).answers()
	if len(answers) != 1 || !strings.HasPrefix(answers[0].Headline, "Lines of code: ") || !strings.HasSuffix(answers[0].Headline, " in `goroutine`") {
		t.Fatalf("%+v", answers)
	}
	table := answers[0].Tables[0]
	if len(table.Rows) != 1 || len(table.Rows[0]) != len(table.Columns) {
		t.Fatalf("%+v", table)
	}
	var last []string
	for _, d := range table.Rows[0][len(table.Columns)-4:] {
		last = append(last, d.Text)
	}
	if want := []string{"1,012", "7", "2.50", "0.125"}; !slices.Equal(last, want) {
		t.Errorf("measured %q, want %q", last, want)
	}
	if !strings.Contains(table.Note, "message: echo, N = 1,000") {
		t.Errorf("the note does not say where: %q", table.Note)
	}
	if answers := all.ofThoseIn(cells[1:]).answers(); len(answers) > 0 {
		t.Error("a table of a foreign server alone")
	}
}

func TestReportShowsCosts(t *testing.T) {
	out := filepath.Join(t.TempDir(), "page.html")
	mustSucceed(t, "report", "../../results/reference", "--out="+out)
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "Each model&#39;s own source")
	table, _, _ = strings.Cut(table, "</table>")
	if !found || !strings.Contains(table, "reactor") || !strings.Contains(table, "loop.serve") || !strings.Contains(table, "actor") {
		t.Errorf("the page's table: %.300q", table)
	}
}
