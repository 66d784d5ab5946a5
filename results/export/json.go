package export

import (
	"encoding/json"
	"io"
	"math"
	"strings"

	"cbench/results/compare"
	"cbench/results/question"
	"cbench/results/record"
)

// comparison is one comparison as show --json writes it. Ratio is the model's figure over the base's; what is not known is null.
type comparison struct {
	Figure   string        `json:"figure"` // "cpu_ns_per_message"
	Setting  string        `json:"setting"`
	Scenario string        `json:"scenario"`
	Params   record.Params `json:"params"`
	Conns    int           `json:"conns"`
	Model    string        `json:"model"`
	Base     string        `json:"base"`
	Control  bool          `json:"control"` // the model is the base under another name
	Ratio    *float64      `json:"ratio"`
	Low      *float64      `json:"low"`
	High     *float64      `json:"high"`
	P        *float64      `json:"p"` // adjusted by Holm over the figure's comparisons
	Samples  int           `json:"samples"`
	Verdict  string        `json:"verdict"` // more, less, equal or unknown
	Why      string        `json:"why,omitempty"`
}

// JSON writes every comparison that the answers rest on.
func JSON(w io.Writer, a *question.Answers) error {
	all := []comparison{}
	for i := range a.Comparisons {
		all = append(all, plain(&a.Comparisons[i]))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"comparisons": all})
}

func plain(c *compare.Comparison) comparison {
	verdict, why := verdictOf(c)
	name := c.Figure.Name
	if strings.Contains(name, "per_conn") {
		name = "memory_" + name
	}
	return comparison{
		Figure: name, Setting: c.Setting.Scenario + ", " + c.Setting.Params.String(), Scenario: c.Setting.Scenario, Params: c.Setting.Params,
		Conns: c.Conns, Model: c.Other, Base: c.Base, Control: c.Twin,
		Ratio: finite(c.Ratio.Mid), Low: finite(c.Ratio.Low), High: finite(c.Ratio.High), P: finite(c.P), Samples: c.Ratio.N,
		Verdict: verdict, Why: why,
	}
}

// equalWithin is how far from 1 the whole interval of a ratio may lie that is called equal.
const equalWithin = 0.05

// verdictOf tells apart what a comparison that found no difference leaves open: that there is none of note, and that too
// little is known.
func verdictOf(c *compare.Comparison) (verdict, why string) {
	switch {
	case c.Verdict != compare.Same:
		return string(c.Verdict), c.Why
	case c.Ratio.Sure() && c.Ratio.Low >= 1-equalWithin && c.Ratio.High <= 1+equalWithin:
		return "equal", c.Why
	}
	return string(compare.Unknown), "no difference was found, and the interval is too wide to call them equal"
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
