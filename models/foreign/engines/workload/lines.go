// Package workload is the workload as pure data, for servers in Go that stand on other libraries: lines, rooms, what requests
// mean, what answers say. Bytes are shared, control flow is not: nothing here waits for another, knows a socket, or knows who
// serves.
package workload

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// Slow is a request that takes its time.
type Slow struct {
	For time.Duration // 1 ms to 10 s, in whole milliseconds
	How string        // inline, spin or offload
}

// Offloads is how many are offloaded at once; more queue.
const Offloads = 64

// Next looks at the whole lines that data begins with. The first echo bytes go back as they are. After them comes a slow request
// in the next size bytes; what is behind it is to be looked at when it is done. Size 0: what remains is no whole line.
func Next(data []byte) (echo int, slow Slow, size int) {
	for {
		i := bytes.IndexByte(data[echo:], '\n')
		if i < 0 {
			return echo, Slow{}, 0
		}
		if line := data[echo : echo+i]; len(line) > 6 && string(line[:6]) == "BLOCK " {
			if words := bytes.Fields(line); len(words) == 3 {
				if slow, err := ParseSlow(string(words[1]), string(words[2])); err == nil {
					return echo, slow, i + 1
				}
			}
		}
		echo += i + 1
	}
}

// ParseSlow is the slow request of the milliseconds ms.
func ParseSlow(ms, how string) (Slow, error) {
	n, err := number(ms, 1, 10_000, "ms")
	if err != nil {
		return Slow{}, err
	}
	if how != "inline" && how != "spin" && how != "offload" {
		return Slow{}, refuse(400, "how must be inline, spin or offload")
	}
	return Slow{time.Duration(n) * time.Millisecond, how}, nil
}

// Stall holds up whoever calls it: asleep, or burning CPU.
func (s Slow) Stall() {
	if s.How != "spin" {
		time.Sleep(s.For)
		return
	}
	for began := time.Now(); time.Since(began) < s.For; {
	}
}

// Line is the answer in lines.
func (s Slow) Line() []byte {
	return fmt.Appendf(nil, "BLOCKED %d\n", s.For.Milliseconds())
}

// JSON is the answer over HTTP.
func (s Slow) JSON() []byte {
	return []byte(`{"blocked_ms":` + strconv.FormatInt(s.For.Milliseconds(), 10) + `}`)
}
