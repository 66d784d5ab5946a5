package modeltest

import (
	"fmt"
	"strings"
	"time"
)

// echoCases hold for any plain echo server: it need not know what a line is.
var echoCases = []Case{
	{Name: "echo/one-byte", Doc: "ECHO <bytes> sends the very same line back", Parts: []string{Echo}, core: true, run: func(t *T) {
		t.dial().ask("ECHO x\n", "ECHO x\n")
	}},
	{Name: "echo/empty", Doc: "ECHO of no bytes is an echo", Parts: []string{Echo}, run: func(t *T) {
		t.dial().ask("ECHO \n", "ECHO \n")
	}},
	{Name: "echo/binary", Doc: "any byte but LF is echoed, NUL and bytes that are no UTF-8 too", Parts: []string{Echo}, run: func(t *T) {
		t.dial().ask(binaryLine(), binaryLine())
	}},
	{Name: "echo/cr", Doc: "the very same line: a CR at its end, or anywhere, is kept", Parts: []string{Echo}, run: func(t *T) {
		c := t.dial()
		for _, line := range []string{"ECHO a\r\n", "ECHO \r\n", "ECHO a\r\r\n", "ECHO \ra\rb\n"} {
			c.ask(line, line)
		}
	}},
	{Name: "echo/longest-line", Doc: "a line may have 65,536 bytes without its LF", Parts: []string{Echo}, run: func(t *T) {
		c := t.dial()
		c.exchange(lineOf(maxLine), lineOf(maxLine))
		c.exchange(lineOf(maxLine-1)+lineOf(maxLine), lineOf(maxLine-1)+lineOf(maxLine))
	}},
	{Name: "echo/split-everywhere", Doc: "requests are answered however one is cut over several packets", Parts: []string{Echo}, run: splitEverywhere},
	{Name: "echo/byte-by-byte", Doc: "requests are answered however one is cut over several packets", Parts: []string{Echo}, run: func(t *T) {
		c, other := t.dial(), t.dial()
		const stream = "ECHO one\nECHO \r\nECHO three\n"
		for i := range len(stream) {
			c.send(stream[i : i+1]) // a packet each: package net sends without Nagle's delay
			other.echo("time to read it")
		}
		c.expect(stream)
	}},
	{Name: "echo/pipelined", Doc: "requests are answered in the order sent, however many arrive in one packet", Parts: []string{Echo}, core: true, run: func(t *T) {
		t.dial().exchange(numbered("ECHO r", 1000), numbered("ECHO r", 1000))
	}},
	{Name: "echo/many-clients", Doc: "each connection gets its own answers and no other's", Parts: []string{Echo}, run: manyClients},
	{Name: "echo/idle", Doc: "an idle connection is not timed out and is told nothing", Parts: []string{Echo}, run: func(t *T) {
		c := t.dial()
		c.expectSilence(time.Second)
		c.echo("still here")
	}},
	{Name: "echo/fin", Doc: "at the client's FIN the server closes", Parts: []string{Echo}, run: func(t *T) {
		silent, spoke := t.dial(), t.dial()
		silent.fin()
		silent.expectEnd()
		spoke.echo("a")
		spoke.fin()
		spoke.expectEnd()
	}},
	{Name: "echo/half-close", Doc: "at the client's FIN the server handles every whole line it has, flushes, closes", Parts: []string{Echo}, run: func(t *T) {
		c := t.dial()
		c.send(numbered("ECHO r", 500))
		c.fin()
		c.expect(numbered("ECHO r", 500))
		c.expectEnd()
	}},
	{Name: "echo/half-close-unread", Doc: "what is owed at the client's FIN is flushed, however much", Parts: []string{Echo}, run: halfCloseUnread},
	{Name: "echo/reset", Doc: "a client that resets, in mid-line or with answers owed, leaves the others served", Parts: []string{Echo}, run: resets},
	{Name: "echo/backpressure", Doc: "an echo stream that is not read stops being read, costs no memory and nobody else, and loses nothing", Parts: []string{Echo}, looks: true, run: backpressure},
}

// The bounds, written out: the suite holds a server against the page and not against package wire.
const (
	maxLine = 65536
	maxOwed = 256 << 10
	maxText = 4096
)

// lineOf is an ECHO line of n bytes without its LF.
func lineOf(n int) string { return "ECHO " + strings.Repeat("x", n-5) + "\n" }

// numbered is n lines that differ.
func numbered(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%d\n", prefix, i)
	}
	return b.String()
}

func binaryLine() string {
	b := []byte("ECHO ")
	for c := range 256 {
		if c != '\n' {
			b = append(b, byte(c))
		}
	}
	return string(b) + "\n"
}

// splitEverywhere cuts a request at every byte. The answer to a request before the cut proves that the server has read
// what comes before it.
func splitEverywhere(t *T) {
	c := t.dial()
	const line = "ECHO cut here\r\n"
	for i := 1; i < len(line); i++ {
		head := fmt.Sprintf("ECHO %d\n", i)
		c.send(head + line[:i])
		c.expect(head)
		c.send(line[i:] + head)
		c.expect(line + head)
	}
}

func manyClients(t *T) {
	all := t.dialAll(64)
	for round := range 5 {
		for i, c := range all {
			c.send(fmt.Sprintf("ECHO client %d round %d\n", i, round))
		}
		for i, c := range all {
			c.expect(fmt.Sprintf("ECHO client %d round %d\n", i, round))
		}
	}
}

func halfCloseUnread(t *T) {
	c := t.dialSmall()
	stream := numbered("ECHO "+strings.Repeat("h", 1000), 3000)
	sent := c.begin(stream, c.fin)
	t.dial().echo("meanwhile")
	c.expect(stream)
	sent()
	c.expectEnd()
}

func resets(t *T) {
	other := t.dial()
	other.echo("before")
	for i := range 20 {
		c := t.dial()
		switch i % 4 {
		case 0: // before a word
		case 1:
			c.echo("a")
			c.send("ECHO half a li")
		case 2:
			c.send(numbered("ECHO owed", 2000))
		case 3: // with answers stuck in the server
			c = t.dialSmall()
			c.flood(lineOf(8000), 1<<20)
		}
		c.reset()
		other.echo("after a reset")
	}
	t.dial().echo("new")
}

// maxUnread is more than the kernel's buffers between two sockets take in (tcp_rmem and tcp_wmem allow 6 and 4 MiB a
// side by default): a server that takes more has it in its own memory, or reads on for ever.
const maxUnread = 48 << 20

func backpressure(t *T) {
	other := t.dial()
	other.echo("before")
	before, known := t.memory()
	c := t.dialSmall()
	unit := lineOf(8000)
	sent, stopped, err := c.flood(unit, maxUnread)
	switch {
	case err != nil:
		c.failf("after %d bytes that were not read: %s; an echo stream is made to wait, not dropped", sent, c.why(err))
	case !stopped:
		c.failf("the server took %d bytes from a client that reads nothing", sent)
	}
	other.echo("while the first is stuck")
	if after, _ := t.memory(); !known {
		t.note("the server's memory was not looked at: its process is not known")
	} else if after-before > t.server.most() {
		t.failf("the server grew by %d KiB for one client that does not read", (after-before)>>10)
	}
	whole := strings.Repeat(unit, (sent+len(unit)-1)/len(unit))
	finish := c.begin(whole[sent:] + "ECHO last\n")
	c.expect(whole + "ECHO last\n")
	finish()
}
