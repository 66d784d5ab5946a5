package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// badEcho is an echo server with a fault: every 1,000th reply is wrong, or what the fault says. An unknown fault is none.
func badEcho(fault, addr string) int {
	if fault == "refuse" {
		fmt.Fprintln(os.Stderr, "bad-echo: I do not want to")
		return 3
	}
	switch fault {
	case "wander":
		wander()
	case "busy":
		go busy()
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	b := &badServer{fault: fault, began: time.Now()}
	if stop, found := strings.CutPrefix(fault, "stop:"); found { // "stop:300ms,3s"
		b.fault = "stop"
		for i, d := range strings.Split(stop, ",") {
			d, _ := time.ParseDuration(d)
			time.AfterFunc(firstStop+time.Duration(i)*nextStop, func() { b.dawdle(d) })
		}
	}
	accepted := 0
	for {
		c, err := l.Accept()
		if err != nil {
			return 1
		}
		if accepted++; fault == "few" && accepted > 15 {
			c.Close()
			continue
		}
		go b.serve(c)
	}
}

type badServer struct {
	fault   string
	began   time.Time
	replies atomic.Int64
	stall   sync.Mutex // a stalled server stalls everybody
}

func (b *badServer) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		n := b.replies.Add(1)
		switch b.fault {
		case "stall":
			b.wait()
		case "stop":
			b.dawdle(0) // whoever dawdles keeps all others waiting
		case "slow":
			b.dawdle(time.Millisecond)
		case "slower":
			b.dawdle(10 * time.Millisecond)
		}
		if b.fault == "die" && n > 2000 {
			os.Exit(7)
		}
		out := line
		if n%1000 == 0 {
			switch b.fault {
			case "drop":
				continue
			case "corrupt":
				out[len(out)-2] ^= 1
			case "double":
				out = append(out[:len(out):len(out)], line...)
			case "surplus":
				out = append(out, "and another thing\n"...)
			case "reorder":
				next, err := in.ReadBytes('\n')
				if err != nil {
					return
				}
				out = append(next, line...)
			}
		}
		if _, err := c.Write(out); err != nil {
			return
		}
	}
}

// When a server stops that is to: from its start on, whatever it is doing then.
const (
	firstStop = time.Second
	nextStop  = 1300 * time.Millisecond
)

// wait stops the server for the first 300 ms of each second.
func (b *badServer) wait() {
	b.stall.Lock()
	defer b.stall.Unlock()
	if at := time.Since(b.began) % time.Second; at < 300*time.Millisecond {
		time.Sleep(300*time.Millisecond - at)
	}
}
