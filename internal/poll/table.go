package poll

// Table is one T a descriptor, found by index: the kernel hands out the lowest free descriptor, so a table is dense. It
// grows by whole chunks that never move, so that a *T stays good and growing copies nothing; a chunk is never freed.
type Table[T any] struct{ chunks []*[chunk]T }

const chunk = 128

// At is the entry of fd, the zero T at first.
func (t *Table[T]) At(fd int) *T {
	i := fd / chunk
	for i >= len(t.chunks) {
		t.chunks = append(t.chunks, nil)
	}
	if t.chunks[i] == nil {
		t.chunks[i] = new([chunk]T)
	}
	return &t.chunks[i][fd%chunk]
}

// All yields every entry that there is memory for, used or not, with its descriptor.
func (t *Table[T]) All(yield func(int, *T) bool) {
	for i, c := range t.chunks {
		if c == nil {
			continue
		}
		for j := range c {
			if !yield(i*chunk+j, &c[j]) {
				return
			}
		}
	}
}
