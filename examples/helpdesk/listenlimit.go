package main

import (
	"net"
	"sync"
	"time"
)

// How many conversations a port for mail has at once: in all, and with one
// address. A mail server that has more to say is told to come again, and does.
const (
	mostConversations = 200
	mostOfOne         = 50
)

// limited is a listener with a bound on the connections that are open, in all
// and from one address. One too many is told so and closed; it costs no goroutine.
type limited struct {
	net.Listener
	all, each int

	mu   sync.Mutex
	n    int
	from map[string]int
}

func limit(l net.Listener) *limited {
	return &limited{Listener: l, all: mostConversations, each: mostOfOne, from: map[string]int{}}
}

// Accept waits for a connection that there is room for.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, _, err := net.SplitHostPort(c.RemoteAddr().String())
		if err != nil {
			from = "" // a socket of this machine
		}
		if l.enter(from) {
			return &counted{Conn: c, leave: sync.OnceFunc(func() { l.leave(from) })}, nil
		}
		_ = c.SetDeadline(time.Now().Add(time.Second))
		_, _ = c.Write([]byte("421 4.3.2 Too many connections, try again later\r\n"))
		_ = c.Close()
	}
}

// enter counts a connection, if there is room for it.
func (l *limited) enter(from string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n >= l.all || from != "" && l.from[from] >= l.each {
		return false
	}
	l.n++
	l.from[from]++
	return true
}

func (l *limited) leave(from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n--
	if l.from[from]--; l.from[from] <= 0 {
		delete(l.from, from)
	}
}

// counted is a connection that makes room when it is closed.
type counted struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *counted) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
