package modeltest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
)

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
