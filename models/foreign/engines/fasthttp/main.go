// The fasthttp server: a goroutine of a pool per connection, its buffers used again. A parked wait is a goroutine in a select.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/url"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cbench/models/foreign/engines/workload"

	"github.com/valyala/fasthttp"
	"golang.org/x/sys/unix"
)

type room struct {
	workload.Room
	told chan struct{} // closed, and made anew, at every message
}

type server struct {
	web      *fasthttp.Server
	mu       sync.Mutex
	rooms    map[string]*room
	waiters  atomic.Int64
	places   chan struct{}
	stopping chan struct{}
}

func (s *server) serve(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("application/json")
	body, err := s.answer(ctx)
	if err != nil {
		refuse(ctx, err)
		return
	}
	ctx.SetBody(body)
}

func refuse(ctx *fasthttp.RequestCtx, err error) {
	refusal := (*workload.Refusal)(nil)
	if !errors.As(err, &refusal) {
		ctx.HijackSetNoResponse(true) // the client left: by itself fasthttp would answer 200 all the same
		ctx.Hijack(func(net.Conn) {}) // and then the connection is closed
		return
	}
	ctx.SetStatusCode(refusal.Status)
	ctx.SetBody(refusal.Body)
	if refusal.Allow != "" {
		ctx.Response.Header.Set("Allow", refusal.Allow)
	}
	if refusal.Status == fasthttp.StatusRequestEntityTooLarge {
		ctx.SetConnectionClose()
	}
}

// malformed answers what never became a request.
func malformed(ctx *fasthttp.RequestCtx, err error) {
	status, small := fasthttp.StatusBadRequest, (*fasthttp.ErrSmallBuffer)(nil)
	switch {
	case errors.As(err, &small):
		status = fasthttp.StatusRequestHeaderFieldsTooLarge
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		status = fasthttp.StatusRequestEntityTooLarge
	}
	ctx.SetContentType("application/json")
	refuse(ctx, &workload.Refusal{Status: status, Body: []byte(`{"error":"the request is malformed or too large"}`)})
	ctx.SetConnectionClose()
}

func (s *server) answer(ctx *fasthttp.RequestCtx) ([]byte, error) {
	path, body := string(ctx.URI().PathOriginal()), ctx.PostBody()
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain // its Path would do more: // for /
	}
	if err := workload.CheckRoute(string(ctx.Method()), path); err != nil {
		return nil, err
	}
	var origins []string
	for _, origin := range ctx.Request.Header.PeekAll("Origin") {
		origins = append(origins, string(origin))
	}
	if err := workload.CheckOrigin(path, origins, string(ctx.Request.Header.Host())); err != nil {
		return nil, err
	}
	if err := workload.CheckLength(path, int64(len(body))); err != nil {
		return nil, err
	}
	q, err := workload.ParseQuery(path, string(ctx.URI().QueryString()))
	if err != nil {
		return nil, err
	}
	switch path {
	case "/echo":
		ctx.SetContentType("application/octet-stream")
		return body, nil
	case "/send":
		return s.send(q, body)
	case "/wait":
		return s.wait(ctx.Conn(), q)
	case "/block":
		return s.block(q)
	case "/stats":
		s.mu.Lock()
		defer s.mu.Unlock()
		return workload.Stats("fasthttp", int(s.web.GetOpenConnectionsCount()), int(s.waiters.Load()), len(s.rooms)), nil
	}
	ctx.SetContentType("text/html; charset=utf-8")
	return workload.Page, nil
}

// room is that of the name, made if need be. The caller holds the mutex.
func (s *server) room(name string) (*room, error) {
	if s.rooms[name] == nil {
		if err := workload.CheckRooms(len(s.rooms)); err != nil {
			return nil, err
		}
		s.rooms[name] = &room{told: make(chan struct{})}
	}
	return s.rooms[name], nil
}

func (s *server) send(q url.Values, body []byte) ([]byte, error) {
	name, from, text, err := workload.ParseSend(q, body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	room, err := s.room(name)
	if err != nil {
		return nil, err
	}
	answer := room.Add(from, text)
	close(room.told)
	room.told = make(chan struct{})
	return answer, nil
}

func (s *server) wait(client net.Conn, q url.Values) ([]byte, error) {
	name, since, timeout, err := workload.ParseWait(q)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	room, err := s.room(name)
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	if since == -1 {
		since = room.Head
	}
	news, err := room.Since(since)
	told := room.told
	s.mu.Unlock()
	if news != nil || err != nil {
		return news, err
	}
	s.waiters.Add(1)
	defer s.waiters.Add(-1)
	left, unwatch := watch(client)
	defer unwatch()
	clock := time.NewTimer(timeout)
	defer clock.Stop()
	select {
	case <-told:
		s.mu.Lock()
		defer s.mu.Unlock()
		return room.Since(since)
	case <-left:
		return nil, io.EOF
	case <-clock.C:
	case <-s.stopping:
	}
	return workload.None(since), nil
}

// watch tells when the client leaves, for fasthttp does not look at the socket while a request is served. It costs a second
// goroutine.
func watch(client net.Conn) (left <-chan struct{}, unwatch func()) {
	gone, ended := make(chan struct{}), make(chan struct{})
	raw, err := client.(syscall.Conn).SyscallConn()
	if err != nil {
		close(gone)
		return gone, func() {}
	}
	go func() {
		defer close(ended)
		// Nothing is read: what was pipelined stays. The runtime asks again at every edge, be it more data or the end.
		if raw.Read(func(fd uintptr) bool { return hungUp(int(fd)) }) == nil {
			close(gone)
		}
	}()
	return gone, func() {
		client.SetReadDeadline(time.Unix(1, 0))
		<-ended
		client.SetReadDeadline(time.Time{})
	}
}

func hungUp(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0
}

// block runs in the connection's own goroutine, which is the spare one: offloaded, it only queues for a place.
func (s *server) block(q url.Values) ([]byte, error) {
	slow, err := workload.ParseSlow(q.Get("ms"), q.Get("how"))
	if err != nil {
		return nil, err
	}
	if slow.How == "offload" {
		s.places <- struct{}{}
		defer func() { <-s.places }()
	}
	slow.Stall()
	return slow.JSON(), nil
}

func main() {
	addr := workload.Address("fasthttp", "github.com/valyala/fasthttp")
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	s := &server{rooms: map[string]*room{}, places: make(chan struct{}, workload.Offloads), stopping: make(chan struct{})}
	s.web = &fasthttp.Server{
		Handler: s.serve, ErrorHandler: malformed, Logger: log.New(io.Discard, "", 0), CloseOnShutdown: true,
		ReadBufferSize: workload.MaxHead, MaxRequestBodySize: workload.MaxEcho,
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-stop.Done()
		close(s.stopping)
		grace, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		s.web.ShutdownWithContext(grace)
	}()
	if err := s.web.Serve(l); err != nil {
		log.Fatal(err)
	}
	<-ended
}
