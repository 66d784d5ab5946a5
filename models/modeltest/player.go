package modeltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// player is one transcript under way.
type player struct {
	t     *T
	lines bool   // the server speaks lines, so that they serve to look at it
	zip   bool   // it need not speak more HTTP than /zip
	now   string // the step under way
	vars  map[string]string

	clients map[string]*client
	sending map[*client]func() // waits for what is sent while the transcript goes on
	to      string             // the client that unsent is for
	unsent  strings.Builder

	watch    *client // looks at the server from outside
	stock    func()  // takes stock again
	base     stats   // what it counted when the transcript said "settle"
	began    time.Time
	answered *http.Response
	body     []byte // of it
}

// play does the steps. A failure names the line of the transcript.
func play(t *T, c Case, steps []step) {
	on := &player{
		t: t, lines: slices.Contains(c.Parts, Echo) || slices.Contains(c.Parts, Chat), zip: c.Parts[0] == HTTPZip,
		vars: map[string]string{}, clients: map[string]*client{}, sending: map[*client]func(){},
		answered: &http.Response{},
	}
	if c.Owns {
		t.start(StartConfig{})
	}
	switch end := attempt(func() { on.play(steps); on.finish() }).(type) {
	case nil:
	case failure:
		panic(failure(on.now+": ") + end)
	default:
		panic(end)
	}
}

func (on *player) play(steps []step) {
	for _, s := range steps {
		on.now = s.at
		s.do(on)
	}
}

func (on *player) finish() {
	on.flush()
	for _, wait := range on.sending {
		wait()
	}
}

// client is the client of that name, connected at its first use. What is still to be sent goes out before it is used.
func (on *player) client(name text) *client {
	on.flush()
	return on.named(name.fill(on.vars))
}

func (on *player) named(name string) *client {
	if on.clients[name] == nil {
		on.clients[name] = on.t.dial()
	}
	return on.clients[name]
}

// connect has the client of that name begin anew.
func (on *player) connect(name text, small bool) {
	on.flush()
	dial := on.t.dial
	if small {
		dial = on.t.dialSmall
	}
	key := name.fill(on.vars)
	if before := on.clients[key]; before != nil {
		before.conn.Close()
	}
	on.clients[key] = dial()
}

// send keeps bytes back until the transcript goes on to something else: lines that follow one another go out at once.
func (on *player) send(name text, b string) {
	to := name.fill(on.vars)
	if to != on.to {
		on.flush()
	}
	on.to = to
	on.unsent.WriteString(b)
}

func (on *player) flush() {
	if on.unsent.Len() == 0 {
		return
	}
	c, b := on.named(on.to), on.unsent.String()
	on.unsent.Reset()
	if wait := on.sending[c]; wait != nil {
		delete(on.sending, c)
		wait()
	}
	c.said = b
	on.after(c, len(b) > maxOwed, func() { c.write(b) }) // more may have to be read before all is taken
}

// after has a client do what comes after all that it sends, beside what follows in the transcript where that may take long.
func (on *player) after(c *client, long bool, do func()) {
	before := on.sending[c]
	if before == nil && !long {
		do()
		return
	}
	on.sending[c] = on.t.beside(func() {
		if before != nil {
			before()
		}
		do()
	})
}

func (on *player) expect(name, x text, end string) {
	c, want := on.client(name), x.fill(on.vars)
	if x.wild() == 0 {
		c.expect(want + end)
	} else if got := c.line(); !takes(want, got) {
		c.failf("expected %s, got %s", readable(want), quote(got))
	}
}

// onlooker is a client of its own, which looks at the server beside those of the transcript.
func (on *player) onlooker() *client {
	on.flush()
	if on.watch == nil {
		on.watch = on.t.dial()
	}
	return on.watch
}

// serves has the server answer somebody else.
func (on *player) serves() {
	if on.lines {
		on.onlooker().echo("here")
	} else if on.zip {
		on.onlooker().send(zipping(1, 1))
		on.onlooker().expectZip(1, 1)
	} else {
		on.onlooker().echoes("here")
	}
}

// expectNothingYet gives the server the time to say what it should not.
func (on *player) expectNothingYet(c *client) {
	for range 3 {
		on.serves()
	}
	c.expectSilence(50 * time.Millisecond)
}

func (on *player) look() stats {
	if on.lines {
		return on.onlooker().stats()
	}
	return on.onlooker().httpStats()
}

// expectCounts waits until the counts are what they were when they settled, and as much more as said.
func (on *player) expectCounts(more []string) {
	on.t.until(fmt.Sprintf("counts, expected %s to %+v", strings.Join(more, " "), on.base), func() (any, bool) {
		now, ok := on.look(), true
		for i := 0; i+1 < len(more); i += 2 {
			n, _ := strconv.Atoi(more[i+1])
			ok = ok && now.of(more[i]) == on.base.of(more[i])+n
		}
		return now, ok
	})
}

func (on *player) expectTook(d time.Duration, atLeast bool) {
	on.flush()
	if took := time.Since(on.began); atLeast != (took >= d) {
		on.t.failf("it took %v", took)
	}
}

// expectAnswer reads an answer with that body: JSON where it begins as an object does, and where it is "error", JSON
// that says why.
func (on *player) expectAnswer(c *client, status int, want string) {
	if want == "error" {
		on.answered, on.body = c.expectError(status)
		return
	}
	on.answered, on.body = c.answer(status)
	if !strings.HasPrefix(want, "{") {
		c.sameBody(string(on.body), want)
	} else if !sameJSONText(want, string(on.body)) {
		c.failf("expected %s, got %s", readable(want), quote(on.body))
	}
}

// expectAnyAnswer reads an answer of any status that ends a request; to HEAD, one that has no body.
func (on *player) expectAnyAnswer(c *client, head bool) {
	on.answered, on.body = c.response(map[bool]string{true: http.MethodHead}[head])
	if code := on.answered.StatusCode; code != 200 && code < 400 {
		c.failf("expected status 200 or an error, got %d", code)
	}
}

// expectField looks at a field of the last answer: whether it is there, with that word in it if one is named.
func (on *player) expectField(name, word string, want bool) {
	values := on.answered.Header.Values(name)
	switch name { // package net/http has taken these out
	case "Transfer-Encoding":
		values = on.answered.TransferEncoding
	case "Connection":
		if on.answered.Close {
			values = []string{"close"}
		}
	}
	has := slices.ContainsFunc(strings.Split(strings.Join(values, ","), ","), func(one string) bool {
		return len(values) > 0 && (word == "" || strings.EqualFold(strings.TrimSpace(one), word))
	})
	if has != want {
		on.t.failf("got %q in the answer", values)
	}
}

func (on *player) expectLacks(secret string) {
	if all := fmt.Sprint(on.answered.Header, string(on.body)); strings.Contains(all, secret) {
		on.t.failf("got %s", quote(all))
	}
}

// expectEach looks whether each message is as said, if anything is.
func (on *player) expectEach(c *client, messages []message, each text) {
	vars := maps.Clone(on.vars)
	for _, m := range messages {
		vars["id"] = strconv.Itoa(m.ID)
		got, _ := json.Marshal(map[string]string{"from": m.From, "text": m.Text})
		if want := each.fill(vars); want != "" && !sameJSONText(want, string(got)) {
			c.failf("expected %s in message %d, got %s", readable(want), m.ID, quote(got))
		}
	}
}

const moreTasks, moreFiles = 80, 16 // a pool may have grown by its 64 threads, but not by one a client

// takeStock looks at what the server holds. With stock taken again, it must come to hold no more, and leave nothing
// when it is stopped.
func (on *player) takeStock() (again func()) {
	t, srv := on.t, on.t.server
	t.mustLook()
	on.serves()
	files, known := srv.files()
	tasks, _ := srv.tasks()
	if !known {
		t.note("the server's descriptors were not looked at: its process is not known")
	}
	return func() {
		on.serves()
		t.until(fmt.Sprintf("descriptors, %d before", files), func() (any, bool) {
			n, _ := srv.files()
			return n, n <= files+moreFiles
		})
		t.until(fmt.Sprintf("goroutines or threads, %d before", tasks), func() (any, bool) {
			n, _ := srv.tasks()
			return n, n <= tasks+moreTasks
		})
		t.stop(srv)
		on.onlooker().expectGone()
		t.nothingLeft(srv)
	}
}
