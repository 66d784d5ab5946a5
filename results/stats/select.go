package stats

// middle is the median of v, which it reorders; of an even number of values the mean of the middle two. It selects (Hoare, FIND, 1961)
// instead of sorting: a bootstrap asks for very many medians.
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
