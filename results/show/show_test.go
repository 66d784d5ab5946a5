package show

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func sample() Table {
	value := 1.31
	return Table{
		Title: "The models", Note: "Ratios are to reactor.",
		Columns: []Column{
			{Head: "model", Key: "model", Left: true},
			{Head: "memory a connection", Short: "B/conn", Key: "user_per_conn_bytes"},
			{Head: "CPU a message, ratio to reactor", Short: "CPU ratio", Key: "cpu_ratio"},
			{Head: "what a blocking handler does to the others", Short: "blocking", Key: "blocking_p99_ns", Minor: true},
		},
		Rows: [][]Cell{
			{{Text: "reactor", Model: "reactor"}, {Text: "105 B"}, {Text: "9.02 µs"}, {Text: "33.8 ms", Mark: Bad}},
			{{Text: "a|very_" + strings.Repeat("long", 20), Model: "a|very"}, {Text: "3.83 KiB", Detail: "3.82 to 3.83"},
				{Text: "1.31", Detail: "1.25 to 1.37", Value: &value, Mark: Good}, {Text: "–"}},
		},
	}
}

func TestTableFitsTheTerminal(t *testing.T) {
	for _, width := range []int{0, 200, 100, 80, 60} {
		var out strings.Builder
		if err := sample().WriteTo(&out, Terminal{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if n := utf8.RuneCountInString(line); width > 0 && n > width {
				t.Errorf("width %d: %d columns: %q", width, n, line)
			}
		}
		for _, want := range []string{"The models", "105 B", "1.31", "Ratios are to reactor."} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("width %d: no %q in\n%s", width, want, out.String())
			}
		}
		if width == 60 && !strings.Contains(out.String(), "Too narrow for: details and what a blocking handler") {
			t.Errorf("what was left out is not said:\n%s", out.String())
		}
		if strings.Contains(out.String(), "\x1b") {
			t.Errorf("escape codes without colour")
		}
	}
}

func TestColourStandsBesideTheSameText(t *testing.T) {
	var plain, colour strings.Builder
	sample().WriteTo(&plain, Terminal{Width: 100})
	sample().WriteTo(&colour, Terminal{Width: 100, Color: true})
	stripped := colour.String()
	for _, code := range []string{bold, green, red, faint} {
		stripped = strings.ReplaceAll(stripped, "\x1b["+code+"m", "")
	}
	if stripped = strings.ReplaceAll(stripped, "\x1b[0m", ""); stripped != plain.String() {
		t.Errorf("%s\nis not\n%s", stripped, plain.String())
	}
}

func TestMarkdown(t *testing.T) {
	got := sample().Markdown()
	for _, want := range []string{
		"| model | memory a connection |", "| :--- | ---: |", "| `reactor` | 105 B | 9.02 µs | 33.8 ms |", "| 1.31 (1.25 to 1.37) |",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	rows := strings.Split(strings.TrimSpace(got), "\n")
	if strings.Count(rows[4], " | ") != 3 {
		t.Errorf("a bar within a name parts columns: %q", rows[4])
	}
}
