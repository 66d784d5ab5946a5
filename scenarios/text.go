package scenarios

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
)

// texts makes the texts of a run. A text is its stamp, which says whose it is and which, and then filler up to the run's size.
// Both follow from (speaker, number, seed), so that a reply is verified by making its text again: a compare and no memory of what
// was said.
type texts struct {
	size   int // bytes of a text
	filler []byte
}

// stampSize is the bytes of "<6 hex digits: speaker>-<10 hex digits: number> ".
const stampSize = 6 + 1 + 10 + 1

// places is how many places of the filler a text may start its own at: enough that neighbours differ, few enough (16 KiB) to
// stay in a second-level cache.
const places = 1 << 14

func newTexts(seed uint64, size int) texts {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	random := rand.New(rand.NewPCG(seed, 0x63_62_65_6e_63_68))
	filler := make([]byte, places+size)
	for i := range filler {
		filler[i] = letters[random.Uint32()%uint32(len(letters))]
	}
	return texts{size, filler}
}

// fill is the filler of one text.
func (t *texts) fill(speaker uint32, number uint64) []byte {
	// Multiplicative hashing (Knuth 6.4): the top 14 bits of products with odd constants near 2^64/φ and its like.
	at := (uint64(speaker)*0x9e3779b97f4a7c15 + number*0xbf58476d1ce4e5b9) >> (64 - 14)
	return t.filler[at : at+uint64(t.size-stampSize)]
}

func (t *texts) append(dst []byte, speaker uint32, number uint64) []byte {
	stamp := stampOf(speaker, number)
	return append(append(dst, stamp[:]...), t.fill(speaker, number)...)
}

// is reports whether p is that text, byte for byte.
func (t *texts) is(p []byte, speaker uint32, number uint64) bool {
	stamp := stampOf(speaker, number)
	return len(p) == t.size && string(p[:stampSize]) == string(stamp[:]) && bytes.Equal(p[stampSize:], t.fill(speaker, number))
}

// read is whose text p is and which. It is not ok if p is no text of this run, byte for byte.
func (t *texts) read(p []byte) (speaker uint32, number uint64, ok bool) {
	if len(p) != t.size {
		return 0, 0, false
	}
	for _, digit := range p[:6] {
		speaker = speaker<<4 | uint32(hexValue[digit])
	}
	for _, digit := range p[7:17] {
		number = number<<4 | uint64(hexValue[digit])
	}
	return speaker, number, t.is(p, speaker, number) // which also refuses what was no digit
}

func stampOf(speaker uint32, number uint64) (s [stampSize]byte) {
	putHex(s[0:], byte(speaker>>16))
	putHex(s[2:], byte(speaker>>8))
	putHex(s[4:], byte(speaker))
	s[6] = '-'
	putHex(s[7:], byte(number>>32))
	putHex(s[9:], byte(number>>24))
	putHex(s[11:], byte(number>>16))
	putHex(s[13:], byte(number>>8))
	putHex(s[15:], byte(number))
	s[17] = ' '
	return s
}

func putHex(p []byte, b byte) { binary.LittleEndian.PutUint16(p, hexPair[b]) }

var (
	hexPair  [256]uint16 // the two digits of a byte
	hexValue [256]byte   // the value of a digit, 0 for what is none
)

func init() {
	const digits = "0123456789abcdef"
	for b := range hexPair {
		hexPair[b] = uint16(digits[b>>4]) | uint16(digits[b&15])<<8
	}
	for value, digit := range []byte(digits) {
		hexValue[digit] = byte(value)
	}
}
