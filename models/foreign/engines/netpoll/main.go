// The netpoll server: one poller, and a goroutine for a connection while it has something to read. It echoes lines, and takes
// slow requests.
package main

import (
	"context"
	"io"
	"log"
	"net"
	"os/signal"
	"syscall"
	"time"

	"cbench/models/foreign/engines/workload"

	"github.com/cloudwego/netpoll"
)

var places = make(chan struct{}, workload.Offloads)

// serve is called anew as long as anything is unread: so it waits for the other half of a line itself.
func serve(_ context.Context, c netpoll.Connection) error {
	r, w := c.Reader(), c.Writer()
	for n := r.Len(); n > 0; n = r.Len() {
		data, err := r.Peek(n)
		if err != nil {
			return err
		}
		echo, slow, size := workload.Next(data)
		if echo > 0 {
			w.WriteBinary(data[:echo])
			if err := w.Flush(); err != nil {
				return c.Close()
			}
		}
		if size > 0 {
			stall(slow)
			w.WriteBinary(slow.Line())
			if err := w.Flush(); err != nil {
				return c.Close()
			}
		}
		r.Skip(echo + size)
		r.Release()
		if echo+size == 0 {
			if _, err := r.Peek(n + 1); err != nil {
				return c.Close()
			}
		}
	}
	return nil
}

// stall runs in the connection's own goroutine, which is the spare one: offloaded, it only queues for a place.
func stall(slow workload.Slow) {
	if slow.How == "offload" {
		places <- struct{}{}
		defer func() { <-places }()
	}
	slow.Stall()
}

func main() {
	addr := workload.Address("netpoll", "github.com/cloudwego/netpoll")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	netpoll.Configure(netpoll.Config{PollerNum: 1, LoggerOutput: io.Discard})
	l, err := net.Listen("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	loop, err := netpoll.NewEventLoop(serve)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		<-ctx.Done()
		stopping, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		loop.Shutdown(stopping)
	}()
	if err := loop.Serve(l); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}
