package load

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sys/unix"
)

// pingServer is a plain goroutine-per-connection echo, the same for both sides of a comparison.
func pingServer(b *testing.B) *net.TCPAddr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					c.Write(buf[:n])
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr)
}

// BenchmarkPingPong is the plain blocking client that the engine at one connection (BenchmarkEngine/1) is compared with: their
// p50 should differ by less than 5 µs.
func BenchmarkPingPong(b *testing.B) {
	addr := pingServer(b)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: addr.Port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		b.Fatal(err)
	}
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	latency := hdrhistogram.New(1, highest, 3)
	message := make([]byte, 134)
	buf := make([]byte, 4096)
	for b.Loop() {
		sent := clock()
		unix.Write(fd, message)
		if n, err := unix.Read(fd, buf); n != len(message) {
			b.Fatal(n, err)
		}
		latency.RecordValue(clock() - sent)
	}
	b.ReportMetric(float64(latency.ValueAtPercentile(50)), "p50-ns")
}

// BenchmarkEngine is a closed loop of so many connections over verified messages.
func BenchmarkEngine(b *testing.B) {
	for _, conns := range []int{1, 100} {
		b.Run(strconv.Itoa(conns), func(b *testing.B) {
			p := plan(pingServer(b).String(), "echo", conns)
			p.Params.Payload = 128
			clients := open(b, p)
			var latency, messages float64
			for b.Loop() {
				r, err := clients.Drive(b.Context(), Drive{Duration: 200 * time.Millisecond}, Watch{})
				if err != nil || r.Received != r.Expected {
					b.Fatal(err, r.Verify)
				}
				latency, messages = float64(r.Latency.P50), messages+float64(r.Received)
			}
			b.ReportMetric(latency, "p50-ns")
			b.ReportMetric(float64(b.Elapsed())/messages, "ns/message")
		})
	}
}
