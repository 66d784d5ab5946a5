package tail

import (
	"strings"
	"testing"
)

func TestReason(t *testing.T) {
	for said, want := range map[string]string{
		"":                      "",
		"a\nb\n\n":              "b",
		"panic: x\n\ngoroutine": "panic: x",
		"fatal error: y\nstack": "fatal error: y",
	} {
		var last Tail
		last.Write([]byte(said))
		if got := last.Reason(); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestNewestIsKept(t *testing.T) {
	var last Tail
	for range 100 {
		last.Write([]byte(strings.Repeat("x", 999) + "\n"))
	}
	last.Write([]byte("the end\n"))
	if got := last.String(); len(got) != Size || !strings.HasSuffix(got, "x\nthe end\n") {
		t.Errorf("%d bytes are kept, ending in %q", len(got), got[len(got)-20:])
	}
}
