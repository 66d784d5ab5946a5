package scenarios

import (
	"bytes"
	"encoding/json"
)

// news is what the answer to a long poll tells.
type news struct {
	messages     []newsItem
	missed, next uint64
}

type newsItem struct {
	id         uint64
	from, text []byte
}

// parse reads the JSON of an answer; its slices are good as long as body is. It first takes it for the form that this
// workload's page writes, compact and in that order, and asks encoding/json where it is any other.
func (n *news) parse(body []byte) bool {
	n.messages = n.messages[:0]
	return n.scan(body) || n.decode(body)
}

func (n *news) scan(p []byte) bool {
	p, ok := bytes.CutPrefix(p, []byte(`{"messages":[`))
	for ok && len(p) > 0 && p[0] == '{' {
		var m newsItem
		if m.id, p, ok = after(p, `{"id":`); !ok {
			return false
		}
		if m.from, p, ok = quoted(p, `,"from":"`); !ok {
			return false
		}
		if m.text, p, ok = quoted(p, `,"text":"`); !ok {
			return false
		}
		if p, ok = bytes.CutPrefix(p, []byte{'}'}); !ok {
			return false
		}
		n.messages = append(n.messages, m)
		if len(p) > 0 && p[0] == ',' {
			p = p[1:]
			ok = len(p) > 0 && p[0] == '{'
		}
	}
	if !ok {
		return false
	}
	if n.missed, p, ok = after(p, `],"missed":`); !ok {
		return false
	}
	n.next, p, ok = after(p, `,"next":`)
	return ok && string(bytes.TrimSpace(p)) == "}"
}

// after is the number that follows a prefix.
func after(p []byte, prefix string) (number uint64, rest []byte, ok bool) {
	p, ok = bytes.CutPrefix(p, []byte(prefix))
	n, rest := digits(p)
	return uint64(max(n, 0)), rest, ok && n >= 0
}

// quoted is the string without escapes that follows a prefix and its opening quote.
func quoted(p []byte, prefix string) (s, rest []byte, ok bool) {
	p, ok = bytes.CutPrefix(p, []byte(prefix))
	end := bytes.IndexByte(p, '"')
	if !ok || end < 0 || bytes.IndexByte(p[:end], '\\') >= 0 {
		return nil, nil, false
	}
	return p[:end], p[end+1:], true
}

func (n *news) decode(body []byte) bool {
	n.messages = n.messages[:0]
	var told struct {
		Messages *[]struct {
			ID         *uint64
			From, Text *string
		}
		Missed, Next *uint64
	}
	if json.Unmarshal(body, &told) != nil || told.Messages == nil || told.Missed == nil || told.Next == nil {
		return false
	}
	for _, m := range *told.Messages {
		if m.ID == nil || m.From == nil || m.Text == nil {
			return false
		}
		n.messages = append(n.messages, newsItem{*m.ID, []byte(*m.From), []byte(*m.Text)})
	}
	n.missed, n.next = *told.Missed, *told.Next
	return true
}

// parseID reads {"id":N}.
func parseID(body []byte) (id uint64, ok bool) {
	if id, rest, ok := after(body, `{"id":`); ok && string(bytes.TrimSpace(rest)) == "}" {
		return id, true
	}
	var told struct{ ID *uint64 }
	if json.Unmarshal(body, &told) != nil || told.ID == nil {
		return 0, false
	}
	return *told.ID, true
}
