package wire

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

var counts = Counts{Conns: 5, Waiters: 1, Members: 3, Rooms: 2, DroppedSlow: 7}

func TestEncode(t *testing.T) {
	m := Message{ID: 42, From: []byte("ann"), Text: []byte(" hi  there ")}
	for _, c := range []struct{ got, want string }{
		{string(Lines.AppendEcho(nil, []byte("ECHO x\r\n"))), "ECHO x\r\n"},
		{string(Lines.AppendJoined(nil, "lobby", 0)), "JOINED lobby 0\n"},
		{string(Lines.AppendJoined(nil, "r", math.MaxInt64)), "JOINED r 9223372036854775807\n"},
		{string(AppendMessage(nil, m)), "MSG 42 ann  hi  there \n"},
		{string(Lines.AppendBlocked(nil, 10*time.Second)), "BLOCKED 10000\n"},
		{string(Lines.AppendBye(nil)), "BYE\n"},
		{string(Lines.AppendRefusal(nil, NotJoined)), "ERR not-joined\n"},
		{string(Lines.AppendRefusal(nil, TooLong)), "ERR too-long\n"},
		{string(Lines.AppendStats(nil, "m", counts)),
			`{"model":"m","conns":5,"waiters":1,"members":3,"rooms":2,"dropped_slow":7}` + "\n"},
		{string(Lines.AppendBye(Lines.AppendBye([]byte("x")))), "xBYE\nBYE\n"}, // appended, not written over
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// What a refusal says is one line whose first word is the law's; over HTTP it has a status and words.
func TestRefusals(t *testing.T) {
	for why := NotJoined; why <= TooManyRooms; why++ {
		line := string(Lines.AppendRefusal(nil, why))
		switch word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " "); {
		case strings.Count(line, "\n") != 1, line[:4] != "ERR ", word != "ERR":
			t.Errorf("%q is not one line", line)
		case rest != "not-joined" && rest != "too-long" && rest != "too-many-rooms" && !strings.HasPrefix(rest, "bad-request"):
			t.Errorf("%q is no refusal of the law", line)
		case why <= Rejoined && strings.HasPrefix(rest, "bad-request") && len(rest) < len("bad-request why"):
			t.Errorf("%q does not say why", line)
		}
		if why.String() == "" || refusals[why].status < 400 {
			t.Errorf("%d: status %d, words %q", why, refusals[why].status, why)
		}
	}
}

// An echo's answer is the request: what comes back decodes to what went out.
func TestEchoDecodesBack(t *testing.T) {
	stream := []byte("ECHO a\nECHO \r\nECHO \x00\xff\n")
	var back []byte
	for _, p := range decodeWhole(stream) {
		back = Lines.AppendEcho(back, []byte(p.body))
	}
	if string(back) != string(stream) {
		t.Errorf("got %q, want %q", back, stream)
	}
}

func TestStatsIsJSON(t *testing.T) {
	const model = `quo"te\ and é`
	var got struct {
		Model                          string
		Conns, Waiters, Members, Rooms int
		DroppedSlow                    int `json:"dropped_slow"`
	}
	line := Lines.AppendStats(nil, model, counts)
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if got.Model != model || (Counts{got.Conns, got.Waiters, got.Members, got.Rooms, got.DroppedSlow}) != counts {
		t.Errorf("got %+v from %s", got, line)
	}
}

func TestEncodeAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 1024)
	body, m := []byte("ECHO x\n"), Message{ID: math.MaxInt64, From: []byte("ann"), Text: []byte("hi")}
	for what, encode := range map[string]func(){
		"echo":    func() { buf = Lines.AppendEcho(buf[:0], body) },
		"joined":  func() { buf = Lines.AppendJoined(buf[:0], "lobby", math.MaxInt64) },
		"message": func() { buf = AppendMessage(buf[:0], m) },
		"blocked": func() { buf = Lines.AppendBlocked(buf[:0], time.Second) },
		"bye":     func() { buf = Lines.AppendBye(buf[:0]) },
		"refusal": func() { buf = Lines.AppendRefusal(buf[:0], BadText) },
		"stats":   func() { buf = Lines.AppendStats(buf[:0], "model", counts) },
	} {
		if allocs := testing.AllocsPerRun(100, encode); allocs != 0 {
			t.Errorf("%s: %v allocations", what, allocs)
		}
	}
}
