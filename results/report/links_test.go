package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbench/results/record"
)

// Every link of the page leads somewhere in it, also where there is nothing to tell of memory, or of any load.
func TestLinksLead(t *testing.T) {
	for name, of := range map[string]func(record.Cell) bool{
		"all":       func(record.Cell) bool { return true },
		"no memory": func(c record.Cell) bool { return c.Scenario == "echo" },
		"idle":      func(c record.Cell) bool { return c.Scenario == "idle" },
		"nothing":   func(record.Cell) bool { return false },
	} {
		s := made(t)
		s.Cells = slices.DeleteFunc(slices.Clone(s.Cells), func(c record.Cell) bool { return !of(c) })
		if name == "no memory" {
			for i := range s.Cells {
				s.Cells[i].Memory = record.Memory{}
			}
		}
		page := written(t, s)
		for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, fmt.Sprintf(`id="%s"`, link[1])) {
				t.Errorf("%s: a link to #%s, and there is none", name, link[1])
			}
		}
		if linked := strings.Contains(page, `href="#memory"`); linked && name == "no memory" {
			t.Errorf("%s: the page has a section on memory", name)
		}
	}
}

// Every part of a bar has a colour on either paper: what has none is black, and not to be seen on a dark page.
func TestPartsHaveColours(t *testing.T) {
	sheet := colours(nil)
	for i := range memoryPieces {
		if !strings.Contains(sheet, fmt.Sprintf(".part%d{fill:#", i)) {
			t.Errorf("%q has no colour", memoryPieces[i].name)
		}
	}
}
