package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbench/results/question"
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
		run, cells := makeOnce()
		cells = slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return !of(c) })
		if name == "no memory" {
			for i := range cells {
				cells[i].Memory = record.Memory{}
			}
		}
		page := written(t, question.Of(run, cells, nil))
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
