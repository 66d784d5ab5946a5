package modeltest

import (
	"context"
	"errors"
	"net"
	"runtime/pprof"
)

// Serve is a model's: it serves the listener until ctx is done, closes it, and leaves nothing behind.
type Serve func(ctx context.Context, l net.Listener, cfg StartConfig) error

// label marks every goroutine that a server in this process starts, for goroutines inherit labels.
const label = "modeltest-server"

// InProcess is a Target's Start for a server in this process.
func InProcess(serve Serve) func(StartConfig) (*Server, error) {
	return func(cfg StartConfig) (*Server, error) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
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
