package workload

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of the workload, in bytes but where it is said.
const (
	MaxHead = 8 << 10
	MaxEcho = 64 << 10
	maxBody = 8 << 10
	maxText = 4096
	ring    = 200 // messages kept
	news    = 100 // messages told at once
	rooms   = 65536
)

// Page is the chat page.
//
//go:embed page.html
var Page []byte

// Refusal is a request that is refused.
type Refusal struct {
	Status int
	Allow  string // of a wrong method
	Body   []byte
}

func (r *Refusal) Error() string { return string(r.Body) }

func refuse(status int, why string) *Refusal {
	return &Refusal{Status: status, Body: encode(map[string]any{"error": why})}
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only maps, strings and numbers are encoded here
	}
	return b
}

var methods = map[string]string{"/": "GET", "/wait": "GET", "/stats": "GET", "/block": "GET", "/echo": "POST", "/send": "POST"}

// CheckRoute refuses what there is not, or not by this method.
func CheckRoute(method, path string) error {
	switch want := methods[path]; want {
	case method:
		return nil
	case "":
		return refuse(404, "there is nothing at this path")
	default:
		r := refuse(405, "this path takes "+want)
		r.Allow = want
		return r
	}
}

// CheckRooms refuses a room more where there are n.
func CheckRooms(n int) error {
	if n >= rooms {
		return refuse(503, fmt.Sprintf("there are %d rooms, and no more can be made", rooms))
	}
	return nil
}

// CheckOrigin refuses to have pages of others send: a browser says in Origin whose a page is. A port left out is the scheme's.
func CheckOrigin(path string, origins []string, host string) error {
	if path != "/send" || len(origins) == 0 {
		return nil
	}
	scheme, there, _ := strings.Cut(strings.ToLower(origins[0]), "://")
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	whole := func(host string) string {
		if withPort.MatchString(host) {
			return host
		}
		return host + port
	}
	if len(origins) > 1 || port == "" || there == "" || whole(there) != whole(strings.ToLower(host)) {
		return refuse(403, "the page that asks is of another origin")
	}
	return nil
}

var withPort = regexp.MustCompile(`:[0-9]+$`)

// CheckLength refuses a body of that many bytes.
func CheckLength(path string, length int64) error {
	if length > MaxBody(path) {
		return refuse(413, "the body is too large")
	}
	return nil
}

// MaxBody is the bytes that a body may have.
func MaxBody(path string) int64 {
	if path == "/echo" {
		return MaxEcho
	}
	return maxBody
}

// Message is what was said in a room.
type Message struct {
	ID   int64  `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
}

// Room is its newest messages, numbered from 1 without a gap.
type Room struct {
	Head   int64 // the newest's id
	newest []Message
}

// Add appends a message, and answers who sent it.
func (r *Room) Add(from, text string) (answer []byte) {
	if len(r.newest) == ring {
		r.newest = append(r.newest[:0], r.newest[1:]...)
	}
	r.Head++
	r.newest = append(r.newest, Message{r.Head, from, text})
	return encode(map[string]int64{"id": r.Head})
}

// Since is the answer to a wait: nil if there is nothing newer than since.
func (r *Room) Since(since int64) ([]byte, error) {
	if since > r.Head {
		return nil, &Refusal{Status: 409, Body: encode(map[string]any{"error": "since is above the head", "head": r.Head})}
	}
	if since == r.Head {
		return nil, nil
	}
	oldest := r.Head - int64(len(r.newest)) + 1
	first := max(since+1, oldest)
	told := r.newest[first-oldest : min(first-oldest+news, int64(len(r.newest)))]
	return heard(told, first-since-1, told[len(told)-1].ID), nil
}

// None is the answer to a wait that ended without news.
func None(since int64) []byte { return heard([]Message{}, 0, since) }

func heard(told []Message, missed, next int64) []byte {
	return encode(struct {
		Messages []Message `json:"messages"`
		Missed   int64     `json:"missed"`
		Next     int64     `json:"next"`
	}{told, missed, next})
}

// Stats is the answer to /stats.
func Stats(model string, conns, waiters, rooms int) []byte {
	return encode(map[string]any{"model": model, "conns": conns, "waiters": waiters, "members": 0, "rooms": rooms,
		"dropped_slow": 0})
}

// ParseQuery is what stands behind the question mark, of a path that takes something there.
func ParseQuery(path, raw string) (url.Values, error) {
	q, err := url.ParseQuery(raw)
	if err != nil && (path == "/send" || path == "/wait" || path == "/block") {
		return nil, refuse(400, "the query is malformed")
	}
	return q, nil
}

var (
	roomName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	fromName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,32}$`)
	digits   = regexp.MustCompile(`^(-1|[0-9]{1,19})$`)
)

func room(q url.Values) (string, error) {
	if !q.Has("room") {
		return "lobby", nil
	}
	if name := q.Get("room"); roomName.MatchString(name) {
		return name, nil
	}
	return "", refuse(400, "a room is 1 to 64 of A-Z a-z 0-9 _ . -")
}

func number(text string, least, most int64, what string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !digits.MatchString(text) || n < least || n > most {
		return 0, refuse(400, fmt.Sprintf("%s must be a number from %d to %d", what, least, most))
	}
	return n, nil
}

// ParseSend is the room's name, who says it, and what.
func ParseSend(q url.Values, body []byte) (name, from, text string, err error) {
	said := struct {
		From *string
		Text string
	}{}
	if !utf8.Valid(body) || json.Unmarshal(body, &said) != nil {
		return "", "", "", refuse(400, "the body is not a message in JSON")
	}
	from = "anon"
	if said.From != nil {
		from = *said.From
	}
	if name, err = room(q); err != nil {
		return "", "", "", err
	}
	switch {
	case said.Text == "":
		err = refuse(400, "there is no text")
	case len(said.Text) > maxText:
		err = refuse(413, "the text is over 4096 bytes")
	case !fromName.MatchString(from):
		err = refuse(400, "a name is 1 to 32 of A-Z a-z 0-9 _ . -")
	default:
		for _, c := range said.Text {
			if unicode.IsControl(c) {
				err = refuse(400, "a text has no control characters")
			}
		}
	}
	return name, from, said.Text, err
}

// ParseWait is the room's name, the id above which, and how long at most.
func ParseWait(q url.Values) (name string, since int64, timeout time.Duration, err error) {
	if name, err = room(q); err != nil {
		return "", 0, 0, err
	}
	if since, err = number(q.Get("since"), -1, 1<<63-1, "since"); err != nil {
		return "", 0, 0, err
	}
	ms := int64(25_000)
	if q.Has("timeout") {
		ms, err = number(q.Get("timeout"), 1, 60_000, "timeout")
	}
	return name, since, time.Duration(ms) * time.Millisecond, err
}
