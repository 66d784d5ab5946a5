package wire

import (
	"strconv"
	"time"
)

// Every answer is appended to a buffer of the caller's, which is returned, as append itself does.

// AppendEcho answers Echo: body is the request's.
func (f Form) AppendEcho(dst, body []byte) []byte { return append(dst, body...) }

// AppendJoined answers Join: ids above head follow.
func (f Form) AppendJoined(dst []byte, room string, head int64) []byte {
	dst = append(dst, "JOINED "...)
	dst = append(dst, room...)
	dst = append(dst, ' ')
	dst = strconv.AppendInt(dst, head, 10)
	return append(dst, '\n')
}

// AppendMessage tells a member of a message in its room.
func (f Form) AppendMessage(dst []byte, m Message) []byte {
	dst = append(dst, "MSG "...)
	dst = strconv.AppendInt(dst, m.ID, 10)
	dst = append(dst, ' ')
	dst = append(dst, m.From...)
	dst = append(dst, ' ')
	dst = append(dst, m.Text...)
	return append(dst, '\n')
}

// AppendBlocked answers Block once the delay is over.
func (f Form) AppendBlocked(dst []byte, delay time.Duration) []byte {
	dst = append(dst, "BLOCKED "...)
	dst = strconv.AppendInt(dst, delay.Milliseconds(), 10)
	return append(dst, '\n')
}

// AppendBye answers Quit.
func (f Form) AppendBye(dst []byte) []byte { return append(dst, "BYE\n"...) }

// AppendRefusal answers a request that is refused.
func (f Form) AppendRefusal(dst []byte, why Refusal) []byte {
	dst = append(dst, "ERR "...)
	dst = append(dst, why...)
	return append(dst, '\n')
}

// AppendStats answers Stats for the model of that name.
func (f Form) AppendStats(dst []byte, model string, n Counts) []byte {
	dst = append(dst, `{"model":`...)
	dst = strconv.AppendQuote(dst, model)
	for _, field := range [...]struct {
		key string
		n   int
	}{
		{`,"conns":`, n.Conns}, {`,"waiters":`, n.Waiters}, {`,"members":`, n.Members},
		{`,"rooms":`, n.Rooms}, {`,"dropped_slow":`, n.DroppedSlow},
	} {
		dst = append(dst, field.key...)
		dst = strconv.AppendInt(dst, int64(field.n), 10)
	}
	return append(dst, "}\n"...)
}
