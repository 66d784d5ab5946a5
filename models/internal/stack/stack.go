// Package stack makes a call from deep down.
package stack

import "cbench/scenarios/wire"

// frame is what each of the calls in between takes up.
const frame = 1 << 10

// Deep calls f with wire.DeepStack bytes of stack in use above it: a real handler blocks that deep, below its layers of routers,
// encoders and drivers.
func Deep(f func()) { deeper(wire.DeepStack/frame, f) }

//go:noinline
func deeper(n int, f func()) (touched byte) {
	var here [frame]byte
	for i := range here {
		here[i] = byte(n + i)
	}
	if n--; n > 0 {
		touched = deeper(n, f)
	} else {
		f()
	}
	return touched + here[n%frame] // after the call, so that the frame is there until then
}
