package modeltest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// What the reference server answers, and each way in which a faulty one answers wrongly.

var (
	goodRoom = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	goodName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,32}$`)
	hows     = []string{"inline", "spin", "offload", "deep"}
	goodMS   = regexp.MustCompile(`^[0-9]{1,5}$`)
)

func (p *peer) answer(line string) bool {
	if strings.HasPrefix(line, "ECHO ") && !(p.s.has("echo-empty-refused") && line == "ECHO \n") {
		p.reply(p.echoed(line))
		return true
	}
	line = strings.TrimSuffix(line, "\n")
	if !p.s.has("cr-kept") {
		line = strings.TrimSuffix(line, "\r")
	}
	words := strings.Split(line, " ")
	switch {
	case line == "STATS":
		p.reply(p.s.stats())
		return true
	case line == "QUIT":
		return p.quit()
	case words[0] == "JOIN" && (len(words) == 3 || len(words) > 3 && p.s.has("join-lenient")):
		return p.join(words[1], words[2])
	case strings.HasPrefix(line, "SAY "):
		return p.say(line[4:])
	case words[0] == "BLOCK" && len(words) == 3:
		return p.block(words[1], words[2])
	}
	return p.refuse(line)
}

func (p *peer) echoed(line string) string {
	switch p.s.fault {
	case "echo-corrupts":
		return strings.ReplaceAll(line, "x", "y")
	case "echo-ends-at-nul":
		before, _, found := strings.Cut(line, "\x00")
		if found {
			return before + "\n"
		}
	case "echo-drops-cr":
		return strings.ReplaceAll(line, "\r\n", "\n")
	}
	return line
}

func (p *peer) refuse(line string) bool {
	switch p.s.fault {
	case "bad-ignored":
		return true
	case "bad-empty-ignored":
		if line == "" {
			return true
		}
	case "bad-binary-silent":
		if !utf8.ValidString(line) {
			return false
		}
	case "bad-without-why":
		p.reply("ERR bad-request\n")
		return false
	case "bad-closes-all":
		p.s.closeAll()
	}
	p.reply("ERR bad-request no such thing\n")
	return p.s.has("bad-stays-open")
}

func (p *peer) quit() bool {
	switch p.s.fault {
	case "quit-forgets":
		p.forget()
	case "quit-silent":
		return false
	}
	if !p.s.has("quit-hears-on") {
		p.s.mu.Lock()
		p.leave() // or another's message may come after BYE
		p.s.mu.Unlock()
	}
	p.reply("BYE\n")
	return p.s.has("quit-stays-open")
}

func (p *peer) join(name, who string) bool {
	s := p.s
	good := goodRoom.MatchString(name) && goodName.MatchString(who)
	switch s.fault {
	case "names-unchecked":
		good = name != "" && who != ""
	case "names-unbounded":
		good = good || len(name) > 64 || len(who) > 32
	case "names-short":
		good = good && len(name) < 64 && len(who) < 32
	case "lobby-reserved":
		good = good && name != "lobby"
	case "rooms-fold-case":
		name = strings.ToLower(name)
	}
	if !good || p.room != nil && !s.has("join-twice") {
		return p.refuse("JOIN")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.leave()
	if r := s.rooms[name]; r != nil && len(r.members) == 0 && s.has("rooms-die") {
		delete(s.rooms, name)
	}
	r := s.roomNamed(name)
	if r == nil {
		p.owe([]byte("ERR too-many-rooms\n"))
		return s.has("full-stays-open")
	}
	if s.has("names-unique") && slices.ContainsFunc(r.members, func(q *peer) bool { return q.name == who }) {
		p.owe([]byte("ERR bad-request name taken\n"))
		return false
	}
	head := r.head
	switch s.fault {
	case "head-one-more":
		head++
	case "head-of-ring":
		head = min(head, 200)
	}
	p.owe(fmt.Appendf(nil, "JOINED %s %d\n", name, head))
	if s.has("join-replays") && head > 0 {
		p.owe(fmt.Appendf(nil, "MSG %d somebody something\n", head))
	}
	p.room, p.name = r, who
	r.members = append(r.members, p)
	if s.has("join-misses-next") {
		p.late = []byte("miss")
	}
	return true
}

func (p *peer) sayable(text string) bool {
	long, utf8Text := len(text) > maxText, utf8.ValidString(text)
	control := strings.ContainsFunc(text, unicode.IsControl)
	switch p.s.fault {
	case "text-short":
		long = len(text) >= maxText
	case "text-in-runes":
		long = utf8.RuneCountInString(text) > maxText
	case "text-unbounded":
		long = false
	case "text-empty":
		return true
	case "text-controls":
		control = false
	case "text-any-bytes":
		utf8Text = true
	case "text-ascii":
		control = control || strings.ContainsFunc(text, func(r rune) bool { return r > 127 })
	}
	return text != "" && !long && !control && utf8Text
}

func (p *peer) say(text string) bool {
	s := p.s
	if !p.sayable(text) {
		return p.refuse("SAY")
	}
	if p.room == nil {
		p.reply("ERR not-joined\n")
		return !s.has("not-joined-closes")
	}
	if s.has("text-trimmed") {
		text = strings.TrimSpace(text)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.room == nil {
		return false // dropped meanwhile
	}
	s.say(p.room, p, p.name, text)
	return true
}

// tell has every member of the room told, and drops who is owed too much. The caller holds s.mu.
func (s *reference) tell(r *room, p *peer, msg []byte) {
	for i, m := range slices.Clone(r.members) {
		switch {
		case s.has("speaker-not-told") && m == p, s.has("join-misses-next") && m.late != nil:
			m.late = nil
			continue
		case s.has("own-message-late") && m == p:
			time.AfterFunc(50*time.Millisecond, func() { s.mu.Lock(); defer s.mu.Unlock(); m.owe(msg) })
			continue
		case r.missed && i == 0:
			r.missed = false
			continue
		case s.has("order-differs") && i == 3 && m.late == nil && r.head%7 == 0:
			m.late = msg
			continue
		}
		for s.has("slow-waited-for") && len(m.owed)+m.held+len(msg) > s.maxOwed && !m.done {
			m.changed.Wait()
		}
		if len(m.owed)+m.held+len(msg) <= s.maxOwed {
			m.owe(msg)
			m.owe(m.late)
			m.late = nil
			continue
		}
		s.dropSlow(m)
		r.missed = s.has("slow-costs-others")
	}
}

func (s *reference) dropSlow(m *peer) {
	switch s.fault {
	case "slow-skipped":
		return
	case "slow-counted-twice":
		s.dropped++
	case "slow-uncounted":
		s.dropped--
	}
	s.dropped++
	m.drop()
}

func (p *peer) block(digits, how string) bool {
	s := p.s
	ms, _ := strconv.Atoi(digits)
	good := goodMS.MatchString(digits) && 1 <= ms && ms <= 10000 && slices.Contains(hows, how)
	if !good && !s.has("block-unchecked") {
		return p.refuse("BLOCK")
	}
	answer := fmt.Sprintf("BLOCKED %d\n", ms)
	switch s.fault {
	case "blocked-without-ms":
		answer = "BLOCKED\n"
	case "block-overtaken":
		time.AfterFunc(time.Duration(ms)*time.Millisecond, func() { p.reply(answer) })
		return true
	case "block-hurries":
		ms = 0
	case "deep-hurries":
		if how == "deep" {
			ms = 0
		}
	}
	d := time.Duration(ms) * time.Millisecond
	switch {
	case how == "spin" && !s.has("spin-sleeps"):
		for end := time.Now().Add(d); time.Now().Before(end) && !s.forced(); {
		}
	case how == "offload":
		if !p.offload(d) {
			return false
		}
	default:
		s.sleep(d)
	}
	if s.forced() {
		return false
	}
	p.reply(answer)
	return true
}

func (p *peer) offload(d time.Duration) bool {
	s := p.s
	if s.has("offload-refuses") && len(s.places) == cap(s.places) {
		return p.refuse("BLOCK")
	}
	if s.has("offload-stalls") {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	select {
	case s.places <- struct{}{}:
	case <-s.killed:
		return false
	}
	s.sleep(d)
	if !s.has("offload-places-leak") {
		<-s.places
	}
	return true
}

// forced reports whether shutdown has waited long enough.
func (s *reference) forced() bool {
	select {
	case <-s.killed:
		return true
	default:
		return false
	}
}

// sleep ends early if the server is forced to end.
func (s *reference) sleep(d time.Duration) {
	if s.has("shutdown-waits") {
		time.Sleep(d)
		return
	}
	select {
	case <-time.After(d):
	case <-s.killed:
	}
}
