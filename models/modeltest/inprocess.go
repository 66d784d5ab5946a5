package modeltest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/pprof"
	"sync/atomic"
)

// Serve is a model's: it serves the listener until ctx is done, closes it, and leaves nothing behind.
type Serve func(ctx context.Context, l net.Listener, cfg StartConfig) error

// label marks every goroutine that a server in this process starts, for goroutines inherit labels.
const label = "modeltest-server"

var servers atomic.Uint32

// loopback is a loopback address that hardly anybody else listens on, so that a port that this server left is not another's
// at once, and a case that finds it open knows whose it is.
func loopback() string {
	pid := os.Getpid()
	return fmt.Sprintf("127.%d.%d.%d", 1+pid>>8&0x7f, pid&0xff, 1+servers.Add(1)%250)
}

// InProcess is a Target's Start for a server in this process.
func InProcess(serve Serve) func(StartConfig) (*Server, error) {
	return func(cfg StartConfig) (*Server, error) {
		l, err := net.Listen("tcp", loopback()+":0")
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		addr := l.Addr().String()
		go pprof.Do(ctx, pprof.Labels(label, addr), func(ctx context.Context) { ended <- serve(ctx, l, cfg) })
		return &Server{Addr: addr, Stop: func() error {
			cancel()
			err := <-ended
			if l.Close() == nil {
				return errors.Join(err, errors.New("it left its listener open"))
			}
			return err
		}}, nil
	}
}
