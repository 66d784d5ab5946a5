package harness

import (
	"cmp"
	"math"
	"slices"
)

// bisect looks for the most that holds by trying values, each of them once or more. One try can err either way (a
// pause of the machine lets a window fail that would have held), so an answer is never believed alone. It is pure:
// next says what to try, tell takes what came of it.
//
// What is looked for is the value at which half of all tries hold. Steps that grow while all holds bracket it, halving in the
// logarithm narrows it, each step by the majority of three; then, so that no early error stays, an up-and-down staircase
// walks about the edge: up after a try that held, down after one that did not (Dixon and Mood, "A Method for Obtaining and
// Analyzing Sensitivity Data", 1948).
type bisect struct {
	first, least, most float64 // where to begin, and between what: 0 < least <= first <= most
	growth             float64 // the factor between two steps while no end was seen
	width              float64 // the factor to which the edge is to be known, such as 1.03
	whole              bool    // values are whole numbers
	visit              int     // tries at one value before the staircase goes on; 0: one
	budget             int     // tries on the staircase at most

	tries  []try
	lo, hi float64 // the highest step that held and the lowest that did not; 0: none
	at     float64 // the value that is being tried; 0: not yet begun
	votes  votes   // on it
	stairs *staircase
	over   bool
}

type try struct {
	x    float64
	held bool
}

type votes struct{ held, failed int }

// staircase walks in steps of bisect.width from where the halving ended.
type staircase struct {
	from    float64
	steps   int // above it
	stride  int // of a move, in steps
	run     int // moves in the same direction, those downwards negative
	visited votes
	tries   int
}

// next is the value to try; false: it is found.
func (b *bisect) next() (x float64, more bool) {
	if b.at == 0 {
		b.at = min(max(b.tidy(b.first), b.least), b.most)
	}
	return b.at, !b.over
}

// tell is what became of a try at next's value.
func (b *bisect) tell(held bool) {
	b.tries = append(b.tries, try{b.at, held})
	if b.stairs != nil {
		b.stairs.tries++
		b.stairs.visited.add(held)
		b.walk()
		return
	}
	b.votes.add(held)
	rising := b.hi == 0
	switch {
	case b.votes.held == 2 || rising && held && b.votes.failed == 0:
		b.step(true)
	case b.votes.failed == 2:
		b.step(false)
	}
}

func (v *votes) add(held bool) {
	if held {
		v.held++
	} else {
		v.failed++
	}
}

// step goes on after a value was decided on.
func (b *bisect) step(held bool) {
	x := b.at
	b.votes = votes{}
	if held {
		b.lo = max(b.lo, x)
	} else {
		b.hi = x
	}
	switch {
	case b.hi == 0 && x < b.most:
		b.at = min(b.tidy(x*b.growth), b.most)
	case b.lo == 0 && x > b.least:
		b.at = max(b.tidy(x/(b.growth*b.growth)), b.least)
	case b.hi == 0 || b.lo == 0: // all that may be tried holds, or nothing does: that must be sure
		b.climb(x)
	case b.hi/b.lo <= b.width || b.whole && b.hi-b.lo <= 1:
		b.climb(b.lo)
	default:
		b.at = b.tidy(math.Sqrt(b.lo * b.hi))
		if b.at <= b.lo || b.at >= b.hi {
			b.climb(b.lo)
		}
	}
}

// climb begins the staircase.
func (b *bisect) climb(from float64) {
	b.at, b.stairs = from, &staircase{from: from, stride: 1}
}

// walk goes on along the staircase, or ends it.
func (b *bisect) walk() {
	s := b.stairs
	if b.settled() || s.tries >= b.budget {
		b.over = true
		return
	}
	if s.visited.held+s.visited.failed < b.visit {
		return
	}
	up := s.visited.held >= s.visited.failed
	s.visited = votes{}
	s.turn(up)
	was := b.at
	for b.at == was { // whole numbers may need more than one step
		if up {
			s.steps += s.stride
		} else {
			s.steps -= s.stride
		}
		x := s.from * math.Pow(b.width, float64(s.steps))
		b.at = b.tidy(min(max(x, b.least), b.most))
		if x <= b.least || x >= b.most {
			s.steps = int(math.Round(math.Log(b.at/s.from) / math.Log(b.width)))
			break
		}
	}
}

// turn sets how far the next move goes. Several the same way are no noise: where it stands is far from the edge, so
// strides grow; and they are halved at each turn, so that one too wide is made good (PEST; Taylor and Creelman,
// "Efficient Estimates on Probability Functions", 1967).
func (s *staircase) turn(up bool) {
	if up == (s.run > 0) || s.run == 0 {
		if abs(s.run) >= 3 {
			s.stride = min(2*s.stride, 64)
		}
	} else {
		s.run, s.stride = 0, max(s.stride/2, 1)
	}
	if up {
		s.run++
	} else {
		s.run--
	}
}

func abs(n int) int { return max(n, -n) }

// settled reports whether more tries would tell little: both ends of the interval are known, and near each other.
func (b *bisect) settled() bool {
	found, low, high := b.found()
	switch {
	case found == nil:
		return b.sureAt(b.least, false)
	case *found == b.most:
		return b.sureAt(b.most, true)
	}
	return low != nil && high != nil && (*high / *low <= b.width*b.width*(1+1e-9) || b.whole && *high-*low <= 2)
}

// tidy rounds a value to what is worth writing: four digits, or a whole number.
func (b *bisect) tidy(x float64) float64 {
	if b.whole {
		return max(math.Round(x), 1)
	}
	unit := math.Pow10(int(math.Floor(math.Log10(x))) - 3)
	if unit < 1 { // 10^-n is not exact: divide, so that equal values are the same number
		return math.Round(x/unit) / math.Round(1/unit)
	}
	return math.Round(x/unit) * unit
}

// tallied is the tries at one value.
type tallied struct {
	x float64
	votes
}

func (v votes) n() int { return v.held + v.failed }

// tallies is all tries by value, from low to high.
func (b *bisect) tallies() []tallied {
	var all []tallied
	for _, t := range slices.SortedStableFunc(slices.Values(b.tries), func(a, b try) int { return cmp.Compare(a.x, b.x) }) {
		if len(all) == 0 || all[len(all)-1].x != t.x {
			all = append(all, tallied{x: t.x})
		}
		all[len(all)-1].add(t.held)
	}
	return all
}

// found is the highest value of those tried at which at least half of the tries hold, by the tries at all values
// (falling), nil if there is none; and between what it lies with 95% certainty: nil where that was not seen.
func (b *bisect) found() (found, low, high *float64) {
	all := b.tallies()
	for i, share := range falling(all) {
		if share >= 0.5 {
			found = &all[i].x
		}
	}
	for i := range all {
		if sure(all[i:], true) {
			low = &all[i].x
		}
		if high == nil {
			down := slices.Clone(all[:i+1])
			slices.Reverse(down)
			if sure(down, false) {
				high = &all[i].x
			}
		}
	}
	if found == nil {
		return nil, nil, high
	}
	if low != nil && *low > *found {
		low = found
	}
	if high != nil && *high <= *found { // sure to fail in sum, though half of those there held
		high = found
	}
	return found, low, high
}

// sureAt reports whether it is sure that tries at x hold, or fail, more often than not.
func (b *bisect) sureAt(x float64, held bool) bool {
	all := b.tallies()
	i := slices.IndexFunc(all, func(t tallied) bool { return t.x == x })
	return i >= 0 && sure(all[i:i+1], held)
}

// falling is the share of tries that hold at each value, made to fall with the value: the fit of least squares that
// does (isotonic regression by pooling adjacent violators; Barlow et al. 1972).
func falling(all []tallied) []float64 {
	type block struct {
		votes
		values int
	}
	share := func(b block) float64 { return float64(b.held) / float64(b.n()) }
	var blocks []block
	for _, t := range all {
		now := block{t.votes, 1}
		for len(blocks) > 0 && share(blocks[len(blocks)-1]) < share(now) {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			now = block{votes{last.held + now.held, last.failed + now.failed}, last.values + now.values}
		}
		blocks = append(blocks, now)
	}
	var fit []float64
	for _, b := range blocks {
		for range b.values {
			fit = append(fit, share(b))
		}
	}
	return fit
}

// sure reports whether tries at the first of the values hold (or fail) more often than not, with 97.5% certainty on
// this side: the sign test over the tries there and at as many of the next values as serve. The next ones are harder,
// so that at the first one the share can only be better.
func sure(from []tallied, held bool) bool {
	n, k := 0, 0
	for _, t := range from {
		n += t.n()
		if held {
			k += t.held
		} else {
			k += t.failed
		}
		if signTest(k, n) <= 0.025 {
			return true
		}
	}
	return false
}

// signTest is the probability that at least k of n fair coins fall the same given way.
func signTest(k, n int) (p float64) {
	each := math.Pow(0.5, float64(n)) // of one sequence
	for i := n; i >= 0; i-- {
		if i >= k {
			p += each
		}
		each *= float64(i) / float64(n-i+1) // n over i-1, from n over i
	}
	return p
}
