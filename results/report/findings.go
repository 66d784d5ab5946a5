package report

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/words"
)

// Finding is one thing that was found, or was not.
type Finding struct {
	About string   // "Memory"
	Load  string   // under what load; empty: of the whole run
	Says  []string // sentences
	More  []string // and what is folded away: how that is known
}

// facts is what sentences are made of, all of it from the source.
type facts struct {
	cells   []record.Cell
	groups  []figure.Group
	loads   map[figure.Setting]string
	growth  []figure.Growth
	matters []matter
	twins   []compare.Comparison // controls against what they are
	limits  [][]limit
	stalls  []stall
	stops   []compare.Stop
	cores   []compare.Cores
	kindred []compare.Comparison // of styled against each of kin

	evenness  []figure.Evenness
	originals *compare.Originals      // nil: the run has no pairs
	twinOf    map[string]string       // models, by the name of their control
	control   func(model string) bool // is no competitor
	apart     []string                // originals that nothing is said of but beside the models that imitate them
}

func factsOf(s *Source) facts {
	f := facts{cells: s.Cells, groups: figure.Summarise(s.Cells)}
	twins := figure.TwinsOf(s.Cells)
	var originals map[string]record.Original
	if s.Run != nil {
		originals = s.Run.Originals
	}
	f.control = func(name string) bool { // the original of a control is one too
		return figure.IsFloor(name) || twins[name] != "" || figure.IsFloor(originals[name].Of)
	}
	f.twinOf = twins
	f.loads = loadNames(settingsOf(f.groups))
	f.growth = slices.DeleteFunc(growthOf(f.groups), func(g figure.Growth) bool { return twins[g.Model] != "" })
	f.matters = matters(s.Comparisons)
	for _, c := range s.Comparisons {
		if c.Twin {
			f.twins = append(f.twins, c)
		}
	}
	f.limits = byPlace(slices.DeleteFunc(limitsOf(f.groups), func(l limit) bool { return twins[l.model] != "" }))
	f.cores, f.evenness = compare.CoresOf(s.Cells), figure.EvennessOf(s.Cells)
	f.kindred = compare.Kindred(s.Cells, styled, kin...)
	f.stops = compare.StopsOf(s.Cells)
	f.stalls = stallsOf(f.groups, f.stops, f.loads, f.control, f.noisy)
	if s.Run != nil {
		f.originals = compare.OriginalsOf(s.Run, s.Cells)
	}
	return f
}

// drawn is the models that charts show: a control that is a model under another name would only hide it.
func (f facts) drawn() []string {
	return slices.DeleteFunc(modelsOf(f.groups), func(name string) bool { return f.twinOf[name] != "" })
}

func modelsOf(groups []figure.Group) []string {
	var names []string
	for i := range groups {
		if !slices.Contains(names, groups[i].Model) {
			names = append(names, groups[i].Model)
		}
	}
	return names
}

// findings is what the first screen says, in the order of what one asks first.
func (f facts) findings() []Finding {
	var all []Finding
	add := func(about, load string, says ...string) {
		says = slices.DeleteFunc(says, func(s string) bool { return s == "" })
		if len(says) > 0 {
			all = append(all, Finding{About: about, Load: load, Says: says})
		}
	}
	add("Memory", "", memorySentence(f.growth, f.control), f.atMost())
	if m, ok := chief(f.matters, "cpu"); ok {
		add("CPU per message", f.loads[m.setting], f.atEnds(m)...)
	}
	add("A coroutine’s price", "", f.stylePrice()...)
	if o := f.originals; o != nil {
		load, says := languageSays(o)
		add("Language or model", load, says...)
		add("Go's libraries", "", engineSentences(o)...)
	}
	add("Servers of other makes", "", f.apartSays())
	if m, ok := chief(f.matters, "p99"); ok {
		add("p99 latency", f.loads[m.setting], append(f.latencySays(m), f.drownedSays())...)
	}
	for _, of := range f.limits {
		add("Capacity", f.loads[of[0].setting], capacitySentence(of))
	}
	for _, p := range f.coresParts() {
		add("A second core", p.Load, p.Says...)
	}
	stalls := stallSentences(f.stalls)
	add("Who blocks whom", "", append(bystanderSentences(bystandersOf(f.groups, f.control)), f.crossingFindings()...)...)
	add("Slow readers", "", f.deafFinding())
	add("Storms", "", f.stormFindings()...)
	add("One room", "", f.reachFindings()...)
	stops := f.stopSentences()
	add("Stalls", "", slices.Concat(stops[:min(3, len(stops))], stalls[:min(2, len(stalls))])...)
	add("Fairness", "", f.unfair()...)
	add("How sure", "", f.sureness()...)
	all[len(all)-1].More = f.surenessInFull() // there is always something to say of how sure
	return all
}

// atMost is what the slopes come to at the most connections there were.
func (f facts) atMost() string {
	n := f.mostConns()
	all, kernelKnown := holdings(f.growth, n, f.control)
	if len(all) < 2 {
		return ""
	}
	low, high := all[0], all[0]
	for _, h := range all {
		if h.user < low.user {
			low = h
		}
		if h.user > high.user {
			high = h
		}
	}
	if high.user < 2*low.user {
		return ""
	}
	s := fmt.Sprintf("At %s that is %s of user memory in %s and %s in %s", atN(n), words.Bytes(high.user), words.Code(high.model),
		words.Bytes(low.user), words.Code(low.model))
	if kernelKnown && low.kernel > 0 {
		s += fmt.Sprintf(", beside %s in the kernel", words.Bytes(low.kernel))
	}
	return s + "."
}

// mostConns is the greatest N of the load that shows memory.
func (f facts) mostConns() int {
	most := 0
	for i := range f.groups {
		if g := &f.groups[i]; len(f.growth) > 0 && g.Setting() == f.growth[0].Setting {
			most = max(most, g.Conns)
		}
	}
	return most
}

// atEnds is what is known at the least and at the greatest N of which anything is, or that nothing differs anywhere.
func (f facts) atEnds(m matter) []string {
	if none := m.verdictless(); none != "" {
		return []string{none}
	}
	conns := m.known()
	says := []string{f.sentenceAt(m.at(conns[0]))}
	if last := conns[len(conns)-1]; last != conns[0] {
		says = append(says, f.sentenceAt(m.at(last)))
	}
	return says
}

// latencySays is what p99 says at each N where it does not say the same at all, or that it ranks nobody.
func (f facts) latencySays(m matter) []string {
	if none := m.verdictless(); none != "" {
		return []string{none}
	}
	if mixed := m.mixed(); len(mixed) > 0 {
		return append(mixed[:min(2, len(mixed))], notTested)
	}
	return f.atEnds(m)
}

// drownedSays names the loads under which p99 ranks nobody, for the machine's own pauses are the tail; empty: there are none, or the finding
// says so already, being of the only one.
func (f facts) drownedSays() string {
	var loads []string
	worst := 0.0
	chiefly, _ := chief(f.matters, "p99")
	for _, m := range f.matters {
		swing := 0.0
		for _, c := range m.all {
			swing = max(swing, c.Drowned)
		}
		if is(m.fig, "p99") && swing > 0 {
			loads, worst = append(loads, f.loads[m.setting]), max(worst, swing)
		}
	}
	if len(loads) == 0 || len(loads) == 1 && loads[0] == f.loads[chiefly.setting] {
		return ""
	}
	return fmt.Sprintf("p99 ranks nobody under %s: the machine's own pauses are the tail there, and make even a control differ from itself by a factor of up to %.0f.",
		words.List(loads), worst)
}

// sureness is how much of it is to be trusted, in three sentences: the noise floor, the ties, what is void.
func (f facts) sureness() []string {
	var says []string
	if floor := f.noiseShort(); floor != "" {
		says = append(says, floor)
	}
	n, total := f.verdicts()
	if total == 0 {
		return append(says, "No figure was compared with another: what is not called a difference here is not one yet.", voidSentence(f.cells))
	}
	said := fmt.Sprintf("Of %s, %d are differences, in %d none was found", words.Plural(total, "comparison"), n[compare.Less]+n[compare.More], n[compare.Same])
	if n[compare.Unknown] > 0 {
		said += fmt.Sprintf(", of %d too little is known", n[compare.Unknown])
	}
	return append(says, said+".", voidSentence(f.cells))
}

// surenessInFull is what lies behind these sentences, for who asks.
func (f facts) surenessInFull() (says []string) {
	if floor := f.noise(); floor != "" {
		says = append(says, floor)
	}
	if why := f.commonWhy(); why != "" {
		says = append(says, "Of what too little is known, "+why+".")
	}
	if _, total := f.verdicts(); total > 0 {
		says = append(says, question.TestsInWords)
	}
	return says
}

// verdicts counts what comparisons say.
func (f facts) verdicts() (n map[compare.Verdict]int, total int) {
	n = map[compare.Verdict]int{}
	for _, m := range f.matters {
		for v, k := range m.count() {
			n[v] += k
			total += k
		}
	}
	return n, total
}

// noiseShort is the widest floor of the figure that tells most, CPU per message, or else of throughput.
func (f facts) noiseShort() string {
	for _, fig := range []string{"cpu", "throughput"} {
		most := 0.0
		for _, m := range f.matters {
			for _, c := range m.all {
				if is(m.fig, fig) && c.Control != "" {
					most = max(most, c.Floor)
				}
			}
		}
		if most > 0 {
			return fmt.Sprintf("No difference in %s within what the same server twice may differ from itself by, up to %s, is called one.",
				map[string]string{"cpu": "CPU per message", "throughput": "throughput"}[fig], words.Percent(most))
		}
	}
	return ""
}

// commonWhy is the reason for which most often too little is known.
func (f facts) commonWhy() string {
	times := map[string]int{}
	common := ""
	for _, m := range f.matters {
		for _, c := range m.all {
			if c.Verdict != compare.Unknown || c.Why == "" {
				continue
			}
			kind := words.WithoutFigures(c.Why)
			if times[kind]++; common == "" || times[kind] > times[words.WithoutFigures(common)] {
				common = c.Why
			}
		}
	}
	if common == "" {
		return ""
	}
	return "most often: " + common
}

// noise is the range of floors under every load, by figure, and what a floor is.
func (f facts) noise() string {
	var said []string
	without, total := 0, 0
	for _, m := range f.matters {
		var floors []float64
		for _, c := range m.all {
			total++
			if c.Control == "" {
				without++
			} else {
				floors = append(floors, c.Floor)
			}
		}
		if len(floors) > 0 && (is(m.fig, "cpu") || is(m.fig, "p99") || is(m.fig, "throughput")) {
			said = append(said, fmt.Sprintf("%s in %s (%s)", floorInWords(slices.Min(floors), slices.Max(floors)), titleOf(m.fig), f.loads[m.setting]))
		}
	}
	if len(said) == 0 {
		return ""
	}
	s := fmt.Sprintf("What may be noise, the floor, is %s; each is as far as the interval of a control reaches, a model compared with itself under the same load,"+
		" or what several of them foretell of another, or, where that is more, how rotations of the models themselves differ. A difference within the floor of its own load and N is not called one", words.List(said))
	if without > 0 {
		s += fmt.Sprintf("; of %s %d had no control, and so no floor", words.Plural(total, "comparison"), without)
	}
	return s + "."
}

// floorInWords is a range of floors; of what is beyond a factor of two the greatest alone is told, as a factor.
func floorInWords(low, high float64) string {
	if high >= 1 {
		return fmt.Sprintf("a factor of up to %.3g", 1+high)
	}
	return fromTo(words.Percent(low), words.Percent(high))
}

// fromTo is "1.2 to 3.4%", or the one where both are alike.
func fromTo(low, high string) string {
	if low == high {
		return high
	}
	return strings.TrimSuffix(low, "%") + " to " + high
}

// voidSentence counts what is not valid, with the commonest reason.
func voidSentence(cells []record.Cell) string {
	void, reasons := 0, map[string]int{}
	var order []string
	for i := range cells {
		if cells[i].Valid {
			continue
		}
		void++
		for _, why := range cells[i].Void {
			kind := words.WithoutFigures(why)
			if reasons[kind]++; reasons[kind] == 1 {
				order = append(order, why)
			}
		}
	}
	are := "are"
	if void == 1 {
		are = "is"
	}
	switch {
	case len(cells) == 0:
		return "No repetition is finished."
	case void == 0 && len(cells) == 1:
		return "The one repetition is valid, every byte of every reply checked."
	case void == 0:
		return fmt.Sprintf("All %s are valid, every byte of every reply checked.", words.Plural(len(cells), "repetition"))
	case len(order) == 0:
		return fmt.Sprintf("%d of %s %s void and nowhere counted.", void, words.Plural(len(cells), "repetition"), are)
	}
	most := slices.MaxFunc(order, func(a, b string) int { return reasons[words.WithoutFigures(a)] - reasons[words.WithoutFigures(b)] })
	most = strings.TrimSuffix(words.Printable(most), ".")
	if void == len(cells) {
		return fmt.Sprintf("Not one of %s is valid, so nothing was found (%s).", words.Plural(len(cells), "repetition"), most)
	}
	return fmt.Sprintf("%d of %s %s void and nowhere counted (mostly: %s).", void, words.Plural(len(cells), "repetition"), are, most)
}

// answers is whom to choose for what.
func (f facts) answers() []Answer {
	var all []Answer
	if a, ok := f.idleAnswer(); ok {
		all = append(all, a)
	}
	all = append(all, f.busyAnswers()...)
	if a, ok := capacityAnswer(f.limits, f.control); ok {
		all = append(all, a)
	}
	return append(all, f.otherAnswers()...)
}
