package scenarios

// room is what must be true of a room whoever listens: which messages are under way in it, and the one order in which
// all its members hear them.
type room struct {
	first, size int  // its members, in the share
	here        int  // of them, those that joined and are not gone
	joined      bool // one was: where the ids begin is known
	last        int  // who spoke last, closed loop

	sent    queue[said] // by number, from 1
	order   queue[slot] // by id
	settled uint64      // of numbers below, what did not come was told as lost
}

// said is a message under way.
type said struct {
	delivery
	id      uint64 // 0 until the first member hears it
	left    int32  // members that have not heard it; 0: it is done
	speaker int32
}

// slot is what the room knows of an id.
type slot struct {
	number uint64 // of the message that has it: 0 if not known yet, alien if none of ours
	gone   int32  // members that got something else in its place before it was known
}

// alien marks an id that carries a message for the second time.
const alien = ^uint64(0)

// reach makes slots for all ids up to id.
func (r *room) reach(id uint64) {
	for r.order.next <= id {
		r.order.push(slot{})
	}
}

// agree is told that message number, which is under way, came under that id. It reports whether that is so for all members,
// or what is wrong, and how many messages are done by it.
func (r *room) agree(id, number uint64) (wrong Fault, ok bool, done int) {
	if id < r.order.head {
		return Duplicated, false, 0 // all members had what that id was
	}
	r.reach(id)
	slot, said := r.order.at(id), r.sent.at(number)
	switch {
	case slot.number == number:
		return 0, true, 0
	case slot.number == alien:
		return Duplicated, false, 0
	case slot.number != 0:
		return Reordered, false, 0 // another member heard another message under this id
	case said.id != 0:
		slot.number = alien
		return Duplicated, false, 0
	}
	slot.number, said.id = number, id
	return 0, true, r.heard(number, slot.gone)
}

// forgo: one member will not hear what has that id. It returns how many messages are done by it.
func (r *room) forgo(id uint64) (done int) {
	if id < r.order.head {
		return 0
	}
	r.reach(id)
	slot := r.order.at(id)
	if r.sent.has(slot.number) {
		return r.heard(slot.number, 1)
	}
	slot.gone++
	return 0
}

// heard: n more members are through with message number. It returns how many messages are done by it, 0 or 1.
func (r *room) heard(number uint64, n int32) (done int) {
	said := r.sent.at(number)
	if said.left == 0 || n == 0 {
		return 0
	}
	said.left = max(0, said.left-n)
	if said.left > 0 {
		return 0
	}
	for r.sent.head < r.sent.next && r.sent.at(r.sent.head).left == 0 {
		r.sent.head++
	}
	for r.order.head < r.order.next {
		front := r.order.at(r.order.head).number
		if front == 0 || front != alien && front >= r.sent.head {
			break
		}
		r.order.head++
	}
	return 1
}

// unheard is how many messages under way are not done.
func (r *room) unheard() (n int) {
	for number := r.sent.head; number < r.sent.next; number++ {
		if r.sent.at(number).left > 0 {
			n++
		}
	}
	return n
}
