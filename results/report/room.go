package report

import (
	"fmt"
	"slices"

	"cbench/results/figure"
	"cbench/results/words"
)

// roomLessons is how far one room of all reaches.
func (b *builder) roomLessons() (all []lessonPart) {
	for _, load := range b.scenario("fanout") {
		reaches := b.reachesOf(load)
		l := lessonPart{
			Title: "One room of all: " + b.facts.loads[load],
			Lead: "Every message goes to every member, and each checks its ids. Delivery is counted from when the message was due; the spread is between the first and the last" +
				" member that heard it. A model falls behind where fewer deliveries come a second than are offered.",
			Says: reachSentences(reaches, load),
			Charts: slices.Concat(
				b.chart("Delivery in one room of N", "From when the message was due. Hollow: void.", "ns", "conns",
					b.overConns(load, "p50", figures.p50), b.overConns(load, "p99", figures.p99)),
				b.chart("From the first to the last member", "How much later the last member heard a message than the first.", "ns", "conns",
					b.overConns(load, "p50", spreadP50), b.overConns(load, "p99", spreadP99)),
				b.chart("Server CPU a delivery", "User and system time of the whole server. Lower is better.", "ns", "conns", b.overConns(load, "", figures.cpu)),
				b.chart("Deliveries a second", "Checked deliveries. Hollow: void; the table says where a model fell behind.", "rate", "conns", b.overConns(load, "", figures.throughput)),
			),
			Tables: []Table{b.roomTable(load, reaches)},
		}
		all = append(all, l)
	}
	return all
}

var (
	spreadP50 = figure.Figure{Name: "spread_p50_ns", Metric: figure.SpreadP50, Less: true, Words: words.Nanoseconds}
	spreadP99 = figure.Figure{Name: "spread_p99_ns", Metric: figure.SpreadP99, Less: true, Words: words.Nanoseconds, Tail: true}
)

func (b *builder) reachesOf(load figure.Setting) []figure.Reach {
	return slices.DeleteFunc(figure.Reaches(b.groups), func(r figure.Reach) bool { return r.Setting != load || b.twinOf[r.Model] != "" })
}

func (b *builder) roomTable(load figure.Setting, reaches []figure.Reach) Table {
	t := Table{Title: "One room of N", Note: confidenceNote, Head: []string{"Model", "N", "Delivery p50", "p99", "First to last, p50", "p99", "CPU a delivery", "Deliveries/s", "Kept up?", "Reach", "Valid"}}
	for _, g := range b.each(load) {
		name := figure.NameOf(b.groups, g)
		kept, reach := Datum{Text: "not known"}, unknown
		if len(g.Told()) > 0 {
			kept.Text = "yes"
		}
		if at := slices.IndexFunc(reaches, func(r figure.Reach) bool { return r.Name == name }); at >= 0 {
			r := reaches[at]
			if inWords := reachInWords(r); inWords != "" {
				reach = fig(float64(r.Kept), inWords)
			}
			if r.Behind == g.Conns {
				kept = Datum{Text: map[bool]string{false: "no", true: "not known"}[r.Client], Detail: behindInWords(r)}
			}
		}
		counted := len(g.Told())
		t.Rows = append(t.Rows, append(b.whose(g), datum(g, figures.p50), datum(g, figures.p99), datum(g, spreadP50), datum(g, spreadP99), datum(g, figures.cpu),
			datum(g, figures.throughput), kept, reach, fig(float64(counted), fmt.Sprintf("%d/%d", counted, counted+len(g.Void)))))
	}
	return t
}

// reachInWords is "≥ 10,000", "1,000", or that there is none; empty where nothing is known of the server's.
func reachInWords(r figure.Reach) string {
	switch {
	case r.Client && r.Kept == 0:
		return ""
	case r.Behind == 0 || r.Client:
		return "≥ " + words.Whole(r.Kept)
	case r.Kept == 0:
		return "< " + words.Whole(r.Behind)
	}
	return words.Whole(r.Kept)
}

// behindInWords is how far it fell behind.
func behindInWords(r figure.Reach) string {
	s := fmt.Sprintf("%s of %s deliveries/s", words.Rate(r.AchievedPerS), words.Rate(r.OfferedPerS))
	if r.Client {
		s += ", all that the client can do"
	}
	return s
}

// reachSentences say how far each model reaches.
func reachSentences(all []figure.Reach, load figure.Setting) (says []string) {
	kept := map[int][]string{} // models, by the most that they kept up with, where they did with all
	var most []int
	for _, r := range all {
		if r.Behind > 0 {
			continue
		}
		if kept[r.Kept] == nil {
			most = append(most, r.Kept)
		}
		kept[r.Kept] = append(kept[r.Kept], r.Name)
	}
	perS := load.Params.RatePerS
	for _, n := range most {
		keeps, above := "keep", ", the most there were"
		if len(kept[n]) == 1 {
			keeps = "keeps"
		}
		if n < all[0].Offered {
			above = ", and with more it is not known"
		}
		says = append(says, fmt.Sprintf("With %s messages a second to everybody in one room, %s %s up with %s members%s: %s deliveries a second.",
			words.Number(perS), words.List(words.Codes(kept[n])), keeps, words.Whole(n), above, words.Number(perS*float64(n))))
	}
	for _, r := range all {
		if r.Behind == 0 {
			continue
		}
		s := fmt.Sprintf("With %s messages a second to everybody in one room, %s falls behind at %s members: %s", words.Number(perS), words.Code(r.Name), words.Whole(r.Behind), behindInWords(r))
		if r.Client {
			s = fmt.Sprintf("With %s messages a second to everybody in one room of %s, %s brings %s: what the server can is not known", words.Number(perS), words.Whole(r.Behind),
				words.Code(r.Name), behindInWords(r))
		}
		if r.Kept > 0 {
			s += fmt.Sprintf("; it keeps up with %s", words.Whole(r.Kept))
		}
		says = append(says, s+".")
	}
	return says
}
