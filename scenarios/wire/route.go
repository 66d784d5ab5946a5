package wire

import (
	"bytes"
	"encoding/json"
	"net/url"
	"time"
	"unicode/utf8"
)

// route finds out what a whole request asks for.
func route(r *Request, h *head, body []byte) {
	method, refusal := "GET", WantGET
	switch string(h.path) {
	case "/echo", "/send":
		method, refusal = "POST", WantPOST
	case "/", "/wait", "/block", "/zip", "/stats":
	default:
		refuse(r, h.form, NotFound)
		return
	}
	if string(h.method) != method {
		refuse(r, h.form, refusal)
		return
	}
	if string(h.path) == "/send" && h.foreign() {
		refuse(r, h.form, Foreign)
		return
	}
	*r = Request{Form: h.form}
	var why Refusal
	switch string(h.path) {
	case "/":
		r.Kind = Page
	case "/stats":
		r.Kind = Stats
	case "/echo":
		r.Kind, r.Body = Echo, body
	case "/send":
		why = parseSend(r, h.query, body)
	case "/wait":
		why = parseWait(r, h.query)
	case "/zip":
		why = parseZip(r, h.query)
	case "/block":
		ms, _ := get(h.query, "ms")
		how, _ := get(h.query, "how")
		parseBlock(r, ms, how)
		r.Form = h.form
	}
	if why != 0 {
		refuse(r, h.form, why)
	}
}

// get is the first value of a key in a query, and whether the key is there. The key is plain lower case: no escape that is not
// longer than it can stand for it, nor one over three times as long, so that a query of thousands of escapes costs little more
// than one of none.
func get(query []byte, key string) (value []byte, given bool) {
	for more := true; more; {
		var pair []byte
		pair, query, more = cut(query, '&')
		if len(pair) < len(key) {
			continue
		}
		k, v, _ := cut(pair, '=')
		if len(k) > len(key) && len(k) <= 3*len(key) {
			k = unescape(k)
		}
		if string(k) == key {
			return unescape(v), true
		}
	}
	return nil, false
}

// cut is bytes.Cut at a single byte: it takes less stack, which a connection that waits for news keeps.
func cut(b []byte, at byte) (before, after []byte, found bool) {
	if i := bytes.IndexByte(b, at); i >= 0 {
		return b[:i], b[i+1:], true
	}
	return b, nil, false
}

// unescape decodes what a query holds. What cannot be decoded stays as it is, and with its stray percent sign is nothing valid.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 && bytes.IndexByte(b, '+') < 0 {
		return b
	}
	if plain, err := url.QueryUnescape(string(b)); err == nil {
		return []byte(plain)
	}
	return b
}

// Never written to.
var lobby, anon = []byte(Lobby), []byte("anon")

func (r *Request) parseRoom(query []byte) Refusal {
	given := false
	if r.Room, given = get(query, "room"); !given {
		r.Room = lobby
	}
	if !validWord(r.Room, MaxRoom) {
		return BadRoom
	}
	return 0
}

func parseSend(r *Request, query, body []byte) Refusal {
	var said struct {
		From *string `json:"from"`
		Text *string `json:"text"`
	}
	if !utf8.Valid(body) || json.Unmarshal(body, &said) != nil {
		return BadJSON
	}
	r.Kind, r.Name = Send, anon
	if said.From != nil {
		r.Name = []byte(*said.From)
	}
	switch {
	case said.Text == nil || *said.Text == "":
		return NoText
	case len(*said.Text) > MaxText:
		return LongText
	case !validWord(r.Name, MaxName):
		return BadName
	}
	if r.Text = []byte(*said.Text); !ValidText(r.Text) {
		return BadText
	}
	return r.parseRoom(query)
}

func parseWait(r *Request, query []byte) Refusal {
	r.Kind = Wait
	if since, _ := get(query, "since"); string(since) == "-1" {
		r.Since = -1
	} else if r.Since = parseNumber(since, 19); r.Since < 0 {
		return BadSince
	}
	r.Delay = AWait
	if timeout, given := get(query, "timeout"); given {
		r.Delay = time.Duration(parseNumber(timeout, 5)) * time.Millisecond
	}
	if r.Delay < MinWait || r.Delay > MaxWait {
		return BadTimeout
	}
	return r.parseRoom(query)
}

func parseZip(r *Request, query []byte) Refusal {
	r.Kind = Zip
	files, _ := get(query, "files")
	size, _ := get(query, "bytes")
	r.Files = int(parseNumber(files, 4))
	r.Size = parseNumber(size, 10)
	if r.Files < 1 || r.Files > MaxFiles || r.Size < 0 || r.Size > MaxFileSize {
		return BadZip
	}
	if r.Form&version0 != 0 {
		r.Form |= last // without chunks, the connection's end is the archive's
	}
	return 0
}
