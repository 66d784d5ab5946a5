package scenarios

import "bytes"

// What is odd about a connection's replies: on one that never erred, none of this holds memory.

// strays is the numbers of replies that were passed over: each was to come before one that came.
type strays struct{ list []stray }

type stray struct {
	number uint64
	told   bool // as a fault: if it comes after all, that is no second one
}

// maxStrays a connection are remembered; older ones are given up as lost.
const maxStrays = 1024

func (s *strays) add(number uint64, told bool, rec Recorder) {
	if len(s.list) == maxStrays {
		if !s.list[0].told {
			rec.Fault(Lost, 1, nil)
		}
		s.list = append(s.list[:0], s.list[1:]...)
	}
	s.list = append(s.list, stray{number, told})
}

// came judges a reply whose place was past when it came.
func (s *strays) came(number uint64, line []byte, rec Recorder) {
	if s != nil {
		for i, stray := range s.list {
			if stray.number != number {
				continue
			}
			s.list = append(s.list[:i], s.list[i+1:]...)
			if !stray.told {
				rec.Fault(Reordered, 1, line)
			}
			return
		}
	}
	rec.Fault(Duplicated, 1, line)
}

// settle tells those that never came as lost.
func (s *strays) settle(rec Recorder) {
	if s == nil {
		return
	}
	for i := range s.list {
		if !s.list[i].told {
			s.list[i].told = true
			rec.Fault(Lost, 1, nil)
		}
	}
}

// cut is the length of the line at the front of in where it is not the reply of size bytes that was due: 0 while that
// cannot be told. A line that ends elsewhere than it should is torn: what follows may be the rest of it.
func cut(in []byte, size int) (n int, torn bool) {
	if end := bytes.IndexByte(in[:min(len(in), size)], '\n'); end >= 0 {
		return end + 1, end+1 != size
	}
	if len(in) >= size {
		return size, true
	}
	return 0, false
}

// mend skips the rest of a torn line: all up to the next LF, unless a reply, which starts with word, begins right
// here. whole says that the line is over; it may take more bytes to tell.
func mend(in []byte, word string) (skip int, whole bool) {
	if len(in) < len(word) && string(in) == word[:len(in)] {
		return 0, false
	}
	if bytes.HasPrefix(in, []byte(word)) {
		return 0, true
	}
	if end := bytes.IndexByte(in, '\n'); end >= 0 {
		return end + 1, true
	}
	return len(in), false
}
