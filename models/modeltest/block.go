package modeltest

import (
	"fmt"
	"strings"
	"time"
)

// blockCases are slow requests.
var blockCases = []Case{
	{Name: "block/answers", Doc: "BLOCK <ms> <how> handles a slow request, then BLOCKED <ms>", Parts: []string{Block, Echo}, core: true, run: func(t *T) {
		c := t.dial()
		c.ask("BLOCK 1 inline\nBLOCK 2 spin\r\nBLOCK 3 offload\n", "BLOCKED 1\nBLOCKED 2\nBLOCKED 3\n")
		c.echo("after")
	}},
	{Name: "block/takes-its-time", Doc: "the request takes ms, in each manner", Parts: []string{Block, Echo}, run: func(t *T) {
		c := t.dial()
		for _, how := range []string{"inline", "spin", "offload"} {
			const ms = 60
			began := time.Now()
			c.ask(fmt.Sprintf("BLOCK %d %s\n", ms, how), fmt.Sprintf("BLOCKED %d\n", ms))
			if took := time.Since(began); took < ms*time.Millisecond {
				c.failf("answered after %v", took)
			}
		}
	}},
	{Name: "block/deep", Doc: "deep: as inline, called so deep that 16 KiB of stack are touched; who knows no deep need not",
		Parts: []string{Block, Echo}, run: func(t *T) {
			c := t.dial()
			began := time.Now()
			c.send("BLOCK 60 deep\nECHO a\n")
			line := c.line()
			if strings.HasPrefix(line, "ERR ") {
				panic(skipped("it knows no deep, and need not"))
			}
			c.expect("ECHO a\n")
			if took := time.Since(began); line != "BLOCKED 60" || took < 60*time.Millisecond {
				c.failf("answered %s after %v", quote(line), took)
			}
		}},
	{Name: "block/spin-burns", Doc: "spin: the handler burns CPU for that long", Parts: []string{Block, Echo}, looks: true, run: func(t *T) {
		c := t.dial()
		c.echo("warm")
		before, known := t.cpu()
		if !known {
			t.note("the server's CPU time was not looked at: its process is not known")
			return
		}
		var used time.Duration
		for range 10 { // a busy machine may grant little
			c.ask("BLOCK 400 spin\n", "BLOCKED 400\n")
			after, _ := t.cpu()
			if used = after - before; used >= 40*time.Millisecond {
				return
			}
			before = after
		}
		c.failf("the server used %v of CPU", used)
	}},
	{Name: "block/bad", Doc: "ms is 1 to 10000, how is inline, spin or offload", Parts: []string{Block, Chat}, run: func(t *T) {
		t.refused("BLOCK", "BLOCK 5", "BLOCK 5 ", "BLOCK inline", "BLOCK  inline", "BLOCK 0 inline", "BLOCK 10001 inline", "BLOCK -1 spin", "BLOCK +5 spin",
			"BLOCK 1.5 spin", "BLOCK 5ms inline", "BLOCK 0x5 inline", "BLOCK 99999999999999999999 offload", "BLOCK 18446744073709551617 inline",
			"BLOCK 5 sleep", "BLOCK 5 INLINE", "BLOCK 5 inline now", "BLOCK 5  inline")
	}},
	{Name: "block/in-order", Doc: "what is asked behind a slow request is answered after it, in each manner", Parts: []string{Block, Echo}, run: func(t *T) {
		for _, how := range []string{"inline", "spin", "offload"} {
			c := t.dial()
			c.send("ECHO a\nBLOCK 80 " + how + "\nECHO b\nBLOCK 20 " + how + "\nECHO c\n")
			c.expect("ECHO a\nBLOCKED 80\nECHO b\nBLOCKED 20\nECHO c\n")
		}
	}},
	{Name: "block/later-packet", Doc: "what arrives while a slow request is under way is answered after it", Parts: []string{Block, Echo}, run: func(t *T) {
		c := t.dial()
		c.ask("ECHO a\nBLOCK 300 offload\n", "ECHO a\n")
		c.send("ECHO b\nEC")
		t.dial().echo("meanwhile")
		c.send("HO c\n")
		c.expect("BLOCKED 300\nECHO b\nECHO c\n")
	}},
	{Name: "block/offload-serves-on", Doc: "offload: the model hands the sleep over and serves on meanwhile", Parts: []string{Block, Echo}, run: func(t *T) {
		c, other := t.dial(), t.dial()
		began := time.Now()
		c.ask("ECHO a\nBLOCK 2000 offload\n", "ECHO a\n")
		for range 20 {
			other.echo("meanwhile")
		}
		t.dial().echo("new")
		if took := time.Since(began); took >= 2*time.Second {
			t.failf("21 echoes on other connections took %v beside an offloaded request of 2 s", took)
		}
		c.expect("BLOCKED 2000\n")
	}},
	{Name: "block/queue", Doc: "at most 64 are offloaded at once, more queue", Parts: []string{Block, Echo}, run: queued},
	{Name: "block/half-close", Doc: "at FIN the whole lines are handled, those behind a slow request too", Parts: []string{Block, Echo}, run: func(t *T) {
		for _, how := range []string{"inline", "offload"} {
			c := t.dial()
			c.send("BLOCK 100 " + how + "\nECHO a\nBLOCK 50 " + how + "\nECHO b\n")
			c.fin()
			c.expect("BLOCKED 100\nECHO a\nBLOCKED 50\nECHO b\n")
			c.expectEnd()
		}
	}},
	{Name: "block/reset", Doc: "a client that goes while its request is offloaded leaves the others served", Parts: []string{Block, Echo}, run: func(t *T) {
		other := t.dial()
		for i := range 70 {
			c := t.dial()
			c.ask("ECHO a\nBLOCK 50 offload\nECHO b\n", "ECHO a\n")
			if i%2 == 0 {
				c.reset()
			} else {
				c.conn.Close()
			}
		}
		other.echo("after")
		other.ask("BLOCK 10 offload\n", "BLOCKED 10\n")
		other.echo("after the answers for nobody")
	}},
	{Name: "block/quit", Doc: "QUIT behind a slow request says BYE after it", Parts: []string{Block, Chat}, run: func(t *T) {
		c := t.dial()
		c.ask("BLOCK 50 offload\nQUIT\nECHO a\n", "BLOCKED 50\nBYE\n")
		c.expectGone()
	}},
	{Name: "block/bad-behind", Doc: "a refusal behind a slow request comes after it", Parts: []string{Block, Chat}, run: func(t *T) {
		c := t.dial()
		c.ask("BLOCK 50 offload\nnonsense\nECHO a\n", "BLOCKED 50\n")
		c.expectRefusal("bad-request")
	}},
	{Name: "block/say-behind", Doc: "what is said behind a slow request is said after it", Parts: []string{Block, Chat}, run: func(t *T) {
		r := t.room()
		ann, bob := t.join(r, "ann", 0), t.join(r, "bob", 0)
		ann.send("ECHO a\nBLOCK 200 offload\nSAY after\n")
		ann.expect("ECHO a\n")
		bob.ask("SAY before\n", "MSG 1 bob before\n")
		// The other's message may come before BLOCKED or after it, but not be lost.
		lines := []string{ann.line(), ann.line()}
		if got := strings.Join(lines, "\n"); got != "MSG 1 bob before\nBLOCKED 200" && got != "BLOCKED 200\nMSG 1 bob before" {
			ann.failf("expected BLOCKED 200 and MSG 1 bob before, got %s", quote(got))
		}
		ann.expect("MSG 2 ann after\n")
		bob.expect("MSG 2 ann after\n")
	}},
}

// queued asks for half as many again as may sleep at once, so that the last of them must wait for two sleeps.
func queued(t *T) {
	const ms = 500
	all := t.dialAll(96)
	began := time.Now()
	for _, c := range all {
		c.send(fmt.Sprintf("BLOCK %d offload\n", ms))
	}
	for _, c := range all {
		c.expect(fmt.Sprintf("BLOCKED %d\n", ms))
	}
	if took := time.Since(began); took < 2*ms*time.Millisecond {
		t.failf("96 offloaded requests of %d ms took %v: more than 64 at once", ms, took)
	}
}
