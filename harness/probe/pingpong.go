package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// PingPong is how long 128 bytes take there and back over TCP on the loopback, between two threads that do nothing else and wait
// in the kernel: less than that no server's answer takes here.
type PingPong struct {
	Trips         int
	P50, P99, Max time.Duration
}

// MeasurePingPong has the two sides on a CPU each talk for about as long as told.
func MeasurePingPong(ctx context.Context, server, client int, about time.Duration) (PingPong, error) {
	near, far, err := loopback()
	if err != nil {
		return PingPong{}, fmt.Errorf("ping-pong: %w", err)
	}
	answered := make(chan error, 1)
	go func() {
		err := onCPU(server, func() error { return answer(far) })
		unix.Shutdown(far, unix.SHUT_RDWR) // nobody is to wait for an answer
		answered <- err
	}()
	var trips []time.Duration
	err = onCPUApart(client, func() (err error) {
		trips, err = ask(ctx, near, about)
		return err
	})
	unix.Shutdown(near, unix.SHUT_RDWR) // the other side ends by it
	err = errors.Join(err, <-answered)
	unix.Close(near)
	unix.Close(far)
	if err == nil && len(trips) == 0 {
		err = errors.New("no answer in time")
	}
	if err != nil {
		return PingPong{}, fmt.Errorf("ping-pong: %w", err)
	}
	slices.Sort(trips)
	n := len(trips)
	return PingPong{Trips: n, P50: trips[n/2], P99: trips[n*99/100], Max: trips[n-1]}, nil
}

// onCPU does something on a thread that is bound to a CPU and ends with the calling goroutine.
func onCPU(cpu int, do func() error) error {
	runtime.LockOSThread()
	if err := SetAffinity([]int{cpu}); err != nil {
		return err
	}
	return do()
}

// onCPUApart is onCPU on a goroutine of its own.
func onCPUApart(cpu int, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- onCPU(cpu, do) }()
	return <-done
}

// loopback is the two ends of a TCP connection, in blocking mode: Go's poller would be in the figure.
func loopback() (near, far int, err error) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, err
	}
	defer unix.Close(listener)
	if err := unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, 0, err
	}
	if err := unix.Listen(listener, 1); err != nil {
		return 0, 0, err
	}
	at, err := unix.Getsockname(listener)
	if err != nil {
		return 0, 0, err
	}
	if near, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, 0, err
	}
	if err = unix.Connect(near, at); err == nil {
		far, _, err = unix.Accept4(listener, unix.SOCK_CLOEXEC)
	}
	if err != nil {
		unix.Close(near)
		return 0, 0, err
	}
	for _, fd := range []int{near, far} {
		unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10})
	}
	return near, far, nil
}

const pingBytes = 128

func ask(ctx context.Context, fd int, about time.Duration) (trips []time.Duration, err error) {
	var buf [pingBytes]byte
	for began := time.Now(); time.Since(began) < about && ctx.Err() == nil; {
		sent := time.Now()
		if _, err := unix.Write(fd, buf[:]); err != nil {
			return nil, err
		}
		if n, err := readAll(fd, buf[:]); err != nil || n < len(buf) {
			return nil, cmp.Or(err, errors.New("the other side ended"))
		}
		trips = append(trips, time.Since(sent))
	}
	return trips, nil
}

// answer sends back what comes, until the other side ends.
func answer(fd int) error {
	var buf [pingBytes]byte
	for {
		n, err := readAll(fd, buf[:])
		if err != nil || n < len(buf) {
			return err
		}
		if _, err := unix.Write(fd, buf[:]); err != nil {
			return err
		}
	}
}

// readAll fills buf; fewer bytes are the end.
func readAll(fd int, buf []byte) (n int, err error) {
	for n < len(buf) {
		more, err := unix.Read(fd, buf[n:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil || more == 0:
			return n, err
		}
		n += more
	}
	return n, nil
}

// checkPingPong says what a round trip costs before a server does anything.
func checkPingPong(ctx context.Context, server, client int, about time.Duration) []Finding {
	p, err := MeasurePingPong(ctx, server, client, about)
	if err != nil {
		return []Finding{{
			Name: "loopback", Value: err.Error(), Severity: Bad,
			Spoils: "every measurement: server and load talk over it",
			Mend:   "ip link set lo up; a firewall that lets 127.0.0.1 speak to itself",
		}}
	}
	where := fmt.Sprintf("CPU %d to %d", client, server)
	if server == client {
		where = fmt.Sprintf("on CPU %d alone", server)
	}
	return []Finding{{
		Name: "loopback",
		Value: fmt.Sprintf("there and back in p50 %v, p99 %v, max %v (%s, %d times)", p.P50.Round(100*time.Nanosecond),
			p.P99.Round(100*time.Nanosecond), p.Max.Round(time.Microsecond), where, p.Trips),
		Severity: grade(-p.P99, -5*time.Millisecond, -500*time.Microsecond),
		Spoils:   "latency: p99 of a quick server is the machine's own, and at low rates most of p50 is waking a CPU up",
		Mend: "idle states off (cpupower idle-set -D 0; in a guest: idle=poll, or haltpoll), a quieter host; " +
			"do not rank by p99 what this alone explains",
	}}
}
