// Package buffers keeps small buffers that are free, to be used again.
package buffers

// Pool is buffers that are free. The zero value has none. It has no lock, and gives nothing to the garbage collector: it is for
// one thread, whose connections need a buffer for a moment each.
type Pool struct{ free [][]byte }

// So many are kept, and none that is larger.
const (
	most = 1024
	size = 4 << 10
)

// Get is an empty buffer, to be appended to.
func (p *Pool) Get() []byte {
	n := len(p.free)
	if n == 0 {
		return make([]byte, 0, 256)
	}
	b := p.free[n-1]
	p.free = p.free[:n-1]
	return b
}

// Put takes a buffer that nobody uses any more.
func (p *Pool) Put(b []byte) {
	if cap(b) > 0 && cap(b) <= size && len(p.free) < most {
		p.free = append(p.free, b[:0])
	}
}
