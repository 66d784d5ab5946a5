package report

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cbench/results/chart"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/show"
	"cbench/results/words"
)

// Nothing that a file says is ever mark-up, and nothing that the page holds points out of it.
func TestPageIsSealed(t *testing.T) {
	page := string(Page(made(t)))
	for _, bad := range []string{"<b>&</b>", "<script>alert", "replies lost </td>", "<cells>", "made <up>", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("%q is in the page as it came", bad)
		}
	}
	if n := strings.Count(page, "</script>"); n != 3 {
		t.Errorf("%d scripts end in the page, not 3", n)
	}
	for _, out := range regexp.MustCompile(`(?i)\b(?:src|href|action|url)\s*[=(]\s*["']?[^"' )>]*`).FindAllString(page, -1) {
		target := strings.TrimLeft(out[strings.IndexAny(out, "=(")+1:], `"' `)
		if !strings.HasPrefix(target, "#") && !strings.HasPrefix(target, "data:,") && strings.Contains(target, "/") {
			t.Errorf("the page points out of itself: %s", out)
		}
	}
}

// The policy's hashes are those of what is in the page: else a browser runs none of it.
func TestPolicyHoldsTheHashes(t *testing.T) {
	page := string(Page(made(t)))
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)
	if policy == nil || !strings.Contains(policy[1], "default-src &#39;none&#39;") || strings.Contains(policy[1], "unsafe") {
		t.Fatalf("policy %q", policy)
	}
	allowed := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy[1])
	for _, inline := range regexp.MustCompile(`(?s)<(?:script|style)>(.*?)</(?:script|style)>`).FindAllStringSubmatch(page, -1) {
		if hash := hashOf(inline[1]); !strings.Contains(allowed, hash) {
			t.Errorf("%.40q… has the hash %s, which the policy does not allow", inline[1], hash)
		}
	}
	if strings.Contains(page, " style=") || regexp.MustCompile(`<[^>]* on[a-z]+=`).MatchString(page[strings.Index(page, "<body>"):strings.Index(page, `<p id="said"`)]) {
		t.Error("a style or a handler in an attribute: the policy does not allow it")
	}
}

// The charts' data is whole and in numbers that a script can read, and no identity stands twice.
func TestDataIsRead(t *testing.T) {
	for name, a := range map[string]*question.Answers{"made": made(t), "reference": answered(t, "reference"), "originals": answered(t, "reference/originals")} {
		page := string(Page(a))
		_, rest, _ := strings.Cut(page, `<script id="data" type="application/json">`)
		raw, _, _ := strings.Cut(rest, "</script>")
		var d data
		if err := json.Unmarshal([]byte(raw), &d); err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Charts {
			if !strings.Contains(page, `id="`+c.ID+`"`) {
				t.Errorf("%s: chart %s has no place in the page", name, c.ID)
			}
			for _, p := range c.Panels {
				for _, s := range p.Series {
					if len(s.Joined)+len(s.Void) == 0 {
						t.Errorf("%s: %s, %s: no points", name, c.ID, s.Name)
					}
				}
			}
		}
		ids := map[string]bool{}
		for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if ids[id[1]] {
				t.Errorf("%s: %s stands twice", name, id[1])
			}
			ids[id[1]] = true
		}
	}
}

// Every answer stands on the page once, with all that it says.
func TestPageTellsEverything(t *testing.T) {
	a := made(t)
	page := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(Page(a)), "")
	for i := range a.All {
		q := &a.All[i]
		said := append([]string{q.Title, q.Headline, q.Cite}, q.Says...)
		said = append(append(said, q.How...), q.Doubts...)
		for _, table := range q.Tables {
			said = append(said, table.Title, table.Note)
			for _, row := range table.Rows {
				for _, c := range row {
					said = append(said, c.Text, c.Detail)
				}
			}
		}
		for _, s := range said {
			if want := plain(s); !strings.Contains(page, escaped(want)) {
				t.Errorf("%s: the page does not say %q", q.ID, want)
			}
		}
	}
	for _, want := range []string{"12 replies lost </td>", "a line of <cells> is broken", `./it'\''s {addr}`, "net.core.somaxconn", "uPlot 1.6.32"} {
		if !strings.Contains(page, escaped(want)) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// escaped is text as html/template writes it.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;").Replace(s)
}

// Every link of the page leads somewhere in it, also where there is next to nothing to tell.
func TestLinksLead(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	for name, a := range map[string]*question.Answers{
		"all": made(t), "tiny": tiny(t), "nothing": question.Of(run, nil, nil), "one": question.Of(run, cells[:1], nil),
		"twice": {Run: &record.Run{}, All: []question.Answer{{ID: "capacity", Headline: "a"}, {ID: "capacity", Headline: "b"}, {ID: "load/x", Detail: true}, {ID: "load-x", Detail: true}}},
	} {
		page := string(Page(a))
		links := map[string]bool{}
		for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if strings.Count(page, fmt.Sprintf(`id="%s"`, link[1])) != 1 {
				t.Errorf("%s: a link to #%s, and that is not one place", name, link[1])
			}
			links[link[1]] = true
		}
		for i := range a.All {
			if name != "twice" && !links[idSafe(a.All[i].ID)] {
				t.Errorf("%s: no link to %s", name, a.All[i].ID)
			}
		}
		if strings.Contains(page, "NaN") && !strings.Contains(script, "NaN") {
			t.Errorf("%s: the page says NaN", name)
		}
	}
}

// A figure that no number is stands as text, and is sorted as nothing.
func TestCells(t *testing.T) {
	v := 1.25
	a := &question.Answers{Run: &record.Run{}, All: []question.Answer{{ID: "x", Tables: []show.Table{{
		Columns: []show.Column{{Head: "name", Key: "name", Left: true}, {Head: "CPU ratio", Short: "CPU", Key: "cpu_ratio"}},
		Rows:    [][]show.Cell{{{Text: "a"}, {Text: "1.25", Detail: "1.2 to 1.3", Value: &v, Mark: show.Good}}, {{Text: "b"}, {Text: "void", Mark: show.Bad}}}}}}}}
	page := string(Page(a))
	for _, want := range []string{
		`<td class="figure good" data-value="1.25"><span>1.25</span> <small>1.2 to 1.3</small></td>`, `<td class="figure bad"><span>void</span></td>`,
		`data-key="cpu_ratio" class="figure"><span class="wide">CPU ratio</span><span class="short">CPU</span>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestReferenceIsSmall(t *testing.T) {
	if page := Page(answered(t, "reference")); len(page) > 3<<20 {
		t.Errorf("the page of the reference run is %s", words.Bytes(float64(len(page))))
	}
}

// What is embedded is what its README says it is.
func TestKeptLibraryIsUnchanged(t *testing.T) {
	said, err := os.ReadFile("uplot/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"uPlot.iife.min.js", "uPlot.min.css", "LICENSE"} {
		b, err := os.ReadFile(filepath.Join("uplot", name))
		if err != nil {
			t.Fatal(err)
		}
		if row := fmt.Sprintf("| `%s` | %x |", name, sha256.Sum256(b)); !strings.Contains(string(said), row) {
			t.Errorf("the README does not say %s", row)
		}
	}
}

// The colours of models were lightened for the paper that the dark page is on.
func TestDarkPaper(t *testing.T) {
	css, err := os.ReadFile("page.css")
	if err != nil || !strings.Contains(string(css), "--paper: "+chart.DarkPaper) {
		t.Errorf("the dark page is not on %s: %v", chart.DarkPaper, err)
	}
}
