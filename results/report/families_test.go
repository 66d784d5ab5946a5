package report

import (
	"strings"
	"testing"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/words"
)

// With more originals than a sentence can hold the findings are of ours alone, and every original is shown beside its model.
func TestManyOriginalsOnThePage(t *testing.T) {
	s := madeBeside(t)
	for _, c := range s.Cells {
		if c.Model == "gnet" {
			c.Model = "evio"
			s.Cells = append(s.Cells, c)
		}
	}
	s.Run.Originals["evio"] = record.Original{Of: "reactor", Language: "Go"}
	s.Comparisons = compare.Comparisons(s.Cells, "")
	p := newPage(&s)
	for _, f := range p.Findings {
		if f.About == "Language or model" || f.About == "Go's libraries" {
			continue
		}
		for _, said := range append(f.Says, f.More...) {
			for name := range s.Run.Originals {
				if strings.Contains(said, words.Code(name)) {
					t.Errorf("%s names %s: %s", f.About, name, said)
				}
			}
		}
	}
	for _, a := range p.Answers {
		for _, m := range a.Models {
			if _, is := s.Run.Originals[m]; is {
				t.Errorf("%s: %s", a.Use, m)
			}
		}
	}
	shown := map[string]bool{}
	for _, c := range p.Originals.Families {
		for _, v := range c.Variants {
			for _, line := range v.Series {
				shown[line.Model] = true
			}
		}
	}
	for _, name := range []string{"evio", "gnet", "twisted", "reactor"} {
		if !shown[name] {
			t.Errorf("no chart shows %s beside ours", name)
		}
	}
	if len(p.Originals.Tables) == 0 {
		t.Error("no table of theirs")
	}
	ids := map[string]bool{}
	for _, c := range p.Data.Charts {
		if ids[c.ID] {
			t.Errorf("two charts are %s", c.ID)
		}
		ids[c.ID] = true
	}
}
