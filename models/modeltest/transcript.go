package modeltest

import (
	"embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// Transcripts are cases that send bytes and expect bytes: transcripts/README.md says how one is written.
//
//go:embed transcripts/*.txtar
var transcripts embed.FS

// transcribed is the cases of one file. They are part of the program: a bad one is a fault in it.
func transcribed(file string) []Case {
	b, err := transcripts.ReadFile("transcripts/" + file)
	if err != nil {
		panic(err)
	}
	cases, err := parseTranscripts(file, b)
	if err != nil {
		panic(err)
	}
	return cases
}

// step is one line of a transcript, or a block of them.
type step struct {
	at string // file, line and text, for the report of a failure
	do func(*player)
}

// malformed is panicked with where a transcript is: what is wrong with the line that was taken last.
type malformed string

func malformedf(format string, args ...any) { panic(malformed(fmt.Sprintf(format, args...))) }

// parser reads the lines of one transcript.
type parser struct {
	file   string
	number int             // of the line that was taken last
	rest   []string        // lines not yet taken
	end    string          // what ends a line that is sent or expected
	known  map[string]bool // names that a line may fill in
	before map[string]bool // lines that came before, where others need one
}

var caseName = regexp.MustCompile(`^[a-z]+/[a-z0-9.-]+$`)

func parseTranscripts(file string, data []byte) (cases []Case, err error) {
	archive := txtar.Parse(data)
	p := &parser{file: file}
	defer func() {
		if end := recover(); end != nil {
			err = fmt.Errorf("%s:%d: %s", file, p.number, end.(malformed))
		}
	}()
	at := strings.Count(string(archive.Comment), "\n")
	for _, one := range archive.Files {
		at++ // the name's own line
		lines := strings.Split(strings.TrimSuffix(string(one.Data), "\n"), "\n")
		*p = parser{file: file, number: at, rest: lines, end: "\n", known: map[string]bool{}, before: map[string]bool{}}
		at += strings.Count(string(one.Data), "\n")
		if !caseName.MatchString(one.Name) {
			malformedf("%q: a case is called group/name", one.Name)
		}
		if slices.ContainsFunc(cases, func(c Case) bool { return c.Name == one.Name }) {
			malformedf("there are two cases called %s", one.Name)
		}
		c := Case{Name: one.Name}
		p.header(&c)
		steps := p.block(false)
		c.run = func(t *T) { play(t, c, steps) }
		cases = append(cases, c)
	}
	return cases, nil
}

// take takes the next line, without its indent.
func (p *parser) take() (line string) {
	line, p.rest = p.rest[0], p.rest[1:]
	p.number++
	if strings.TrimRight(line, " \t\r") != line {
		malformedf("there are blanks at the end of the line: write ${} behind them if they are meant")
	}
	return strings.TrimLeft(line, " \t")
}

// header reads the sentence that the case checks, what a server must speak, and what else the case needs.
func (p *parser) header(c *Case) {
	c.Doc = p.take()
	for len(p.rest) > 0 {
		line := p.take()
		parts, speaks := strings.CutPrefix(line, "speaks: ")
		switch {
		case speaks:
			c.Parts = strings.Split(parts, ", ")
		case line == "asked first":
			c.core = true
		case line == "has a server of its own":
			c.Owns = true
		case line == "looks into the process":
			c.looks = true
		case line == "" && c.Doc != "" && c.Parts != nil:
			if i := slices.IndexFunc(c.Parts, func(part string) bool { return !slices.Contains(Parts, part) }); i >= 0 {
				malformedf("%q is no part of the workload", c.Parts[i])
			}
			return
		default:
			malformedf(`a case begins with a sentence, "speaks: " with parts of the workload, and an empty line; got %q`, line)
		}
	}
	malformedf("the case has no lines")
}

// text reads what a line fills in; an expectation may have wildcards.
func (p *parser) text(s string, wild bool) text {
	return readText(s, func(name string) bool { return p.known[name] || wild && wildcards[name] != "" })
}

// name has a name known from here on.
func (p *parser) name(name string) {
	if wildcards[name] != "" || !variable.MatchString(name) {
		malformedf("%q: a name is of a to z, and none of text, count and positive", name)
	}
	p.known[name] = true
}

// rule is a shape that a line may have, and how what it does is read.
type rule struct {
	shape *regexp.Regexp
	read  func(p *parser, m []string) func(*player)
}

// grammar is what a line may be, apart from comments and the end of a block.
var grammar []rule

// init, because a block is itself of such lines.
func init() {
	grammar = []rule{
		{arrow, (*parser).exchange},
		{regexp.MustCompile(`^room (.*)$`), func(p *parser, m []string) func(*player) {
			p.name(m[1])
			return func(on *player) { on.vars[m[1]] = on.t.room() }
		}},
		{regexp.MustCompile(`^for ([a-z]+) in ([0-9]{1,5})\.\.([0-9]{1,5})$`), (*parser).counted},
		{regexp.MustCompile(`^for each (byte|cut) of (.*)$`), (*parser).pieces},
		{regexp.MustCompile(`^for ([a-z ]+) in$`), (*parser).table},
		{regexp.MustCompile(`^lines end in CRLF$`), func(p *parser, _ []string) func(*player) { p.end = "\r\n"; return nil }},
		{regexp.MustCompile(`^clock$`), func(*parser, []string) func(*player) {
			return func(on *player) { on.flush(); on.began = time.Now() }
		}},
		{regexp.MustCompile(`^clock (>=|<) ([0-9]{1,6}|\$\{[a-z]+\})(ms|s)$`), func(p *parser, m []string) func(*player) {
			p.needs("clock")
			x, unit := p.text(m[2], false), map[string]time.Duration{"ms": time.Millisecond, "s": time.Second}[m[3]]
			return func(on *player) { on.expectTook(time.Duration(x.number(on.vars))*unit, m[1] == ">=") }
		}},
		{regexp.MustCompile(`^settle$`), func(*parser, []string) func(*player) {
			return func(on *player) { on.base = on.t.still(on.look) }
		}},
		{regexp.MustCompile(`^counts((?: (conns|waiters|members|rooms) [+-][0-9]{1,4})+)$`), func(p *parser, m []string) func(*player) {
			p.needs("settle")
			return func(on *player) { on.expectCounts(strings.Fields(m[1])) }
		}},
		{regexp.MustCompile(`^take stock$`), func(*parser, []string) func(*player) {
			return func(on *player) { on.stock = on.takeStock() }
		}},
		{regexp.MustCompile(`^holds no more$`), func(p *parser, _ []string) func(*player) {
			p.needs("take stock")
			return func(on *player) { on.stock() }
		}},
		{regexp.MustCompile(`^(with|without) ([A-Za-z-]+)(?:: (.*))?$`), func(p *parser, m []string) func(*player) {
			p.needs("<<")
			word := p.text(m[3], false)
			return func(on *player) { on.expectField(m[2], word.fill(on.vars), m[1] == "with") }
		}},
		{regexp.MustCompile(`^lacks (.*)$`), func(p *parser, m []string) func(*player) {
			p.needs("<<")
			secret := p.text(m[1], false)
			return func(on *player) { on.expectLacks(secret.fill(on.vars)) }
		}},
	}
}

func (p *parser) needs(line string) {
	if !p.before[line] {
		malformedf("there must be a line %s before this one", line)
	}
}

// block reads steps up to the end of the transcript, or of the block where it is nested. What it names is known within it.
func (p *parser) block(nested bool) (steps []step) {
	began, outside := p.number, maps.Clone(p.known)
	for len(p.rest) > 0 {
		line := p.take()
		if line == "end" && nested {
			p.known = outside
			return steps
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := fmt.Sprintf("%s:%d: %s", p.file, p.number, line)
		if do := p.line(line); do != nil {
			steps = append(steps, step{at, do})
		}
		p.before[line] = true
	}
	if nested {
		malformedf(`there is no "end" to the block that begins in line %d`, began)
	}
	return steps
}

func (p *parser) line(line string) func(*player) {
	for _, rule := range grammar {
		if m := rule.shape.FindStringSubmatch(line); m != nil {
			return rule.read(p, m)
		}
	}
	malformedf("%q is no line of a transcript: see transcripts/README.md", line)
	return nil
}

// loop reads a block, which is done for each row, under these names.
func (p *parser) loop(columns []string, rows func(vars map[string]string) [][]string) func(*player) {
	outside := maps.Clone(p.known)
	for _, name := range columns {
		p.name(name)
	}
	body := p.block(true)
	p.known = outside
	return func(on *player) {
		for _, row := range rows(on.vars) {
			for i, name := range columns {
				on.vars[name] = row[i]
			}
			on.play(body)
		}
	}
}

func (p *parser) counted(m []string) func(*player) {
	first, _ := strconv.Atoi(m[2])
	last, _ := strconv.Atoi(m[3])
	if first > last {
		malformedf("it counts down")
	}
	return p.loop(m[1:2], func(map[string]string) (rows [][]string) {
		for i := first; i <= last; i++ {
			rows = append(rows, []string{strconv.Itoa(i)})
		}
		return rows
	})
}

// pieces reads what is done for each byte of a text, or for each way to cut it in two.
func (p *parser) pieces(m []string) func(*player) {
	whole := p.text(m[2], false)
	if m[1] == "byte" {
		return p.loop([]string{"byte"}, func(vars map[string]string) (rows [][]string) {
			for _, b := range []byte(whole.fill(vars)) {
				rows = append(rows, []string{string([]byte{b})})
			}
			return rows
		})
	}
	return p.loop([]string{"before", "after"}, func(vars map[string]string) (rows [][]string) {
		s := whole.fill(vars)
		for i := 1; i < len(s); i++ {
			rows = append(rows, []string{s[:i], s[i:]})
		}
		return rows
	})
}

// table reads the rows that come next, each a line of cells after "|", and what is done for each.
func (p *parser) table(m []string) func(*player) {
	columns := strings.Fields(m[1])
	var table [][]text
	for len(p.rest) > 0 && strings.HasPrefix(strings.TrimLeft(p.rest[0], " \t"), "|") {
		var row []text
		for cell := range strings.SplitSeq(p.take()[1:], " | ") {
			row = append(row, p.text(strings.TrimSpace(cell), false))
		}
		if len(row) != len(columns) {
			malformedf("%d cells for %d names", len(row), len(columns))
		}
		table = append(table, row)
	}
	return p.loop(columns, func(vars map[string]string) (rows [][]string) {
		for _, row := range table {
			var cells []string
			for _, cell := range row {
				cells = append(cells, cell.fill(vars))
			}
			rows = append(rows, cells)
		}
		return rows
	})
}
