package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cbench/results/chart"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/words"
)

func written(t *testing.T, a *question.Answers) string {
	t.Helper()
	var page bytes.Buffer
	if err := Write(&page, a); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// Nothing that a file says is ever mark-up, and nothing that the page holds points out of it.
func TestPageIsSealed(t *testing.T) {
	page := written(t, made(t))
	for _, bad := range []string{"<b>&</b>", "<script>alert", "replies lost </td>", "<the tail>", "made <up>", "ZgotmplZ"} {
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
	page := written(t, made(t))
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
	if strings.Contains(page, " style=") {
		t.Error("a style attribute: the policy does not allow it")
	}
}

// The charts' data is whole and in numbers that a script can read.
func TestDataIsRead(t *testing.T) {
	page := written(t, made(t))
	_, rest, _ := strings.Cut(page, `<script id="data" type="application/json">`)
	raw, _, _ := strings.Cut(rest, "</script>")
	var d data
	if err := json.Unmarshal([]byte(raw), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Models) != len(natures)-1 || !slices.ContainsFunc(d.Models, func(m modelLook) bool { return strings.HasPrefix(m.Name, hostile[:8]) }) {
		t.Errorf("models %+v", d.Models)
	}
	for _, c := range d.Charts {
		if !strings.Contains(page, `id="`+c.ID+`"`) {
			t.Errorf("chart %s has no place in the page", c.ID)
		}
		if c.X.Lo >= c.X.Hi || c.Y.Lo >= c.Y.Hi || len(c.X.Ladder) == 0 || len(c.Y.Ladder) == 0 {
			t.Errorf("%s: axes %+v, %+v", c.ID, c.X, c.Y)
		}
		for _, p := range c.Panels {
			for _, s := range p.Series {
				if len(s.Joined)+len(s.Void) == 0 {
					t.Errorf("%s, %s: no points", c.ID, s.Name)
				}
			}
		}
	}
	if len(d.Charts) < 10 {
		t.Errorf("only %d charts", len(d.Charts))
	}
}

func TestPageTellsEverything(t *testing.T) {
	page := written(t, made(t))
	for _, want := range []string{
		"12 replies lost &lt;/td&gt;",               // every void cell's reason
		"2% of the sends were over 1 ms late",       // every warning
		"left &lt;out&gt;",                          // of reading the files too
		"./it&#39;\\&#39;&#39;s {addr}",             // the command, as a shell takes it
		"net.core.somaxconn",                        // the machine
		"goroutine stacks", "sockets", "user space", // parts of memory and of CPU
		"the client: the server could do more",                        // searches
		"1 s later", "own capacity", "rounds", "reactor-twin", "Holm", // what is given back, comparisons, and the control among them
		"uPlot 1.6.32", "cbench report</code>", "Fairness (Jain)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestReferenceIsSmall(t *testing.T) {
	dir := filepath.Join("..", "reference")
	run, err := record.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, _, err := record.ReadCells(dir)
	if err != nil {
		t.Fatal(err)
	}
	page := written(t, question.Of(run, cells, nil))
	if len(page) > 3<<20 {
		t.Errorf("the page of the reference run is %s", words.Bytes(float64(len(page))))
	}
}

func TestWriteFileIsWholeOrNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	for range 2 { // the second replaces the first
		if err := WriteFile(path, made(t)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || !bytes.HasSuffix(b, []byte("</html>\n\n")) && !bytes.Contains(b, []byte("</html>")) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("beside it stands %v", left)
	}
	if err := WriteFile(filepath.Join(t.TempDir(), "none", File), made(t)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such directory: %v", err)
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
