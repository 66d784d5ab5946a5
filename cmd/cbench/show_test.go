package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const referenceRun = "../../results/reference"

// The first screen of a run is one screen, and every question it names can be asked for.
func TestShow(t *testing.T) {
	screen := mustSucceed(t, "show", referenceRun)
	lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
	if len(lines) > 40 {
		t.Errorf("%d lines:\n%s", len(lines), screen)
	}
	for _, line := range lines {
		if n := utf8.RuneCountInString(line); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{"memory", "cpu", "latency", "reactor", "void", "cbench show " + referenceRun} {
		if !strings.Contains(screen, want) {
			t.Errorf("no %q in\n%s", want, screen)
		}
	}
	for _, id := range regexp.MustCompile(`(?m)^([a-z][a-z-]+)  `).FindAllStringSubmatch(screen, -1) {
		if id[1] == "model" || slices.Contains([]string{"goroutine", "pool", "reactor", "callback", "coroutine", "actor", "thread", "floor"}, id[1]) {
			continue
		}
		if whole := mustSucceed(t, "show", referenceRun, id[1]); len(whole) < 80 {
			t.Errorf("%s: %q", id[1], whole)
		}
	}
}

// Programs read every comparison, with the contract's keys.
func TestShowJSON(t *testing.T) {
	var out struct{ Comparisons []map[string]any }
	if err := json.Unmarshal([]byte(mustSucceed(t, "show", referenceRun, "--json")), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Comparisons) < 100 {
		t.Errorf("%d comparisons", len(out.Comparisons))
	}
	names := regexp.MustCompile(`cpu|p50|p99|throughput|memory|capacity`)
	for _, c := range out.Comparisons {
		for _, key := range []string{"figure", "setting", "conns", "model", "base", "ratio", "low", "high", "p", "verdict"} {
			if _, there := c[key]; !there {
				t.Fatalf("no %q in %v", key, c)
			}
		}
		if !slices.Contains([]string{"more", "less", "equal", "unknown"}, c["verdict"].(string)) {
			t.Errorf("verdict %v", c["verdict"])
		}
		if figure := c["figure"].(string); !names.MatchString(figure) && figure != "p999_ns" {
			t.Errorf("figure %q", figure)
		}
	}
}

func TestShowMarkdown(t *testing.T) {
	out := mustSucceed(t, "show", referenceRun, "--format=markdown")
	for _, want := range []string{"| `reactor` |", "- **Memory**", "<details>"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestShowRefuses(t *testing.T) {
	for _, args := range [][]string{
		{"show"}, {"show", referenceRun, "memory", "cpu"}, {"show", referenceRun, "weather"}, {"show", t.TempDir()}, {"show", referenceRun, "--format=xml"}, {"show", referenceRun, "memory", "--json"},
	} {
		code, _, errs := cbench(t, args...)
		if code != 2 || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "cbench: ") {
			t.Errorf("%q: exit %d, %q", args, code, errs)
		}
	}
}
