package scenarios

// newIdle is echo's traffic with pings from connections at random: which one is alive is nobody's guess, and no
// connection's turn comes round in step with the clock.
func newIdle(p Params, first, n int) Traffic {
	e := makeEcho(p, first, n)
	e.random = true
	return e
}
