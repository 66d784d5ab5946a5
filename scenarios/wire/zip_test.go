package wire

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"testing"
)

func TestArchive(t *testing.T) {
	for _, c := range []struct {
		files int
		size  int64
	}{{1, 0}, {1, 1}, {1, 8191}, {1, 8192}, {1, 8193}, {2, 100_000}, {1000, 0}, {1000, 1}, {1000, 300}} {
		for name, f := range map[string]Form{"1.1": isHTTP, "1.1 close": isHTTP | last, "1.0": isHTTP | version0 | last} {
			answer := archive(t, f, c.files, c.size)
			response, body := parseAnswer(t, f, answer)
			chunked := len(response.TransferEncoding) == 1 && response.TransferEncoding[0] == "chunked"
			if chunked != (f&version0 == 0) || response.StatusCode != 200 || response.Header.Get("Content-Type") != "application/zip" {
				t.Errorf("%s: chunked is %v: %q", name, chunked, answer[:150])
			}
			checkZip(t, []byte(body), c.files, c.size)
		}
	}
}

// archive makes an answer in pieces, none of which may be large.
func archive(t *testing.T, f Form, files int, size int64) []byte {
	t.Helper()
	a := NewArchive(&Request{Kind: Zip, Form: f, Files: files, Size: size})
	answer := a.AppendStart(nil)
	for more := true; more; {
		before, piece := len(answer), 0
		answer, more = a.AppendNext(answer)
		if piece = len(answer) - before; piece == 0 || more && piece > 3*Piece || piece > MaxOwed/2 {
			t.Fatalf("%d files of %d bytes: a piece of %d bytes, more: %v", files, size, piece, more)
		}
	}
	return answer
}

func checkZip(t *testing.T, body []byte, files int, size int64) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil || len(z.File) != files {
		t.Fatalf("%d files of %d bytes: %v, %v", files, size, err, z)
	}
	names := map[string]bool{}
	for _, f := range z.File {
		names[f.Name] = true
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		sum := crc32.NewIEEE()
		if n, err := io.Copy(sum, in); err != nil || n != size || sum.Sum32() != f.CRC32 {
			t.Fatalf("%s of %d: %d bytes, want %d; %v", f.Name, files, n, size, err)
		}
	}
	if len(names) != files {
		t.Errorf("%d names of %d files", len(names), files)
	}
}

// Past 4 GiB the directory is at its largest. The bytes before it are not made: they are told to the writer as its offset.
func TestLargestDirectory(t *testing.T) {
	a := NewArchive(&Request{Kind: Zip, Form: isHTTP, Files: MaxFiles})
	a.zip.SetOffset(5 << 30)
	answer := a.AppendStart(nil)
	for more := true; more; {
		before := len(answer)
		if answer, more = a.AppendNext(answer); len(answer)-before > MaxOwed {
			t.Errorf("a piece of %d bytes", len(answer)-before)
		}
	}
	if _, body := parseAnswer(t, isHTTP, answer); bytes.Count([]byte(body), []byte("PK\x01\x02")) != MaxFiles {
		t.Error("the directory is not whole: " + fmt.Sprint(len(body)) + " bytes")
	}
}

// A reader of an archive costs little, however large the archive is.
func TestArchiveAllocatesLittle(t *testing.T) {
	a := NewArchive(&Request{Kind: Zip, Form: isHTTP, Files: 1, Size: MaxFileSize})
	out, more := make([]byte, 0, 4*Piece), true
	out, more = a.AppendNext(out)
	if allocs := testing.AllocsPerRun(100, func() { out, more = a.AppendNext(out[:0]) }); allocs != 0 || !more {
		t.Errorf("%v allocations a piece, more: %v", allocs, more)
	}
}
