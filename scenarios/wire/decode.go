package wire

import (
	"bytes"
	"time"
	"unicode"
	"unicode/utf8"
)

// Decoder is one connection's place in its byte stream. The zero value is ready, and between requests it holds
// no memory of its own: the bytes it reads are borrowed, and only an unfinished request is kept.
//
//	d.Feed(p)             // p: what was just read
//	for d.Next(&r) { … }  // every whole request; stop early to be continued later
//	d.Keep()              // p may be reused from here on
type Decoder struct {
	buf  []byte // not yet decoded: borrowed from Feed, or ours after Keep
	seen int32  // leading bytes of buf known to hold no LF
	own  bool   // buf is ours
	dead bool   // a refusal was given: nothing after it is read
}

// Feed adds the bytes p to the stream and borrows them until Keep. p may be empty: whoever stopped early goes on
// with what was kept. After a refusal p is thrown away.
func (d *Decoder) Feed(p []byte) {
	switch {
	case d.dead:
	case len(d.buf) == 0:
		d.buf, d.own = p, false
	default:
		d.buf = append(d.buf, p...)
	}
}

// Keep ends the borrowing: what is not yet decoded is copied, or freed if there is nothing.
func (d *Decoder) Keep() {
	switch {
	case len(d.buf) == 0:
		d.buf, d.own = nil, false
	case !d.own:
		d.buf, d.own = bytes.Clone(d.buf), true
	}
}

// Held is how many bytes wait to be decoded.
func (d *Decoder) Held() int { return len(d.buf) }

// Next decodes one request into r and reports whether there was one. After a refusal ([Bad]) there is none.
func (d *Decoder) Next(r *Request) bool {
	if d.dead {
		return false
	}
	end := bytes.IndexByte(d.buf[d.seen:], '\n')
	switch {
	case end < 0 && len(d.buf) <= MaxLine:
		d.seen = int32(len(d.buf))
		return false
	case end < 0, int(d.seen)+end > MaxLine:
		refuse(r, TooLong)
	default:
		end += int(d.seen) + 1
		parseLine(r, d.buf[:end])
		d.buf, d.seen = d.buf[end:], 0
	}
	if r.Kind == Bad {
		d.buf, d.seen, d.dead = nil, 0, true
	}
	return true
}

func refuse(r *Request, why Refusal) { *r = Request{Kind: Bad, Refusal: why} }

// parseLine reads one whole line, its LF included.
func parseLine(r *Request, line []byte) {
	// The commonest request first: an echo is the line itself, CR and all.
	if len(line) > 5 && string(line[:5]) == "ECHO " {
		*r = Request{Kind: Echo, Body: line}
		return
	}
	line = bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
	word, rest, spaced := bytes.Cut(line, []byte{' '})
	switch string(word) {
	case "SAY":
		parseSay(r, rest)
	case "JOIN":
		parseJoin(r, rest)
	case "BLOCK":
		parseBlock(r, rest)
	case "STATS":
		*r = Request{Kind: Stats}
	case "QUIT":
		*r = Request{Kind: Quit}
	default:
		refuse(r, BadRequest)
	}
	if spaced && (r.Kind == Stats || r.Kind == Quit) {
		refuse(r, BadRequest)
	}
}

func parseSay(r *Request, text []byte) {
	if !ValidText(text) {
		refuse(r, BadText)
		return
	}
	*r = Request{Kind: Say, Text: text}
}

func parseJoin(r *Request, args []byte) {
	room, name, two := bytes.Cut(args, []byte{' '})
	switch {
	case !two:
		refuse(r, BadJoin)
	case !validWord(room, MaxRoom):
		refuse(r, BadRoom)
	case !validWord(name, MaxName):
		refuse(r, BadName)
	default:
		*r = Request{Kind: Join, Room: room, Name: name}
	}
}

func parseBlock(r *Request, args []byte) {
	digits, how, _ := bytes.Cut(args, []byte{' '})
	delay := parseMillis(digits)
	*r = Request{Kind: Block, Delay: delay}
	switch string(how) {
	case "inline":
		r.How = Inline
	case "spin":
		r.How = Spin
	case "offload":
		r.How = Offload
	default:
		delay = 0
	}
	if delay < MinBlock || delay > MaxBlock {
		refuse(r, BadBlock)
	}
}

// parseMillis reads up to five decimal digits as milliseconds; anything else is 0.
func parseMillis(digits []byte) time.Duration {
	if len(digits) > 5 {
		return 0
	}
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return time.Duration(n) * time.Millisecond
}

// validWord reports whether w is 1 to max of A-Z a-z 0-9 _ . -
func validWord(w []byte, max int) bool {
	if len(w) == 0 || len(w) > max {
		return false
	}
	for _, c := range w {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return false
		}
	}
	return true
}

// ValidText reports whether text may be said: 1 to MaxText bytes of UTF-8 without control characters (Unicode
// category Cc, so DEL and the C1 controls too).
func ValidText(text []byte) bool {
	if len(text) == 0 || len(text) > MaxText {
		return false
	}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || unicode.IsControl(r) {
			return false
		}
		i += size
	}
	return true
}
