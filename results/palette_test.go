package results

import (
	"cbench/results/record"
	"fmt"
	"image/color"
	"testing"
)

// However many servers there are, no two look alike: by colour, marker or dashes.
func TestLooksAreApart(t *testing.T) {
	type key struct {
		color  color.NRGBA
		shape  string
		dashed bool
	}
	for _, n := range []int{1, 6, 7, 20, 60, 100} {
		names := []string{"reactor", "pool", "floor"}
		originals := map[string]record.Original{}
		for i := range n {
			name := "server-" + string(rune('a'+i%26)) + string(rune('a'+i/26))
			names = append(names, name)
			if n == 60 {
				originals[name] = record.Original{Of: "reactor"}
			}
		}
		seen := map[key]string{}
		for name, l := range looksBeside(names, originals) {
			k := key{l.color, fmt.Sprint(l.marker), l.dashed}
			if other, there := seen[k]; there {
				t.Errorf("of %d, %s and %s look alike", n, name, other)
			}
			seen[k] = name
		}
	}
}
