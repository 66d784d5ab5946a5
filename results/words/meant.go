package words

import (
	"fmt"
	"strings"
)

// Meant is "did you mean reactor?", where one of the names is so near that a slip of the hand explains the word; else it is
// empty.
func Meant(word string, names []string) string {
	best, least := "", 1+len([]rune(word))/3
	for _, name := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d <= least && (best == "" || d < least) {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// NoneOf is that there is no such name, with the one that was meant or else all there are.
func NoneOf(what, word string, names []string) string {
	if meant := Meant(word, names); meant != "" {
		return fmt.Sprintf("%s %q: there is none of that name; %s There are %s", what, word, meant, List(names))
	}
	return fmt.Sprintf("%s %q: there is none of that name; there are %s", what, word, List(names))
}

// distance is how many letters must be added, left out, changed or swapped with the next to make b of a (optimal string
// alignment).
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(last[j]+change, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
