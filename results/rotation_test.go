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
	onThreads := func(rotation string, model string, procs int) Cell {
		c := cell(model, "1", 1)
		c.Params.Rotation, c.Params.Procs = rotation, procs
		return c
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
		{"on threads", []Cell{onThreads("a+a/2+b/2", "a", 1), onThreads("a+a/2+b/2", "a", 2), onThreads("a+a/2+b/2", "b", 2)}, []string{"1", "1", "1"}, 0},
		{"on threads, torn", []Cell{onThreads("a+a/2+b/2", "a", 1), onThreads("a+a/2+b/2", "b", 2)}, nil, 1},
		{"on threads that older files do not say", []Cell{onThreads("a+a+b", "a", 1), onThreads("a+a+b", "a", 2), onThreads("a+a+b", "b", 2)}, []string{"1", "1", "1"}, 0},
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
