package stats

// middle is the median of v, which it reorders; of an even number of values the mean of the middle two. It selects (Hoare,
// FIND, 1961) instead of sorting: a bootstrap asks for very many medians.
func Middle(v []float64) float64 {
	n := len(v)
	upper := nth(v, n/2)
	if n%2 == 1 {
		return upper
	}
	lower := v[0] // all before n/2 are at or below it now
	for _, x := range v[1 : n/2] {
		lower = max(lower, x)
	}
	return (lower + upper) / 2
}

// nth is the k-th smallest of v, from 0; it leaves none greater before it and none smaller after it.
func nth(v []float64, k int) float64 {
	lo, hi := 0, len(v)-1
	for lo < hi {
		pivot := v[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < pivot {
				i++
			}
			for v[j] > pivot {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}

// nthDifference is the k-th smallest, from 0, of all differences y - x of a y of o and an x of b, both sorted. It halves the
// reach in which it stands and counts what is below: of 10,000 a side there are too many to write them down.
func nthDifference(b, o []float64, k int) float64 {
	upTo := func(d float64) (n int) { // how many differences are at most d
		j := 0
		for _, x := range b {
			for j < len(o) && o[j]-x <= d {
				j++
			}
			n += j
		}
		return n
	}
	lo, hi := o[0]-b[len(b)-1], o[len(o)-1]-b[0]
	if upTo(lo) > k {
		return lo
	}
	for {
		mid := lo + (hi-lo)/2
		switch {
		case mid <= lo || mid >= hi:
			return hi // no number is between the two
		case upTo(mid) > k:
			hi = mid
		default:
			lo = mid
		}
	}
}
