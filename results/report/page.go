package report

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/words"
)

// page is what the template shows.
type page struct {
	Name, When, Machine string
	Unfinished          bool
	Findings            []Finding
	Answers             []Answer
	Looks               []modelLook
	Memory              memoryPart
	Originals           originalsPart
	Lessons             []lessonPart
	Loads               []loadPart
	Cores               []coresPart
	Fairness            *fairnessPart
	Differences         *Table
	DifferenceWords     []differencePart
	Trust               trustPart
	Setup               setupPart
	Data                data
	Drawings            map[string]drawing // by the charts' identities
	Style               template.CSS
	Policy              string
}

// memoryPart is where the memory goes.
type memoryPart struct {
	Load   string
	Charts []oldChart
	Bars   []bars
	Tables []Table
}

// Shown reports whether there is anything of it.
func (m memoryPart) Shown() bool { return len(m.Charts)+len(m.Bars)+len(m.Tables) > 0 }

// loadPart is all of one load.
type loadPart struct {
	ID, Name, Params string
	Charts           []oldChart
	Bars             []bars
	Tables           []Table
}

// differencePart is every difference of one load, in words.
type differencePart struct {
	Load string
	Says []string
}

// trustPart is what speaks against the figures, or for them.
type trustPart struct {
	Void     *Table
	Warnings *Table
	Stalls   []string
	Tables   []Table
	Files    []string // warnings of reading the files
}

// setupPart is the machine, and how to do it again.
type setupPart struct {
	Command     string
	Build       string
	Go          string
	Environment [][2]string
	Sysctls     [][2]string
	Servers     [][2]string
}

func newPage(s *Source) *page {
	whole := factsOf(s)
	f, theirs := whole.parted(s)
	b, all := builder{facts: f}, builder{facts: whole}
	p := &page{
		Name: s.Run.Name, When: when(s.Run), Machine: machine(s.Run.Environment), Unfinished: s.Run.Ended == nil,
		Findings: f.findings(), Answers: f.answers(),
		Looks: looksOf(whole.drawn(), f.control),
		Setup: setupOf(s.Run),
	}
	p.Memory = b.memory()
	for i := range p.Looks {
		p.Looks[i].Apart = slices.Contains(f.apart, p.Looks[i].Name)
	}
	p.Originals = b.originals()
	b.addFamilies(&p.Originals, s.Run, &all, theirs)
	p.Lessons = b.lessons()
	p.Loads = b.loads()
	p.Cores, p.Fairness = f.coresParts(), f.fairness()
	p.Differences, p.DifferenceWords = f.differences()
	p.Trust = all.trust(s)
	p.Data = p.drawings()
	sheet := style + colours(p.Looks)
	p.Style, p.Policy = template.CSS(sheet), policy(sheet)
	return p
}

// part is a piece of a sentence.
type part struct {
	Text  string
	Class string // of the model that it names; empty: it names none
}

// Spans splits a sentence at the names of models between backquotes.
func (p *page) Spans(sentence string) []part {
	var all []part
	for i, text := range strings.Split(sentence, "`") {
		switch {
		case text == "":
		case i%2 == 1:
			all = append(all, part{Text: text, Class: p.Class(text)})
		default:
			all = append(all, part{Text: text})
		}
	}
	return all
}

// Class gives what is about a model its colour. A model on several numbers of threads, "reactor x2", is the same model.
func (p *page) Class(name string) string {
	model := name
	for _, threads := range []bool{false, true} {
		if threads {
			model, _, _ = strings.Cut(name, " x")
		}
		if at := slices.IndexFunc(p.Looks, func(l modelLook) bool { return l.Name == model }); at >= 0 {
			return fmt.Sprintf("model m%d", at)
		}
	}
	return "model"
}

func when(r *record.Run) string {
	const form = "2 January 2006, 15:04"
	if r.Ended == nil {
		return r.Started.UTC().Format(form) + " UTC, unfinished"
	}
	return fmt.Sprintf("%s UTC, %s", r.Started.UTC().Format(form), r.Ended.Sub(r.Started).Round(time.Second))
}

// machine is the machine in a line.
func machine(e record.Environment) string {
	inWords := []string{fmt.Sprintf("%s of %s", words.Plural(e.Cores, "core"), e.CPUModel)}
	if e.Virtualised != nil && *e.Virtualised {
		inWords[0] += " (virtual)"
	}
	if e.MemoryBytes > 0 {
		inWords = append(inWords, words.Bytes(float64(e.MemoryBytes)))
	}
	inWords = append(inWords, "Linux "+e.Kernel, e.GoVersion)
	if e.ServerCPUs != "" {
		inWords = append(inWords, fmt.Sprintf("server on CPU %s, load on %s", e.ServerCPUs, e.ClientCPUs))
	}
	return words.Printable(strings.Join(inWords, " · "))
}

func setupOf(r *record.Run) setupPart {
	e := r.Environment
	s := setupPart{Command: commandLine(r.Command), Build: e.Commit(), Go: e.GoVersion}
	add := func(name, value string) {
		if value == "" {
			value = "not known"
		}
		s.Environment = append(s.Environment, [2]string{name, value})
	}
	add("CPU", e.CPUModel)
	add("Cores", words.Whole(e.Cores))
	add("Memory", words.Bytes(float64(e.MemoryBytes)))
	add("Virtual machine", map[bool]string{true: "yes", false: "no"}[e.Virtualised != nil && *e.Virtualised])
	if e.Virtualised == nil {
		s.Environment[len(s.Environment)-1][1] = "not known"
	}
	add("Kernel", e.Kernel)
	add("System", e.Distro)
	add("Open files, soft and hard limit", fmt.Sprintf("%s, %s", words.Number(float64(e.NofileSoft)), words.Number(float64(e.NofileHard))))
	add("Server's CPUs", orSaid(e.ServerCPUs, "not pinned"))
	add("Load's CPUs", orSaid(e.ClientCPUs, "not pinned"))
	add("Go", e.GoVersion)
	add("cbench", e.Commit())
	add("GOGC", orSaid(e.GOGC, "Go's default"))
	add("GOMEMLIMIT", orSaid(e.GOMEMLIMIT, "none"))
	add("GOMAXPROCS", orSaid(e.GOMAXPROCS, "as each cell says"))
	s.Sysctls, s.Servers = pairs(e.Sysctls), pairs(r.Servers)
	return s
}

func orSaid(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// pairs is a map by its keys.
func pairs(m map[string]string) [][2]string {
	var all [][2]string
	for k, v := range m {
		all = append(all, [2]string{k, v})
	}
	slices.SortFunc(all, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return all
}

// commandLine is words as a shell takes them.
func commandLine(inWords []string) string {
	var quoted []string
	for _, w := range inWords {
		quoted = append(quoted, words.Shell(w))
	}
	return strings.Join(quoted, " ")
}

// differences is every comparison as a table, and those that are differences or crossings in words.
func (f facts) differences() (*Table, []differencePart) {
	if len(f.matters) == 0 {
		return nil, nil
	}
	t := &Table{Head: differenceHead}
	rest := slices.Clone(f.matters)
	slices.SortStableFunc(rest, func(a, b matter) int { return rank(a.setting) - rank(b.setting) })
	var inWords []differencePart
	for len(rest) > 0 {
		n := 1
		for n < len(rest) && rest[n].setting == rest[0].setting {
			n++
		}
		inWords = append(inWords, differencePart{Load: f.loads[rest[0].setting], Says: differenceInWords(rest[:n])})
		rest = rest[n:]
	}
	for _, m := range f.matters {
		for _, c := range m.all {
			t.Rows = append(t.Rows, f.differenceRow(c))
		}
	}
	for _, c := range f.twins {
		t.Rows = append(t.Rows, f.differenceRow(c))
	}
	return t, inWords
}

var differenceHead = []string{"Load", "Figure", "N", "Model", "against", "Ratio", "95% interval", "p (Holm)", "Noise", "Verdict", "Samples"}

func (f facts) differenceRow(c compare.Comparison) []Datum {
	interval, ratio := "not known", fmt.Sprintf("%.3g", c.Ratio.Mid)
	if known(c.Ratio) {
		interval = fmt.Sprintf("%.3g to %.3g", c.Ratio.Low, c.Ratio.High)
	}
	if c.Ratio.N == 0 {
		ratio = "–"
	}
	noise, p := "not known", Datum{Text: "not known"}
	if !math.IsNaN(c.P) {
		p = fig(c.P, fmt.Sprintf("%.2g", c.P))
	}
	if c.Floor > 0 {
		noise = words.Percent(c.Floor)
	}
	how := "apart"
	if c.Paired {
		how = "paired"
	}
	verdict := map[compare.Verdict]string{compare.Less: "less", compare.More: "more", compare.Same: "no difference found"}[c.Verdict]
	if verdict == "" {
		verdict = "cannot be told"
	}
	return []Datum{
		{Text: f.loads[c.Setting]}, {Text: titleOf(c.Figure)}, fig(float64(c.Conns), words.Whole(c.Conns)),
		{Text: c.Other, Model: c.Other}, {Text: c.Base, Model: c.Base},
		fig(c.Ratio.Mid, ratio), {Text: interval}, p, fig(c.Floor, noise),
		{Text: verdict, Detail: words.Printable(c.Why)}, fig(float64(c.Ratio.N), fmt.Sprintf("%d, %s", c.Ratio.N, how)),
	}
}
