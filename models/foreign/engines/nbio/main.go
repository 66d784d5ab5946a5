// The nbio server: one poller, called with what arrived. It echoes lines, and takes slow requests.
package main

import (
	"context"
	"log"
	"os/signal"
	"sync"
	"syscall"

	"cbench/models/foreign/engines/workload"

	"github.com/lesismal/nbio"
	"github.com/lesismal/nbio/logging"
)

var places = make(chan struct{}, workload.Offloads)

// conn is touched by the poller and by who did its slow request.
type conn struct {
	sync.Mutex
	kept []byte // half a line, or what is behind a slow request
	busy bool   // until its offloaded request is done
}

func (k *conn) arrived(c *nbio.Conn, data []byte) {
	k.Lock()
	defer k.Unlock()
	if k.busy || len(k.kept) > 0 {
		k.kept = append(k.kept, data...)
		data = k.kept
	}
	if k.busy {
		return
	}
	for {
		echo, slow, size := workload.Next(data)
		if echo > 0 {
			c.Write(data[:echo]) // an error closes the connection, which nbio sees for itself
		}
		data = data[echo+size:]
		if size == 0 {
			break
		}
		if slow.How == "offload" {
			k.busy = true
			go k.offload(c, slow)
			break
		}
		slow.Stall()
		c.Write(slow.Line())
	}
	k.kept = append(k.kept[:0], data...)
	if len(k.kept) == 0 {
		k.kept = nil
	}
}

func (k *conn) offload(c *nbio.Conn, slow workload.Slow) {
	places <- struct{}{}
	slow.Stall()
	<-places
	c.Write(slow.Line())
	k.Lock()
	k.busy = false
	k.Unlock()
	k.arrived(c, nil)
}

func main() {
	addr := workload.Address("nbio", "github.com/lesismal/nbio")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	logging.SetLevel(logging.LevelError)
	engine := nbio.NewEngine(nbio.Config{Network: "tcp", Addrs: []string{addr}, NPoller: 1})
	engine.OnOpen(func(c *nbio.Conn) { c.SetSession(&conn{}) })
	engine.OnData(func(c *nbio.Conn, data []byte) { c.Session().(*conn).arrived(c, data) })
	if err := engine.Start(); err != nil {
		log.Fatal(err)
	}
	<-ctx.Done()
	engine.Stop()
}
