// The evio server: one event loop, called with what arrived; what it returns is sent. It echoes lines, and takes slow requests.
// evio has no way to ask for TCP_NODELAY.
package main

import (
	"log"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"cbench/models/foreign/engines/workload"

	"github.com/tidwall/evio"
)

var places = make(chan struct{}, workload.Offloads)

type conn struct {
	in   evio.InputStream
	slow *workload.Slow // offloaded; until it is done, what arrives is kept
	done atomic.Bool
}

func (k *conn) arrived(c evio.Conn, packet []byte) (out []byte) {
	data := k.in.Begin(packet)
	if k.slow != nil && k.done.Swap(false) {
		out = append(out, k.slow.Line()...)
		k.slow = nil
	}
	for k.slow == nil {
		echo, slow, size := workload.Next(data)
		if size == 0 && out == nil {
			out = data[:echo:echo] // as it came: the usual case
		} else {
			out = append(out, data[:echo]...)
		}
		data = data[echo+size:]
		if size == 0 {
			break
		}
		if slow.How == "offload" {
			k.slow = &slow
			go k.offload(c, slow)
			break
		}
		slow.Stall()
		out = append(out, slow.Line()...)
	}
	k.in.End(data)
	return out
}

func (k *conn) offload(c evio.Conn, slow workload.Slow) {
	places <- struct{}{}
	slow.Stall()
	<-places
	k.done.Store(true)
	c.Wake()
}

func main() {
	addr := workload.Address("evio", "github.com/tidwall/evio")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	events := evio.Events{NumLoops: 1}
	events.Opened = func(c evio.Conn) ([]byte, evio.Options, evio.Action) {
		c.SetContext(&conn{})
		return nil, evio.Options{ReuseInputBuffer: true}, evio.None
	}
	events.Data = func(c evio.Conn, packet []byte) ([]byte, evio.Action) {
		return c.Context().(*conn).arrived(c, packet), evio.None
	}
	// There is no call that stops the loop: it asks at every tick.
	events.Tick = func() (time.Duration, evio.Action) {
		if len(stop) > 0 {
			return 0, evio.Shutdown
		}
		return 100 * time.Millisecond, evio.None
	}
	if err := evio.Serve(events, "tcp://"+addr); err != nil {
		log.Fatal(err)
	}
}
