package wire

// Message is one message of a room. From a [Log] its slices are the log's own: good until the next Append.
type Message struct {
	ID   int64
	From []byte
	Text []byte
}

// Log is what a room remembers: its ids, 1, 2, 3 …, and its newest RingSize messages. The zero value is an empty
// room's. It grows with use to RingSize messages and from then on reuses its memory. Whoever owns the room guards it.
type Log struct {
	head int64
	ring []entry // by (id-1) % RingSize
}

// entry is a message in one piece of memory: the speaker's name, then the text.
type entry struct {
	bytes []byte
	from  int // length of the name
}

// Head is the newest id, 0 while there is none.
func (l *Log) Head() int64 { return l.head }

// Append gives the message the next id and keeps a copy.
func (l *Log) Append(from, text []byte) Message {
	i := int(l.head % RingSize)
	if i == len(l.ring) {
		l.ring = append(l.ring, entry{bytes: make([]byte, 0, len(from)+len(text))})
	}
	l.head++
	e := &l.ring[i]
	e.bytes = append(append(e.bytes[:0], from...), text...)
	e.from = len(from)
	return l.At(l.head)
}

// At is the message with that id, which must be one that [Log.Since] named.
func (l *Log) At(id int64) Message {
	e := &l.ring[(id-1)%RingSize]
	return Message{ID: id, From: e.bytes[:e.from], Text: e.bytes[e.from:]}
}

// Since names the messages newer than since that are still kept, oldest first and max at most: ids first to last
// (none if last < first), and how many ids after since are gone. since is 0 to [Log.Head].
func (l *Log) Since(since int64, max int) (first, last, missed int64) {
	oldest := l.head - int64(len(l.ring)) + 1
	first = since + 1
	if first < oldest {
		missed = oldest - first
		first = oldest
	}
	return first, min(l.head, first+int64(max)-1), missed
}
