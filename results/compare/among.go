package compare

import (
	"maps"
	"slices"
	"strings"

	"github.com/aclements/go-moremath/stats"
	"gonum.org/v1/gonum/stat/distuv"

	"cbench/results/figure"
)

// That every program's processes differ as the base's do is an assumption, and where the same two were in several rotations
// it shows how far it holds: their ratios differ from rotation to rotation. Those variances are pooled over all models under
// one load,
//
//	v = Σν·w/s / Σν,  ν = n(R - 1)/(1 + (n - 1)ρ²)
//
// where w is the mean variance of the n models that shared R rotations, s as in controls.go, and ν its degrees of freedom.
// They were n(R - 1) if the models were independent, but the noise of the base is in all of them alike: any two correlate by
// ρ = (2s - 1)/2s, and the mean of n squares that do has 1 + (n - 1)ρ² times the variance (Satterthwaite 1946). Servers on
// other runtimes, which no control is of, are pooled apart from ours; without this nothing is known of them.
//
// Where it is larger than what the controls tell, and that is not chance (orLarger), a ratio is tested against it alone.

// among is variances between rotations, pooled.
type among map[kind]*byLoad

// byLoad is the variances of one kind, of every load and of all of them.
type byLoad struct {
	of  map[load]pooled
	all pooled
}

// kind is what they are pooled of.
type kind struct {
	controlKey
	foreign bool // one of the two is not a model of ours
}

// load is the traffic that both were under.
type load struct {
	setting figure.Setting
	conns   int
}

// pooled is a variance of one rotation, of a ratio without a control, with its degrees of freedom.
type pooled struct{ variance, df float64 }

func (p pooled) plus(o pooled) pooled {
	if p.df+o.df == 0 {
		return p
	}
	return pooled{(p.variance*p.df + o.variance*o.df) / (p.df + o.df), p.df + o.df}
}

// poolingLevel is that of the test whether two variances may be taken for one. Where it comes before another test it must be
// lenient, or that other calls too much a difference: a quarter (Bancroft, Analysis and Inference for Incompletely Specified
// Models, Biometrics 20, 1964).
const poolingLevel = 0.25

// orLarger is the larger of what controls tell and of what rotations do. It is that of rotations alone where it is larger by
// more than chance, by the F test; else both were looks at one variance, of as many degrees of freedom as both together.
func (p pooled) orLarger(rotations pooled) (v pooled, own bool) {
	switch {
	case rotations.df == 0 || rotations.variance <= p.variance:
		return p, false
	case p.variance == 0 || (distuv.F{D1: rotations.df, D2: p.df}).Survival(rotations.variance/p.variance) < poolingLevel:
		return rotations, true
	}
	return pooled{rotations.variance, p.df + rotations.df}, false
}

// leastAmong is the degrees of freedom from which a load is judged by its own rotations alone: with fewer, Student's t says
// more than they do.
const leastAmong = 4

// amongOf pools what the models of every load, each over the model that controls are of, differ by between rotations.
func (l controls) amongOf(groups []figure.Group, twins map[string]string) among {
	all := among{}
	for _, block := range figure.Blocks(groups) {
		for _, f := range figure.Figures {
			if !f.Comparable(block[0].Setting()) {
				continue
			}
			for _, base := range distinct(twins) {
				all.add(l.together(block, f, base, twins))
			}
		}
	}
	return all
}

// distinct is the models that controls are of.
func distinct(twins map[string]string) []string {
	return slices.Compact(slices.Sorted(maps.Values(twins)))
}

// together is the pairs of every model with that base, by the rotations that they shared.
func (l controls) together(block []figure.Group, f figure.Figure, base string, twins map[string]string) map[string][][]pairedRounds {
	shared := map[string][][]pairedRounds{}
	for i := range block {
		other := &block[i]
		b := baseIn(block, other, base)
		if _, twin := twins[other.Model]; twin || b == nil {
			continue
		}
		byLot := map[bool][]pairedRounds{}
		for _, p := range l.rotationsOf(b, other, f) {
			if _, _, ok := p.mean(); ok {
				byLot[p.few] = append(byLot[p.few], p)
			}
		}
		for _, pairs := range byLot {
			if len(pairs) > 1 {
				key := sharing(pairs)
				shared[key] = append(shared[key], pairs)
			}
		}
	}
	return shared
}

// sharing names what pairs have in common: their figure's kind and their rotations.
func sharing(pairs []pairedRounds) string {
	ids := []string{"ours"}
	if pairs[0].kind.foreign {
		ids[0] = "foreign"
	}
	for _, p := range pairs {
		ids = append(ids, p.id)
	}
	return strings.Join(ids, "\x00")
}

func (a among) add(shared map[string][][]pairedRounds) {
	for _, key := range slices.Sorted(maps.Keys(shared)) { // a sum's last digit depends on its order, and a report's digits on nothing but its files
		models := shared[key]
		first := models[0][0]
		n, rotations := float64(len(models)), float64(len(models[0]))
		var variance, share float64
		for _, pairs := range models {
			var ds []float64
			for _, p := range pairs {
				d, _, _ := p.mean()
				ds = append(ds, d)
				share += p.share / n / rotations
			}
			variance += stats.Variance(ds) / n
		}
		rho := (2*share - 1) / (2 * share)
		if a[first.kind] == nil {
			a[first.kind] = &byLoad{of: map[load]pooled{}}
		}
		at, look := a[first.kind], pooled{variance / share, n * (rotations - 1) / (1 + (n-1)*rho*rho)}
		at.of[first.load] = at.of[first.load].plus(look)
		at.all = at.all.plus(look)
	}
}

// of is what is known for such a pair: of its own load where that is enough, else of all loads. Its df is 0 where nothing is
// known.
func (a among) of(p pairedRounds) pooled {
	at := a[p.kind]
	if at == nil {
		return pooled{}
	}
	if own := at.of[p.load]; own.df >= leastAmong {
		return own
	}
	return at.all
}
