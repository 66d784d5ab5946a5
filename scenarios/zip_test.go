package scenarios

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http/httputil"
	"testing"
)

// zipped is the answer to the scenario's request, with chunks of an odd size.
func zipped(files, size int, method uint16) []byte {
	var archive, answer bytes.Buffer
	w := zip.NewWriter(&archive)
	content := bytes.Repeat([]byte("all work and no play. "), size/22+1)[:size]
	for i := range files {
		f, _ := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprint("file", i), Method: method})
		f.Write(content)
	}
	w.SetComment("the end")
	w.Close()
	answer.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n\r\n")
	chunks := httputil.NewChunkedWriter(&answer)
	io.CopyBuffer(chunks, struct{ io.Reader }{&archive}, make([]byte, 12345))
	chunks.Close()
	answer.WriteString("\r\n")
	return answer.Bytes()
}

func TestZipReading(t *testing.T) {
	right := zipped(zipFiles, zipBytes, zip.Store)
	spoil := func(at int) []byte { return flip(0, at)([][]byte{right})[0] }
	cases := []struct {
		name   string
		answer []byte
		wrong  bool
	}{
		{"right", right, false},
		{"a byte of a file", spoil(100_000), true},
		{"a byte of the head", spoil(3), true},
		{"a byte of the first file's head", spoil(bytes.Index(right, []byte("PK\x03\x04"))), true},
		{"a byte of the first file's descriptor", spoil(bytes.Index(right, []byte("PK\x07\x08")) + 5), true},
		{"a byte of the directory", spoil(bytes.Index(right, []byte("PK\x01\x02"))), true},
		{"a byte of the end", spoil(bytes.LastIndex(right, []byte("PK\x05\x06")) + 8), true},
		{"a byte of a chunk's size", spoil(bytes.Index(right, []byte("\r\n\r\n")) + 5), true},
		{"a file too few", zipped(zipFiles-1, zipBytes, zip.Store), true},
		{"files too short", zipped(2, zipBytes-1, zip.Store), true},
		{"compressed", zipped(2, zipBytes, zip.Deflate), true},
		{"no chunks", []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), true},
		{"404", []byte("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), true},
	}
	for _, c := range cases {
		for _, piece := range []int{777, 1 << 20} {
			z := newZip(Params{Conns: 1}, 0, 1)
			must(t, string(z.Open(0, nil)) == zipRequest, "opening")
			var rec heard
			for answer := c.answer; len(answer) > 0; {
				n := min(piece, len(answer))
				for range n/zipPiece + 1 {
					z.Send(0, 1, 1, nil)
				}
				must(t, z.Receive(0, answer[:n], 1, &rec) == n, "not all is taken")
				answer = answer[n:]
			}
			if wrong := rec.faults[Corrupted] > 0; wrong != c.wrong || rec.faults[Corrupted] > 1 {
				t.Errorf("%s, %d bytes at a time: told %+v", c.name, piece, rec.tells())
			}
			if again := string(rec.said[0]) == zipRequest; again == c.wrong {
				t.Errorf("%s: another archive is asked for: %v", c.name, again)
			}
			if pieces := len(c.answer) / zipPiece; !c.wrong && (rec.ready != 1 || rec.received < pieces-piece/zipPiece-1 || rec.received > pieces) {
				t.Errorf("%s: %d ready, received %d of %d pieces", c.name, rec.ready, rec.received, pieces)
			}
			z.Settle(&rec)
			if z.Underway() != 0 || rec.faults[Lost] == 0 {
				t.Errorf("%s: %d under way, %d lost", c.name, z.Underway(), rec.faults[Lost])
			}
		}
	}
}
