package drivers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cbench/harness/load"
)

func TestHeyDrive(t *testing.T) {
	if r := measures(t, OpenHey); r.WindowNS != int64(200*time.Millisecond) || len(r.Warnings) != 1 {
		t.Errorf("window %d ns, warnings %q", r.WindowNS, r.Warnings)
	}
}

func TestHeyFaults(t *testing.T) {
	tells(t, OpenHey, map[string]spoil{
		"a shorter body": func(n int64, w http.ResponseWriter, body []byte) []byte {
			if n%7 == 0 {
				return body[1:]
			}
			return body
		},
	})
	broken := func(n int64, w http.ResponseWriter, body []byte) []byte {
		if n > 20 && n < 30 {
			panic(http.ErrAbortHandler)
		}
		return body
	}
	r := driveOnce(t, OpenHey, echoServer(t, broken), load.Drive{Duration: time.Second}, load.Watch{})
	if r.Errors["closed"]+r.Errors["reset"] == 0 {
		t.Errorf("connections cut: errors %v", r.Errors)
	}
}

// hey cannot tell how long a body in chunks was: that is told once, and held against nobody.
func TestHeyChunks(t *testing.T) {
	r := takesChunks(t, OpenHey)
	if n := strings.Count(strings.Join(r.Warnings, "\n"), "their lengths are not checked"); n != 1 {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestHeyRefusals(t *testing.T) { refuses(t, OpenHey) }
