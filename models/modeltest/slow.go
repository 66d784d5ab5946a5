package modeltest

import (
	"fmt"
	"strings"
	"time"
)

// slowCases are members that do not read.
var slowCases = []Case{
	{Name: "slow/dropped", Doc: "a member owed more than 256 KiB is dropped (dropped_slow + 1) and nobody else stalls",
		Parts: []string{Chat}, run: slowMember},
	{Name: "slow/within-bounds", Doc: "a member owed less than 256 KiB is not dropped", Parts: []string{Chat}, run: func(t *T) {
		r := t.room()
		ann, slow := t.join(r, "ann", 0), t.dialSmall()
		slow.join(r, "slow", 0)
		const n = (maxOwed - 32<<10) / maxText
		for id := 1; id <= n; id++ {
			sayBig(ann, id)
		}
		for id := 1; id <= n; id++ {
			slow.expect(bigMessage(id))
		}
		slow.ask("SAY awake\n", fmt.Sprintf("MSG %d slow awake\n", n+1))
	}},
	{Name: "slow/speaker", Doc: "a member that talks and never reads is made to wait or dropped: what is owed to it is bounded too",
		Parts: []string{Chat}, looks: true, run: slowSpeaker},
}

var bigText = strings.Repeat("z", maxText)

// bigMessage is what members are told of bigText when ann says it.
func bigMessage(id int) string { return fmt.Sprintf("MSG %d ann %s\n", id, bigText) }

// sayBig has ann say the big text, which becomes message id.
func sayBig(ann *client, id int) { ann.ask("SAY "+bigText+"\n", bigMessage(id)) }

// sayUntilDropped has ann say the big text, from message id on, until a member that does not read is dropped. It returns
// the last id. bob, if there is one, is a member that reads.
func (t *T) sayUntilDropped(id int, ann, bob, watch *client) int {
	before := watch.settled().DroppedSlow
	for ; id*maxText <= maxUnread; id++ {
		began := time.Now()
		sayBig(ann, id)
		if bob != nil {
			bob.expect(bigMessage(id))
		}
		if took := time.Since(began); took > t.patience/4 {
			t.failf("message %d took %v to come back: a slow member is waited for", id, took)
		}
		if watch.stats().DroppedSlow > before {
			return id
		}
	}
	t.failf("a member that reads nothing was sent %d MiB and is not dropped", maxUnread>>20)
	return 0
}

func slowMember(t *T) {
	r := t.room()
	ann, bob, watch, slow := t.join(r, "ann", 0), t.join(r, "bob", 0), t.dial(), t.dialSmall()
	slow.join(r, "slow", 0)
	before := watch.settled()
	last := t.sayUntilDropped(1, ann, bob, watch)

	for id := last + 1; id <= last+80; id++ { // more than is owed to anybody: the drop is not repeated
		sayBig(ann, id)
		bob.expect(bigMessage(id))
	}
	want := before
	want.Conns, want.Members, want.DroppedSlow = before.Conns-1, before.Members-1, before.DroppedSlow+1
	t.until(fmt.Sprintf("counts once the slow member is dropped, expected %+v", want), func() (any, bool) {
		got := watch.stats()
		return got, got == want
	})

	// What did reach the slow member, before it is cut off, is the room's messages in order.
	got := string(slow.rest())
	for id := 1; got != ""; id++ {
		msg := bigMessage(id)
		n := min(len(msg), len(got))
		if got[:n] != msg[:n] {
			slow.failf("expected %s before the end, got %s", quote(msg[:n]), quote(got[:n]))
		}
		got = got[n:]
	}
}

func slowSpeaker(t *T) {
	r := t.room()
	other := t.dial()
	other.echo("before")
	before, known := t.memory()
	c := t.dialSmall()
	c.join(r, "ann", 0)
	sent, stopped, err := c.flood("SAY "+bigText+"\n", maxUnread)
	if !stopped && err == nil {
		c.failf("the server took %d bytes of talk from a member that reads nothing", sent)
	}
	if after, _ := t.memory(); !known {
		t.note("the server's memory was not looked at: its process is not known")
	} else if after-before > t.server.most() {
		t.failf("the server grew by %d KiB for one member that talks and does not read", (after-before)>>10)
	}
	other.echo("after")
}
