package harness

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"cbench/harness/server"
)

// dropped asks the server how many members it dropped because they did not read. A client that does not read would not know.
func (m *measurement) dropped(proc *server.Process) {
	n, err := askDropped(proc.Addr.String())
	if err != nil {
		m.warn("how many members were dropped is not known: %v", err)
		return
	}
	m.cell.Load.DroppedSlow = &n
}

func askDropped(addr string) (int64, error) {
	const patience = 10 * time.Second // a server that is just loaded still answers
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	if _, err := conn.Write([]byte("STATS\n")); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(conn).ReadBytes('\n')
	if err != nil {
		return 0, fmt.Errorf("STATS: %w", err)
	}
	var told struct {
		DroppedSlow *int64 `json:"dropped_slow"`
	}
	if err := json.Unmarshal(line, &told); err != nil || told.DroppedSlow == nil {
		return 0, fmt.Errorf("STATS: %q tells of no dropped_slow", line)
	}
	return *told.DroppedSlow, nil
}
