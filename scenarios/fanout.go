package scenarios

// newFanout is chat with all connections in one room.
func newFanout(p Params, first, n int) Traffic {
	p.RoomSize = p.Conns
	return newChat(p, first, n)
}
