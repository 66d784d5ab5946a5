package results

import (
	"slices"
	"strings"
	"testing"
)

func TestTornRotationsAreLeftOut(t *testing.T) {
	cell := func(model, id string, rep int) Cell {
		return Cell{
			Schema: Schema, Model: model, Scenario: "echo", Conns: 10, Rep: rep, Valid: true,
			Params: Params{Loop: "closed", Rotation: "a+b", Rounds: 2}, Rotation: &Rotation{ID: id, Rounds: []Round{}},
		}
	}
	alone := Cell{Schema: Schema, Model: "a", Scenario: "echo", Conns: 10, Rep: 1, Params: Params{Loop: "closed"}}
	tests := []struct {
		name  string
		cells []Cell
		want  []string // rotations that are left, cell by cell
		warns int
	}{
		{"whole", []Cell{cell("a", "1", 1), cell("b", "1", 1), alone}, []string{"1", "1", ""}, 0},
		{"torn", []Cell{alone, cell("a", "1", 1)}, []string{""}, 1},
		{"measured again", []Cell{cell("a", "1", 1), cell("a", "2", 1), cell("b", "2", 1)}, []string{"2", "2"}, 1},
		{"twice whole: the first counts", []Cell{cell("a", "1", 1), cell("b", "1", 1), cell("a", "2", 1), cell("b", "2", 1)}, []string{"1", "1"}, 2},
		{"another repetition", []Cell{cell("a", "1", 1), cell("b", "1", 1), cell("b", "2", 2)}, []string{"1", "1"}, 1},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		for i := range tt.cells {
			if err := Append(dir, &tt.cells[i]); err != nil {
				t.Fatal(err)
			}
		}
		cells, warnings, err := ReadCells(dir)
		var got []string
		for _, c := range cells {
			id := ""
			if c.Rotation != nil {
				id = c.Rotation.ID
			}
			got = append(got, id)
		}
		if err != nil || !slices.Equal(got, tt.want) || len(warnings) != tt.warns {
			t.Errorf("%s: %q, warnings %q, %v; want %q", tt.name, got, strings.Join(warnings, "; "), err, tt.want)
		}
	}
}
