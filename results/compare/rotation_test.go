package compare

import (
	"slices"
	"strings"
	"testing"

	"cbench/results/record"
)

func TestTornRotationsAreLeftOut(t *testing.T) {
	cell := func(model, id string, rep int) record.Cell {
		return record.Cell{
			Schema: record.Schema, Model: model, Scenario: "echo", Conns: 10, Rep: rep, Valid: true,
			Params: record.Params{Loop: "closed", Rotation: "a+b", Rounds: 2}, Rotation: &record.Rotation{ID: id, Rounds: []record.Round{}},
		}
	}
	onThreads := func(rotation string, model string, procs int) record.Cell {
		c := cell(model, "1", 1)
		c.Params.Rotation, c.Params.Procs = rotation, procs
		return c
	}
	alone := record.Cell{Schema: record.Schema, Model: "a", Scenario: "echo", Conns: 10, Rep: 1, Params: record.Params{Loop: "closed"}}
	tests := []struct {
		name  string
		cells []record.Cell
		want  []string // rotations that are left, cell by cell
		warns int
	}{
		{"whole", []record.Cell{cell("a", "1", 1), cell("b", "1", 1), alone}, []string{"1", "1", ""}, 0},
		{"torn", []record.Cell{alone, cell("a", "1", 1)}, []string{""}, 1},
		{"measured again", []record.Cell{cell("a", "1", 1), cell("a", "2", 1), cell("b", "2", 1)}, []string{"2", "2"}, 1},
		{"twice whole: the first counts", []record.Cell{cell("a", "1", 1), cell("b", "1", 1), cell("a", "2", 1), cell("b", "2", 1)}, []string{"1", "1"}, 2},
		{"another repetition", []record.Cell{cell("a", "1", 1), cell("b", "1", 1), cell("b", "2", 2)}, []string{"1", "1"}, 1},
		{"on threads", []record.Cell{onThreads("a+a/2+b/2", "a", 1), onThreads("a+a/2+b/2", "a", 2), onThreads("a+a/2+b/2", "b", 2)}, []string{"1", "1", "1"}, 0},
		{"on threads, torn", []record.Cell{onThreads("a+a/2+b/2", "a", 1), onThreads("a+a/2+b/2", "b", 2)}, nil, 1},
		{"on threads that older files do not say", []record.Cell{onThreads("a+a+b", "a", 1), onThreads("a+a+b", "a", 2), onThreads("a+a+b", "b", 2)}, []string{"1", "1", "1"}, 0},
	}
	for _, tt := range tests {
		dir := t.TempDir()
		for i := range tt.cells {
			if err := record.Append(dir, &tt.cells[i]); err != nil {
				t.Fatal(err)
			}
		}
		cells, warnings, err := record.ReadCells(dir)
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
