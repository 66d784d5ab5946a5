package wire

import (
	"bytes"
	"math"
	"time"
	"unicode"
	"unicode/utf8"
)

// nextLine decodes one line.
func (d *Decoder) nextLine(r *Request) bool {
	end := bytes.IndexByte(d.buf[d.seen:], '\n')
	switch {
	case end < 0 && len(d.buf) <= MaxLine:
		d.seen = int32(len(d.buf))
		return false
	case end < 0, int(d.seen)+end > MaxLine:
		refuse(r, last, TooLong)
		return true
	}
	end += int(d.seen) + 1
	line := d.buf[:end]
	d.buf, d.seen = d.buf[end:], 0
	// The commonest request first: an echo is the line itself, CR and all.
	if len(line) > 5 && string(line[:5]) == "ECHO " {
		*r = Request{Kind: Echo, Body: line}
		return true
	}
	parseLine(r, bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'}))
	switch {
	case r.Kind == Join && d.joined:
		refuse(r, last, Rejoined)
	case r.Kind == Join:
		d.joined = true
	case r.Kind == Say && !d.joined:
		refuse(r, Lines, NotJoined)
	}
	return true
}

// parseLine reads a line other than an echo, without its end.
func parseLine(r *Request, line []byte) {
	word, rest, spaced := bytes.Cut(line, []byte{' '})
	switch string(word) {
	case "SAY":
		parseSay(r, rest)
	case "JOIN":
		parseJoin(r, rest)
	case "BLOCK":
		digits, how, _ := bytes.Cut(rest, []byte{' '})
		if parseBlock(r, digits, how); r.Kind == Bad {
			r.Form = last
		}
	case "STATS":
		*r = Request{Kind: Stats}
	case "QUIT":
		*r = Request{Kind: Quit, Form: last}
	default:
		refuse(r, last, Unknown)
	}
	if spaced && (r.Kind == Stats || r.Kind == Quit) {
		refuse(r, last, Unknown)
	}
}

func parseSay(r *Request, text []byte) {
	if !ValidText(text) {
		refuse(r, last, BadText)
		return
	}
	*r = Request{Kind: Say, Text: text}
}

func parseJoin(r *Request, args []byte) {
	room, name, two := bytes.Cut(args, []byte{' '})
	switch {
	case !two:
		refuse(r, last, BadJoin)
	case !validWord(room, MaxRoom):
		refuse(r, last, BadRoom)
	case !validWord(name, MaxName):
		refuse(r, last, BadName)
	default:
		*r = Request{Kind: Join, Room: room, Name: name}
	}
}

// parseBlock reads the arguments of a slow request, in either encoding.
func parseBlock(r *Request, digits, how []byte) {
	*r = Request{Kind: Block, Delay: time.Duration(parseNumber(digits, 5)) * time.Millisecond}
	switch string(how) {
	case "inline":
		r.How = Inline
	case "spin":
		r.How = Spin
	case "offload":
		r.How = Offload
	case "deep":
		r.How = Deep
	default:
		r.Delay = 0
	}
	if r.Delay < MinBlock || r.Delay > MaxBlock {
		refuse(r, Lines, BadBlock)
	}
}

// parseNumber reads 1 to max decimal digits; anything else, and what is over 64 bits, is -1.
func parseNumber(digits []byte, max int) int64 {
	if len(digits) == 0 || len(digits) > max {
		return -1
	}
	n := int64(0)
	for _, c := range digits {
		digit := int64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxInt64-digit)/10 {
			return -1
		}
		n = n*10 + digit
	}
	return n
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
