package compare

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// gated is what a gate may be set on, by the name of the figure.
var gated = []struct{ name, figure string }{
	{"cpu", "cpu_ns_per_message"},
	{"mem", "user_per_conn_bytes"},
	{"kernel", "kernel_per_conn_bytes"},
	{"mem-slope", "user_slope_bytes"},
	{"kernel-slope", "kernel_slope_bytes"},
	{"capacity", "capacity"},
	{"p50", "p50_ns"},
	{"p99", "p99_ns"},
	{"p999", "p999_ns"},
	{"throughput", "throughput_per_s"},
}

// GateNames is what a gate may be set on.
func GateNames() []string {
	var names []string
	for _, g := range gated {
		names = append(names, g.name)
	}
	return names
}

// Gate is how much worse one figure may become.
type Gate struct {
	name   string
	figure string
	most   float64 // as a share: 0.05 is 5%
}

// ParseGates reads gates such as "cpu<5%,mem<5%,p99<15%": names of gated, each once, and a percentage in plain decimals.
func ParseGates(text string) ([]Gate, error) {
	var gates []Gate
	for word := range strings.SplitSeq(text, ",") {
		g, err := parseGate(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("gate %q: %w", strings.TrimSpace(word), err)
		}
		if slices.ContainsFunc(gates, func(o Gate) bool { return o.name == g.name }) {
			return nil, fmt.Errorf("gate %q: %s is gated twice", strings.TrimSpace(word), g.name)
		}
		gates = append(gates, g)
	}
	return gates, nil
}

func parseGate(word string) (g Gate, err error) {
	name, limit, has := strings.Cut(word, "<")
	if !has {
		return g, errors.New(`must be such as "cpu<5%"`)
	}
	g.name = strings.TrimSpace(name)
	at := slices.Index(GateNames(), g.name)
	if at < 0 {
		return g, fmt.Errorf("there is no figure %q to gate; there are %s", g.name, strings.Join(GateNames(), ", "))
	}
	g.figure = gated[at].figure
	number, has := strings.CutSuffix(strings.TrimSpace(limit), "%")
	if !has {
		return g, fmt.Errorf("%q must end in %%, for a gate is on the change", limit)
	}
	if number == "" || strings.Trim(number, "0123456789.") != "" { // no sign, no exponent, no "inf"
		return g, fmt.Errorf("%q is no number of per cent", number)
	}
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || percent > 1e6 {
		return g, fmt.Errorf("%q is no number of per cent", number)
	}
	g.most = percent / 100
	return g, nil
}

func (g Gate) String() string {
	return g.name + "<" + strconv.FormatFloat(100*g.most, 'f', -1, 64) + "%"
}

// Judged is what gates say of the changes between two runs.
type Judged struct {
	Tripped   []string   // changes for the worse that are both surely one and larger than their gate
	Unjudged  []Unjudged // where too little is known
	Undefined []string   // gates that no figure of both runs is under
}

// Unjudged is a figure of which too little is known for its gate.
type Unjudged struct {
	Gate  string `json:"gate"`
	Where string `json:"where"`
	Why   string `json:"why"`
}

// Judge holds the changes against the gates.
func Judge(gates []Gate, changes []Change) (j Judged) {
	for _, g := range gates {
		seen := false
		for i := range changes {
			if c := &changes[i]; c.Figure.Name == g.figure {
				seen = true
				j.judge(g, c)
			}
		}
		if !seen {
			j.Undefined = append(j.Undefined, g.String())
		}
	}
	return j
}

func (j *Judged) judge(g Gate, c *Change) {
	where := fmt.Sprintf("%s %s N=%d", c.Model, c.Setting.Scenario, c.Conns)
	if c.Conns == 0 {
		where = fmt.Sprintf("%s %s over N", c.Model, c.Setting.Scenario)
	}
	switch {
	case c.Worse() && c.Loss() > g.most:
		change, _ := c.Ratio.InWords()
		j.Tripped = append(j.Tripped, fmt.Sprintf("%s of %s (%s): %s, gate %s", c.Figure.Title, where, c.Setting.Params, change, g))
	case c.Verdict == Unknown:
		j.Unjudged = append(j.Unjudged, Unjudged{g.String(), where, c.Why})
	case c.Verdict == Same && c.LossAtMost() > g.most && c.LossAtMost() > c.Floor:
		why := "no change was found, but the interval does not exclude one beyond the gate"
		j.Unjudged = append(j.Unjudged, Unjudged{g.String(), where, why})
	}
}

// Notes is a line for each gate that could not be judged, with the places.
func (j Judged) Notes() (lines []string) {
	for _, g := range j.Undefined {
		lines = append(lines, fmt.Sprintf("gate %s: could not judge: no figure of both runs is under it", g))
	}
	type kind struct{ gate, why string }
	var kinds []kind
	where := map[kind][]string{}
	for _, u := range j.Unjudged {
		k := kind{u.Gate, u.Why}
		if where[k] == nil {
			kinds = append(kinds, k)
		}
		where[k] = append(where[k], u.Where)
	}
	const named = 3
	for _, k := range kinds {
		places, more := where[k], ""
		if len(places) > named {
			more = fmt.Sprintf(" and %d more", len(places)-named)
			places = places[:named]
		}
		lines = append(lines, fmt.Sprintf("gate %s: could not judge %s%s: %s", k.gate, strings.Join(places, ", "), more, k.why))
	}
	return lines
}

// Err says which gates tripped; nil if none did.
func (j Judged) Err() error {
	if len(j.Tripped) == 0 {
		return nil
	}
	return fmt.Errorf("gate: %d for the worse: %s", len(j.Tripped), strings.Join(j.Tripped, "; "))
}
