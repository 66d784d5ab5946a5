package report

import (
	"fmt"
	"slices"
	"time"

	"cbench/results/figure"
	"cbench/results/words"
	"cbench/scenarios/wire"
)

// wait is how long a model made bystanders wait while others' requests blocked: p99, in nanoseconds.
type wait struct {
	model string
	p99   float64
	void  bool // of no valid repetition
	over  bool // for it could not keep up
}

// bystanders is what was measured of one way to block, under the largest share of it.
type bystanders struct {
	setting figure.Setting
	conns   int
	waits   []wait // models as they come
}

// bystandersOf is one for every way to block, in the order of the loads: at the largest N and share that all of them have been
// measured at, or else each at its own. Of those with too little time for all of them (crowded) only where there are
// no others: what is measured there is a queue that only grows.
func bystandersOf(groups []figure.Group, control func(string) bool) (all []bystanders) {
	for i := range groups {
		g := &groups[i]
		bearable := slices.ContainsFunc(groups, func(o figure.Group) bool {
			return sameWay(o.Setting(), g.Setting()) && o.Params.Share > 0 && !crowded(&o)
		})
		if g.Params.How == "" || g.Params.Share == 0 || control(g.Model) || crowded(g) && bearable {
			continue
		}
		w := wait{model: figure.NameOf(groups, g), p99: g.Of(figure.LatencyP99).Median}
		if g.Of(figure.LatencyP99).N == 0 {
			w.void, w.over = true, g.FellBehind()
		}
		at := slices.IndexFunc(all, func(b bystanders) bool { return sameWay(b.setting, g.Setting()) })
		switch {
		case at < 0:
			all = append(all, bystanders{g.Setting(), g.Conns, []wait{w}})
		case all[at].setting == g.Setting() && all[at].conns == g.Conns:
			all[at].waits = append(all[at].waits, w)
		case all[at].setting.Params.Share < g.Params.Share || all[at].conns < g.Conns:
			all[at] = bystanders{g.Setting(), g.Conns, []wait{w}}
		}
	}
	return all
}

func sameWay(a, b figure.Setting) bool {
	return a.Scenario == b.Scenario && a.Params.How == b.Params.How
}

// overHTTP says so of requests that are.
func overHTTP(s figure.Setting) string {
	if s.Scenario == "http-blocking" {
		return " over HTTP"
	}
	return ""
}

// crowded reports whether slow requests take more time than there is: in one thread, or in all that they may be handed to.
func crowded(g *figure.Group) bool {
	threads := 1.0
	if g.Params.How == "offload" {
		threads = wire.MaxOffload
	}
	return g.SlowPerS()*float64(g.Params.BlockNS) >= threads*1e9
}

// bystanderSentences say who is stalled by whom: a model stalls everybody if its bystanders' p99 is at least half as long as a request
// blocks, for then what blocks one does block all.
func bystanderSentences(all []bystanders) (says []string) {
	for _, b := range all {
		p := b.setting.Params
		var stalled, free []wait
		var over, unknown []string
		for _, w := range b.waits {
			switch {
			case w.over:
				over = append(over, w.model)
			case w.void:
				unknown = append(unknown, w.model)
			case w.p99 >= float64(p.BlockNS)/2:
				stalled = append(stalled, w)
			default:
				free = append(free, w)
			}
		}
		if len(stalled)+len(free) < 2 {
			continue
		}
		s := fmt.Sprintf("While %s of %s requests a second%s block for %v each, %s, one bystander in 100 waits ", words.Percent(p.Share), words.PerSecond(p.RatePerS), overHTTP(b.setting),
			time.Duration(p.BlockNS), waysToBlock[p.How])
		switch {
		case len(stalled) == 0:
			s += fmt.Sprintf("%s or longer, in all models measured: nobody is stalled", ofWaits(free))
		case len(free) == 0:
			s += fmt.Sprintf("%s or longer in %s: everybody is stalled", ofWaits(stalled), words.List(words.Codes(names(stalled))))
		default:
			s += fmt.Sprintf("%s or longer in %s, where who blocks one blocks all, and %s in %s", ofWaits(stalled), words.List(words.Codes(names(stalled))),
				ofWaits(free), words.List(words.Codes(names(free))))
		}
		if len(over) > 0 {
			s += fmt.Sprintf("; %s could not keep up", words.List(words.Codes(over)))
		}
		if len(unknown) > 0 {
			s += fmt.Sprintf("; of %s no repetition is valid", words.List(words.Codes(unknown)))
		}
		says = append(says, s+".")
	}
	return says
}

var waysToBlock = map[string]string{
	"inline":  "asleep where they are handled",
	"spin":    "using the CPU where they are handled",
	"offload": "handed to threads for blocking work",
}

func names(waits []wait) (all []string) {
	for _, w := range waits {
		all = append(all, w.model)
	}
	return all
}

// ofWaits is the least and the greatest of the waits.
func ofWaits(waits []wait) string {
	low, high := waits[0].p99, waits[0].p99
	for _, w := range waits {
		low, high = min(low, w.p99), max(high, w.p99)
	}
	from, to := words.Nanoseconds(low), words.Nanoseconds(high)
	if from == to {
		return from
	}
	return from + " to " + to
}
