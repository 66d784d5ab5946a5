package buffers

import "testing"

func TestPool(t *testing.T) {
	var p Pool
	b := append(p.Get(), "told"...)
	p.Put(b)
	if again := p.Get(); len(again) != 0 || &again[:1][0] != &b[0] {
		t.Error("a buffer that is free is not used again")
	}
	p.Put(nil)
	p.Put(make([]byte, size+1))
	for range most + 1 {
		p.Put(make([]byte, 1, size))
	}
	for range most {
		if cap(p.Get()) != size {
			t.Fatal("too few are kept, or too large ones")
		}
	}
	if cap(p.Get()) == size {
		t.Error("more are kept than are to be")
	}
}
