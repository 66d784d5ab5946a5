package hey

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"cbench/harness/load"
	"cbench/harness/witness/witnesstest"
)

func TestDrive(t *testing.T) {
	if r := witnesstest.Measures(t, Open); r.WindowNS != int64(200*time.Millisecond) || len(r.Warnings) != 1 {
		t.Errorf("window %d ns, warnings %q", r.WindowNS, r.Warnings)
	}
}

func TestFaults(t *testing.T) {
	witnesstest.Tells(t, Open, map[string]witnesstest.Spoil{
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
	r := witnesstest.Drive(t, Open, witnesstest.Echo(t, broken), load.Drive{Duration: time.Second}, load.Watch{})
	if r.Errors["closed"]+r.Errors["reset"] == 0 {
		t.Errorf("connections cut: errors %v", r.Errors)
	}
}

// hey cannot tell how long a body in chunks was: that is told once, and held against nobody.
func TestChunks(t *testing.T) {
	r := witnesstest.TakesChunks(t, Open)
	if n := strings.Count(strings.Join(r.Warnings, "\n"), "their lengths are not checked"); n != 1 {
		t.Errorf("warnings %q", r.Warnings)
	}
}

func TestRefusals(t *testing.T) { witnesstest.Refuses(t, Open) }
