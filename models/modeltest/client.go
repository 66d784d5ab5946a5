package modeltest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// client is one connection to the server, in raw bytes. Its methods end the case when the server does not do as they
// say within the case's patience.
type client struct {
	t    *T
	conn *net.TCPConn
	in   *bufio.Reader
	said string // what was sent last, for the report of a failure
}

func newClient(t *T, conn *net.TCPConn) *client {
	return &client{t: t, conn: conn, in: bufio.NewReaderSize(conn, 4096)}
}

// quote shows bytes in a line of bearable length.
func quote[B string | []byte](b B) string {
	if len(b) <= 100 {
		return fmt.Sprintf("%q", b)
	}
	return fmt.Sprintf("%q … %q (%d bytes)", b[:60], b[len(b)-20:], len(b))
}

// failf adds what was sent last.
func (c *client) failf(format string, args ...any) {
	c.t.failf("after %s: %s", quote(c.said), fmt.Sprintf(format, args...))
}

func (c *client) patient() { c.conn.SetDeadline(time.Now().Add(c.t.patience)) }

// why puts an error of the connection in words.
func (c *client) why(err error) string {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("nothing within %v", c.t.patience)
	}
	return err.Error()
}

func (c *client) send(b string) {
	c.said = b
	c.write(b)
}

func (c *client) write(b string) {
	c.patient()
	if n, err := io.WriteString(c.conn, b); err != nil {
		c.failf("sent only %d of %d bytes: %s", n, len(b), c.why(err))
	}
}

// expect reads exactly those bytes next.
func (c *client) expect(want string) {
	c.patient()
	got := make([]byte, len(want))
	for n := 0; n < len(want); {
		m, err := c.in.Read(got[n:])
		n += m
		if string(got[n-m:n]) != want[n-m:n] {
			from := max(0, differ(string(got[:n]), want)-10)
			c.failf("expected %s, got %s (from byte %d)", quote(want[from:]), quote(got[from:n]), from)
		}
		if err != nil && n < len(want) {
			c.failf("expected %s, got %s, then %s", quote(want), quote(got[:n]), c.why(err))
		}
	}
}

// differ is where a and b first differ.
func differ(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// ask sends bytes and reads exactly the answer.
func (c *client) ask(request, want string) {
	c.send(request)
	c.expect(want)
}

// begin sends at once with what follows; wait ends the case if that failed.
func (c *client) begin(b string) (wait func()) {
	c.said = b // here: who reads meanwhile may have to tell it
	return c.t.beside(func() { c.write(b) })
}

// echo asks for an echo: that the server serves, and that nothing else was owed to this client before it.
func (c *client) echo(text string) { c.ask("ECHO "+text+"\n", "ECHO "+text+"\n") }

// line reads the next line, whatever it is, without its LF.
func (c *client) line() string {
	c.patient()
	b, err := c.in.ReadBytes('\n')
	if err != nil {
		c.failf("expected a line, got %s, then %s", quote(b), c.why(err))
	}
	return string(b[:len(b)-1])
}

// expectEnd reads the end of the stream, in good order and with nothing before it.
func (c *client) expectEnd() { c.end(io.EOF) }

// expectGone reads that the connection is closed, be it by a reset, and nothing before that.
func (c *client) expectGone() { c.end(io.EOF, syscall.ECONNRESET) }

func (c *client) end(kinds ...error) {
	c.patient()
	b, err := c.in.ReadByte()
	if err == nil {
		more, _ := c.in.Peek(c.in.Buffered())
		c.failf("expected the connection to be closed, got %s", quote(append([]byte{b}, more...)))
	}
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return
		}
	}
	c.failf("expected the connection to be closed, got %s", c.why(err))
}

// expectRefusal reads "ERR <word>" with a reason where the page asks for one, then that the connection is closed.
func (c *client) expectRefusal(word string) {
	want := "ERR " + word
	if word == "bad-request" {
		want += " " + mark("text")
	}
	if line := c.line(); !takes(want, line) {
		c.failf("expected %s, got %s", readable(want), quote(line))
	}
	c.expectGone()
}

// expectSilence reads nothing for d.
func (c *client) expectSilence(d time.Duration) {
	c.conn.SetReadDeadline(time.Now().Add(d))
	b, err := c.in.ReadByte()
	if err == nil {
		c.failf("expected nothing, got %s", quote([]byte{b}))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		c.failf("expected nothing, got %s", c.why(err))
	}
}

// fin ends what this client says; it may still be told.
func (c *client) fin() { c.conn.CloseWrite() }

// reset goes without a word: RST instead of FIN.
func (c *client) reset() {
	c.conn.SetLinger(0)
	c.conn.Close()
}

// drain reads to the end, until the deadline that stands.
func (c *client) drain() ([]byte, error) { return io.ReadAll(c.in) }

// rest is everything to the end of the connection.
func (c *client) rest() []byte {
	c.patient()
	b, err := c.drain()
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		c.failf("expected the connection to be closed, got %s, then %s", quote(b), c.why(err))
	}
	return b
}

// flood sends unit again and again without reading until the server takes no more of it, or most bytes are through.
// It returns how many went out and whether the server stopped taking them.
func (c *client) flood(unit string, most int) (sent int, stopped bool, err error) {
	c.said = unit
	chunk := bytes.Repeat([]byte(unit), max(1, (64<<10)/len(unit)))
	for sent < most {
		from := sent % len(chunk)
		c.conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		n, err := c.conn.Write(chunk[from:])
		sent += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if n == 0 {
				return sent, true, nil
			}
		} else if err != nil {
			return sent, false, err
		}
	}
	return sent, false, nil
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
