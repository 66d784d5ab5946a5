package control

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Client is the harness's side of one server's control socket.
type Client struct {
	mu     sync.Mutex // one request at a time
	file   *os.File
	reader *bufio.Reader
	err    error // what broke it: a late answer would be taken for the next one's
}

// Pair makes a control socket: a client, and the server's end, which is to be inherited.
func Pair() (*Client, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	// Ours is non-blocking, so that os.File has deadlines; the other end blocks, see Serve.
	if err := unix.SetNonblock(fds[0], true); err != nil {
		unix.Close(fds[0])
		unix.Close(fds[1])
		return nil, nil, fmt.Errorf("control socket: %w", err)
	}
	file := os.NewFile(uintptr(fds[0]), "control")
	return &Client{file: file, reader: bufio.NewReader(file)}, os.NewFile(uintptr(fds[1]), "control"), nil
}

// Runtime asks the server for its figures; with gc it collects and gives free memory back first. After an error the
// client answers nothing but that error.
func (c *Client) Runtime(gc bool, timeout time.Duration) (Runtime, error) {
	return c.once(request{GC: gc}, timeout)
}

// Scheduling is Runtime with how long goroutines waited for a thread to run on.
func (c *Client) Scheduling(timeout time.Duration) (Runtime, error) {
	return c.once(request{Sched: true}, timeout)
}

func (c *Client) once(req request, timeout time.Duration) (Runtime, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return Runtime{}, c.err
	}
	rt, err := c.ask(req, timeout)
	if err != nil {
		c.err = fmt.Errorf("control socket: %w", err)
	}
	return rt, c.err
}

func (c *Client) ask(req request, timeout time.Duration) (rt Runtime, err error) {
	if err = c.file.SetDeadline(time.Now().Add(timeout)); err != nil {
		return rt, err
	}
	out, err := json.Marshal(req)
	if err != nil {
		return rt, err
	}
	if _, err = c.file.Write(append(out, '\n')); err != nil {
		return rt, err
	}
	line, err := c.reader.ReadBytes('\n')
	if err != nil {
		return rt, err
	}
	return rt, json.Unmarshal(line, &rt)
}

// Close hangs up.
func (c *Client) Close() error { return c.file.Close() }
