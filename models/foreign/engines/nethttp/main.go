// The net/http server: a goroutine per connection, Go's own HTTP. A parked wait is a goroutine in a select.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"cbench/models/foreign/engines/workload"
)

type room struct {
	workload.Room
	told chan struct{} // closed, and made anew, at every message
}

type server struct {
	mu       sync.Mutex
	rooms    map[string]*room
	conns    atomic.Int64
	waiters  atomic.Int64
	places   chan struct{}
	stopping chan struct{}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	body, err := s.answer(w, r)
	status := http.StatusOK
	if refusal := (*workload.Refusal)(nil); errors.As(err, &refusal) {
		status, body = refusal.Status, refusal.Body
		if refusal.Allow != "" {
			w.Header().Set("Allow", refusal.Allow)
		}
		if status == http.StatusRequestEntityTooLarge {
			w.Header().Set("Connection", "close")
		}
	} else if err != nil {
		panic(http.ErrAbortHandler) // the client left
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	path := cmp.Or(r.URL.Path, "/") // of http://host there is none
	if err := workload.CheckRoute(r.Method, path); err != nil {
		return nil, err
	}
	if err := workload.CheckOrigin(path, r.Header.Values("Origin"), r.Host); err != nil {
		return nil, err
	}
	if err := workload.CheckLength(path, r.ContentLength); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, workload.MaxBody(path)))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, workload.CheckLength(path, tooLarge.Limit+1)
	} else if err != nil {
		return nil, &workload.Refusal{Status: http.StatusBadRequest, Body: []byte(`{"error":"the body is malformed"}`)}
	}
	q, err := workload.ParseQuery(path, r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	switch path {
	case "/echo":
		w.Header().Set("Content-Type", "application/octet-stream")
		return body, nil
	case "/send":
		return s.send(q, body)
	case "/wait":
		return s.wait(r.Context(), q)
	case "/block":
		return s.block(q)
	case "/stats":
		s.mu.Lock()
		defer s.mu.Unlock()
		return workload.Stats("nethttp", int(s.conns.Load()), int(s.waiters.Load()), len(s.rooms)), nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
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

func (s *server) wait(client context.Context, q url.Values) ([]byte, error) {
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
	clock := time.NewTimer(timeout)
	defer clock.Stop()
	select {
	case <-told:
		s.mu.Lock()
		defer s.mu.Unlock()
		return room.Since(since)
	case <-client.Done():
		return nil, client.Err()
	case <-clock.C:
	case <-s.stopping:
	}
	return workload.None(since), nil
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
	addr := workload.Address("net/http", "")
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	s := &server{rooms: map[string]*room{}, places: make(chan struct{}, workload.Offloads), stopping: make(chan struct{})}
	web := &http.Server{
		Addr: addr, Handler: s, MaxHeaderBytes: workload.MaxHead, ErrorLog: log.New(io.Discard, "", 0),
		DisableGeneralOptionsHandler: true,
	}
	web.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.conns.Add(1)
		case http.StateClosed:
			s.conns.Add(-1)
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		<-ctx.Done()
		close(s.stopping)
		grace, cancel := context.WithTimeout(context.Background(), 4*time.Second)
		defer cancel()
		if web.Shutdown(grace) != nil {
			web.Close()
		}
	}()
	if err := web.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-ended
}
