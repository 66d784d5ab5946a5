package wire

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"time"
)

// Archive is the bytes of the answer to Zip, made as they are asked for: whoever streams it asks for more when there is room. It
// holds about 5 KiB, and some 100 bytes for each file that it has begun, which the archive's directory needs at the end.
type Archive struct {
	form  Form
	files int   // to begin yet
	size  int64 // of each
	left  int64 // of the one begun
	to    appender
	zip   *zip.Writer
	file  io.Writer
	done  bool
}

// Piece is about how many bytes of an archive are made at a time.
const Piece = 8 << 10

// filling is what the files hold: lines of text.
var filling = bytes.Repeat([]byte("cbench cbench cbench cbench cbench cbench cbench cbench cbench.\n"), Piece/64)

// appender is a writer onto the caller's buffer. It does not fail, and so what writes to it does not.
type appender struct{ dst []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.dst = append(a.dst, p...)
	return len(p), nil
}

// NewArchive begins the answer to the request r, of Kind Zip.
func NewArchive(r *Request) *Archive {
	a := &Archive{form: r.Form, files: r.Files, size: r.Size}
	a.zip = zip.NewWriter(&a.to)
	return a
}

// AppendStart appends the head of the answer.
func (a *Archive) AppendStart(dst []byte) []byte {
	return a.form.appendHead(dst, 200, "application/zip", noLength)
}

// AppendNext appends the next piece and reports whether there are more after it. Over HTTP/1.1 a piece is a chunk; in
// HTTP/1.0 there are none, and the connection's end is the body's.
func (a *Archive) AppendNext(dst []byte) (out []byte, more bool) {
	const size = "000000\r\n" // of a chunk: written once it is known
	chunked := a.form&version0 == 0
	if chunked {
		dst = append(dst, size...)
	}
	at := len(dst)
	a.to.dst = dst
	for len(a.to.dst)-at < Piece && !a.done {
		a.make()
	}
	dst, a.to.dst = a.to.dst, nil
	if chunked {
		const digits = "0123456789abcdef"
		for i, n := 1, len(dst)-at; i <= 6; i, n = i+1, n>>4 {
			dst[at-2-i] = digits[n&15]
		}
		dst = append(dst, "\r\n"...)
		if a.done {
			dst = append(dst, "0\r\n\r\n"...)
		}
	}
	return dst, !a.done
}

// make takes one step: some bytes of a file, the head of the next, or the directory.
func (a *Archive) make() {
	switch {
	case a.left > 0:
		n, _ := a.file.Write(filling[:min(a.left, int64(len(filling)))])
		a.left -= int64(n)
	case a.files > 0:
		a.files--
		a.left = a.size
		a.file, _ = a.zip.CreateHeader(&zip.FileHeader{
			Name:   fmt.Sprintf("file-%04d.txt", a.files),
			Method: zip.Store, // what is measured is the stream, not a compressor
			// A fixed time, so that the same request has the same answer.
			Modified: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		})
	default:
		a.zip.Close() // the directory, in one piece: 96 KB at most
		a.done = true
	}
}
