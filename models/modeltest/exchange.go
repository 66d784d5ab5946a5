package modeltest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// arrow is what passes between a client, which may have a name, and the server: ">" and "<" bytes, ">>" and "<<"
// whole HTTP messages, and in brackets what is no byte.
var arrow = regexp.MustCompile(`^((?:[a-z0-9]|\$\{[a-z]+\})*)(>>|<<|>|<)(\[[^\]]*\]|)(?: (.*))?$`)

func (p *parser) exchange(m []string) func(*player) {
	name, way, event, rest := p.text(m[1], false), m[2], m[3], m[4]
	switch {
	case event != "" && rest != "":
		malformedf("%s%s stands alone in its line", way, event)
	case event != "":
		return p.event(name, way+event)
	case way == ">>":
		return p.request(name, rest)
	case way == "<<":
		return p.answer(name, rest)
	}
	x, end := p.text(rest, way == "<"), p.end
	if x.open {
		end = ""
	}
	if way == ">" {
		return func(on *player) { on.send(name, x.fill(on.vars)+end) }
	}
	switch wild := x.wild(); {
	case wild > 0 && end != "\n":
		malformedf("a line of which not all is known must end in LF")
	case wild > 1 && !strings.HasPrefix(rest, "{"):
		malformedf("only in JSON may more than one thing be unknown")
	}
	return func(on *player) { on.expect(name, x, end) }
}

var events = map[string]func(*player, *client){
	">[FIN]":         func(on *player, c *client) { on.after(c, false, c.fin) },
	">[RST]":         func(_ *player, c *client) { c.reset() },
	">[close]":       func(_ *player, c *client) { c.conn.Close() },
	"<[FIN]":         func(_ *player, c *client) { c.expectEnd() },
	"<[closed]":      func(_ *player, c *client) { c.expectGone() },
	"<[to the end]":  func(_ *player, c *client) { c.rest() },
	"<[nothing yet]": func(on *player, c *client) { on.expectNothingYet(c) },
}

var nothingFor = regexp.MustCompile(`^<\[nothing for ([0-9]{1,5}m?s)\]$`)

func (p *parser) event(name text, what string) func(*player) {
	if what == ">[connect]" || what == ">[connect, small buffer]" {
		return func(on *player) { on.connect(name, what != ">[connect]") }
	}
	do := events[what]
	if m := nothingFor.FindStringSubmatch(what); m != nil {
		d, _ := time.ParseDuration(m[1])
		do = func(_ *player, c *client) { c.expectSilence(d) }
	}
	if do == nil {
		malformedf("%s: what is no byte is one of >[connect] >[connect, small buffer] >[FIN] >[RST] >[close] "+
			"<[FIN] <[closed] <[to the end] <[nothing yet] <[nothing for 1s]", what)
	}
	return func(on *player) { do(on, on.client(name)) }
}

var (
	// a space within ${…} parts nothing
	requestParts = regexp.MustCompile(`^((?:\$\{[^}]*\}|[^ ])+) ((?:\$\{[^}]*\}|[^ ])+)(?: (.*))?$`)
	chunkedBody  = regexp.MustCompile(`^in chunks of ([1-9][0-9]{0,5}): (.*)$`)
)

// request reads a method, a target and perhaps a body.
func (p *parser) request(name text, s string) func(*player) {
	m := requestParts.FindStringSubmatch(s)
	if m == nil {
		malformedf(`"%s": a request is a method, a target and perhaps a body`, s)
	}
	rest, chunk := m[3], 0
	if m := chunkedBody.FindStringSubmatch(rest); m != nil {
		chunk, _ = strconv.Atoi(m[1])
		rest = m[2]
	}
	method, target, body := p.text(m[1], false), p.text(m[2], false), p.text(rest, false)
	return func(on *player) {
		on.send(name, httpRequest(method.fill(on.vars), target.fill(on.vars), body.fill(on.vars), chunk))
	}
}

// answers is what may be expected of HTTP.
var answers = []struct {
	shape *regexp.Regexp
	read  func(p *parser, m []string) func(*player, *client)
}{
	{regexp.MustCompile(`^([1-5][0-9][0-9])(?: (.*))?$`), func(p *parser, m []string) func(*player, *client) {
		status, _ := strconv.Atoi(m[1])
		body := p.text(m[2], true)
		if m[2] == "" {
			return func(on *player, c *client) { on.answered, on.body = c.answer(status) }
		}
		return func(on *player, c *client) { on.expectAnswer(c, status, body.fill(on.vars)) }
	}},
	{regexp.MustCompile(`^any( HEAD)?$`), func(_ *parser, m []string) func(*player, *client) {
		return func(on *player, c *client) { on.expectAnyAnswer(c, m[1] != "") }
	}},
	{regexp.MustCompile(`^messages ([^ ]+)\.\.([^ ,]+)(?:, ([0-9]{1,4}) missed)?(?:, each (\{.*\}))?$`),
		func(p *parser, m []string) func(*player, *client) {
			first, last, missed := p.text(m[1], false), p.text(m[2], false), p.text(m[3], false)
			each := readText(m[4], func(name string) bool { return p.known[name] || wildcards[name] != "" || name == "id" })
			return func(on *player, c *client) {
				on.expectEach(c, c.expectNews(first.number(on.vars), last.number(on.vars), missed.number(on.vars)), each)
			}
		}},
	{regexp.MustCompile(`^zip begins$`), func(*parser, []string) func(*player, *client) {
		return func(_ *player, c *client) { c.zipBegins() }
	}},
	{regexp.MustCompile(`^zip of ([0-9]{1,4}) files? of ([0-9]{1,7}) bytes?$`), func(_ *parser, m []string) func(*player, *client) {
		files, _ := strconv.Atoi(m[1])
		size, _ := strconv.Atoi(m[2])
		return func(on *player, c *client) { on.answered, on.body = c.expectZip(files, size), nil }
	}},
}

// answer reads what answer to a request is expected.
func (p *parser) answer(name text, s string) func(*player) {
	p.before["<<"] = true
	for _, rule := range answers {
		if m := rule.shape.FindStringSubmatch(s); m != nil {
			do := rule.read(p, m)
			return func(on *player) { do(on, on.client(name)) }
		}
	}
	malformedf(`"%s": an answer is a status and perhaps a body, "any", "any HEAD", "messages 1..9", "zip begins" or `+
		`"zip of 2 files of 9 bytes"`, s)
	return nil
}
