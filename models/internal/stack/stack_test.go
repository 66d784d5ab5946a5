package stack

import (
	"testing"
	"unsafe"

	"cbench/scenarios/wire"
)

// Between the caller's frame and the call's there is as much stack as the workload asks for.
func TestDeep(t *testing.T) {
	const most = 8 << 10 // of stack that other frames may take up
	done := make(chan uintptr)
	go func() {
		var top, bottom uintptr
		Deep(func() { grow(); bottom = here() })
		Deep(func() { bottom = here() }) // now that the stack has grown and stays where it is
		top = here()
		done <- top - bottom
	}()
	if depth := <-done; depth < wire.DeepStack || depth > wire.DeepStack+most {
		t.Errorf("called %d bytes down, want %d", depth, wire.DeepStack)
	}
}

//go:noinline
func grow() byte {
	var room [16 << 10]byte
	return room[here()%16]
}

//go:noinline
func here() uintptr {
	var x byte
	return uintptr(unsafe.Pointer(&x))
}
