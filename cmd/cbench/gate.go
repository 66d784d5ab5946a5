package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"cbench/results/compare"
)

// gated is what a gate may be set on, by the name of the figure.
var gated = []struct{ name, fig string }{
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

func gateNames() []string {
	var names []string
	for _, g := range gated {
		names = append(names, g.name)
	}
	return names
}

// gate is how much worse one figure may become.
type gate struct {
	name string
	fig  string
	most float64 // as a share: 0.05 is 5%
}

// parseGates reads gates such as "cpu<5%,mem<5%,p99<15%": names of gated, each once, and a percentage in plain decimals.
func parseGates(text string) ([]gate, error) {
	var gates []gate
	for word := range strings.SplitSeq(text, ",") {
		g, err := parseGate(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("gate %q: %w", strings.TrimSpace(word), err)
		}
		if slices.ContainsFunc(gates, func(o gate) bool { return o.name == g.name }) {
			return nil, fmt.Errorf("gate %q: %s is gated twice", strings.TrimSpace(word), g.name)
		}
		gates = append(gates, g)
	}
	return gates, nil
}

func parseGate(word string) (g gate, err error) {
	name, limit, has := strings.Cut(word, "<")
	if !has {
		return g, errors.New(`must be such as "cpu<5%"`)
	}
	g.name = strings.TrimSpace(name)
	at := slices.Index(gateNames(), g.name)
	if at < 0 {
		return g, fmt.Errorf("there is no figure %q to gate; there are %s", g.name, strings.Join(gateNames(), ", "))
	}
	g.fig = gated[at].fig
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

func (g gate) String() string {
	return g.name + "<" + strconv.FormatFloat(100*g.most, 'f', -1, 64) + "%"
}

// judged is what gates say of the changes between two runs.
type judged struct {
	tripped   []string   // changes for the worse that are both surely one and larger than their gate
	unjudged  []unjudged // where too little is known
	undefined []string   // gates that no figure of both runs is under
}

// unjudged is a figure of which too little is known for its gate.
type unjudged struct {
	Gate  string `json:"gate"`
	Where string `json:"where"`
	Why   string `json:"why"`
}

func judgeGates(gates []gate, changes []compare.Change) (j judged) {
	for _, g := range gates {
		seen := false
		for i := range changes {
			c := &changes[i]
			if c.Figure.Name != g.fig {
				continue
			}
			seen = true
			where := fmt.Sprintf("%s %s N=%d", c.Model, c.Setting.Scenario, c.Conns)
			if c.Conns == 0 {
				where = fmt.Sprintf("%s %s over N", c.Model, c.Setting.Scenario)
			}
			switch {
			case c.Worse() && c.Loss() > g.most:
				change, _ := c.Ratio.InWords()
				j.tripped = append(j.tripped, fmt.Sprintf("%s of %s (%s): %s, gate %s", c.Figure.Title, where, c.Setting.Params, change, g))
			case c.Verdict == compare.Unknown:
				j.unjudged = append(j.unjudged, unjudged{g.String(), where, c.Why})
			case c.Verdict == compare.Same && c.LossAtMost() > g.most && c.LossAtMost() > c.Floor:
				j.unjudged = append(j.unjudged, unjudged{g.String(), where, "no change was found, but the interval does not exclude one beyond the gate"})
			}
		}
		if !seen {
			j.undefined = append(j.undefined, g.String())
		}
	}
	return j
}

// say says what could not be judged, and fails on what tripped.
func (j judged) say(w io.Writer) error {
	for _, g := range j.undefined {
		fmt.Fprintf(w, "cbench: compare: gate %s: could not judge: no figure of both runs is under it\n", g)
	}
	type kind struct{ gate, why string }
	var kinds []kind
	where := map[kind][]string{}
	for _, u := range j.unjudged {
		k := kind{u.Gate, u.Why}
		if where[k] == nil {
			kinds = append(kinds, k)
		}
		where[k] = append(where[k], u.Where)
	}
	const named = 3
	for _, k := range kinds {
		places := where[k]
		more := ""
		if len(places) > named {
			more = fmt.Sprintf(" and %d more", len(places)-named)
			places = places[:named]
		}
		fmt.Fprintf(w, "cbench: compare: gate %s: could not judge %s%s: %s\n", k.gate, strings.Join(places, ", "), more, k.why)
	}
	if len(j.tripped) == 0 {
		return nil
	}
	return fmt.Errorf("gate: %d for the worse: %s", len(j.tripped), strings.Join(j.tripped, "; "))
}
