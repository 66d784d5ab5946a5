package modeltest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"time"
)

// zipCases are GET /zip.
var zipCases = []Case{
	{Name: "zip/valid", Doc: "GET /zip: streams a valid zip of F files of B bytes each, chunked", Parts: []string{HTTPZip}, core: true, run: func(t *T) {
		c := t.dial()
		c.send(zipping(3, 5000))
		if resp := c.expectZip(3, 5000); len(resp.TransferEncoding) != 1 || resp.TransferEncoding[0] != "chunked" {
			c.failf("the transfer is %v, expected chunked", resp.TransferEncoding)
		}
	}},
	{Name: "zip/sizes", Doc: "1 to 1000 files, empty ones too", Parts: []string{HTTPZip}, run: func(t *T) {
		c := t.dial()
		for _, size := range [][2]int{{1, 0}, {1, 1}, {2, 100000}, {1000, 0}, {1000, 1000}} {
			c.send(zipping(size[0], size[1]))
			c.expectZip(size[0], size[1])
		}
	}},
	{Name: "zip/keep-alive", Doc: "an archive is an answer as any other: what is asked behind it is answered after it", Parts: []string{HTTPZip}, run: func(t *T) {
		c := t.dial()
		c.send(zipping(2, 100000) + zipping(1, 10) + zipping(5, 0))
		c.expectZip(2, 100000)
		c.expectZip(1, 10)
		c.expectZip(5, 0)
		c.send(zipping(1, 1))
		c.expectZip(1, 1)
	}},
	{Name: "zip/1.0", Doc: "HTTP/1.0 knows no chunks: the connection's end is the archive's", Parts: []string{HTTPZip}, run: func(t *T) {
		c := t.dial()
		c.send("GET /zip?files=2&bytes=50000 HTTP/1.0\r\n\r\n")
		if resp := c.expectZip(2, 50000); len(resp.TransferEncoding) > 0 {
			c.failf("chunks for a client of HTTP/1.0")
		}
		c.expectGone()
	}},
	{Name: "zip/bad", Doc: "files is 1 to 1000 and bytes 0 to 2^30, else 400", Parts: []string{HTTPZip}, run: func(t *T) {
		c := t.dial()
		for _, query := range []string{"", "?files=1", "?bytes=1", "?files=0&bytes=1", "?files=1001&bytes=1", "?files=1&bytes=1073741825", "?files=-1&bytes=1", "?files=1&bytes=-1",
			"?files=x&bytes=1", "?files=1&bytes=", "?files=&bytes=1", "?files=1.5&bytes=1", "?files=99999999999999999999&bytes=1", "?files=1&bytes=18446744073709551616"} {
			c.send(get("/zip" + query))
			c.expectError(400)
		}
		c.send(zipping(1, 1))
		c.expectZip(1, 1)
	}},
	{Name: "zip/largest", Doc: "1000 files of 2^30 bytes are begun at once: an archive is made as it is sent", Parts: []string{HTTPZip}, run: func(t *T) {
		c, other := t.dialSmall(), t.dial()
		c.send(zipping(1000, 1<<30))
		c.zipBegins()
		other.send(zipping(1, 1))
		other.expectZip(1, 1)
		c.reset()
	}},
	{Name: "zip/slow-reader", Doc: "an archive that is not read stops being made, costs no memory and nobody else, and is whole in the end", Parts: []string{HTTPZip}, looks: true, run: slowReader},
	{Name: "zip/left", Doc: "a client that leaves in mid-archive, by FIN or RST, holds nothing", Parts: []string{HTTPZip, HTTPComet}, run: func(t *T) {
		watch := t.dial()
		before := watch.settledHTTP().Conns
		for i := range 10 {
			c := t.dialSmall()
			c.send(zipping(1000, 1<<20))
			c.zipBegins()
			if i%2 == 0 {
				c.reset()
			} else {
				c.conn.Close()
			}
		}
		t.until(fmt.Sprintf("conns, expected %d", before), func() (any, bool) {
			n := watch.httpStats().Conns
			return n, n == before
		})
	}},
}

func zipping(files, size int) string { return get(fmt.Sprintf("/zip?files=%d&bytes=%d", files, size)) }

// expectZip reads a valid archive of so many files of that size: every file's checksum is looked at.
func (c *client) expectZip(files, size int) *http.Response {
	resp, body := c.answer(200)
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		c.failf("%d bytes that are no zip: %v", len(body), err)
	}
	names := map[string]bool{}
	for _, f := range archive.File {
		names[f.Name] = true
		in, err := f.Open()
		if err != nil {
			c.failf("%s in the zip: %v", f.Name, err)
		}
		n, err := io.Copy(io.Discard, in)
		if err != nil || n != int64(size) {
			c.failf("%s in the zip has %d bytes, expected %d: %v", f.Name, n, size, err)
		}
	}
	if len(names) != files {
		c.failf("the zip has %d files, expected %d", len(names), files)
	}
	return resp
}

// zipBegins reads the head of an answer that is an archive, and a little of that.
func (c *client) zipBegins() {
	c.patient()
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil || resp.StatusCode != 200 {
		c.failf("expected an archive, got %v, %v", resp, err)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 1000)); err != nil {
		c.failf("the archive breaks off: %s", c.why(err))
	}
}

// settledHTTP is the same by HTTP.
func (c *client) settledHTTP() stats { return c.t.still(c.httpStats) }

func slowReader(t *T) {
	const files, size = 64, 1 << 20
	other := t.dial()
	other.send(zipping(1, 1))
	other.expectZip(1, 1)
	before, known := t.memory()
	c := t.dialSmall()
	c.send(zipping(files, size))
	if !known {
		t.note("the server's memory was not looked at: its process is not known")
	}
	for range 10 { // long enough for a server that does not stop to make the whole of it
		time.Sleep(50 * time.Millisecond)
		if after, _ := t.memory(); after-before > t.server.most() {
			t.failf("the server grew by %d KiB for one client that does not read its archive", (after-before)>>10)
		}
		other.send(zipping(1, 1))
		other.expectZip(1, 1)
	}
	c.expectZip(files, size)
	c.send(zipping(1, 1))
	c.expectZip(1, 1)
}
