// The gnet server: one event loop, called with what arrived. It echoes lines, and takes slow requests.
package main

import (
	"context"
	"log"
	"os/signal"
	"syscall"

	"cbench/models/foreign/engines/workload"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/logging"
)

type server struct {
	gnet.BuiltinEventEngine
	places chan struct{}
	booted chan gnet.Engine
}

func (s *server) OnBoot(e gnet.Engine) gnet.Action {
	s.booted <- e
	return gnet.None
}

// A connection's context is true while it waits for an offloaded request: until Wake, what arrives is gnet's to keep.
func (s *server) OnTraffic(c gnet.Conn) gnet.Action {
	for c.Context() == nil {
		data, err := c.Peek(-1)
		if err != nil {
			return gnet.None
		}
		echo, slow, size := workload.Next(data)
		if echo > 0 {
			c.Write(data[:echo]) // an error closes the connection, which gnet sees for itself
		}
		if echo+size == 0 {
			return gnet.None // Discard(0) would discard all
		}
		c.Discard(echo + size)
		switch {
		case size == 0:
			return gnet.None
		case slow.How == "offload":
			s.offload(c, slow)
		default:
			slow.Stall()
			c.Write(slow.Line())
		}
	}
	return gnet.None
}

func (s *server) offload(c gnet.Conn, slow workload.Slow) {
	c.SetContext(true)
	go func() {
		s.places <- struct{}{}
		slow.Stall()
		<-s.places
		c.AsyncWrite(slow.Line(), func(c gnet.Conn, err error) error {
			c.SetContext(nil)
			return c.Wake(nil)
		})
	}()
}

func main() {
	addr := workload.Address("gnet", "github.com/panjf2000/gnet/v2")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s := &server{places: make(chan struct{}, workload.Offloads), booted: make(chan gnet.Engine, 1)}
	go func() {
		<-ctx.Done()
		(<-s.booted).Stop(context.Background())
	}()
	// Without WithReuseAddr it cannot start again on its port for a minute, while connections that it closed are in TIME_WAIT.
	if err := gnet.Run(s, "tcp://"+addr, gnet.WithReuseAddr(true), gnet.WithNumEventLoop(1), gnet.WithTCPNoDelay(gnet.TCPNoDelay),
		gnet.WithLogLevel(logging.ErrorLevel)); err != nil {
		log.Fatal(err)
	}
}
