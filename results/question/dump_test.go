package question

import (
	"fmt"
	"os"
	"testing"

	"cbench/results/record"
)

func TestDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	if dir == "" {
		t.Skip()
	}
	run, err := record.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := Of(run, cells, warnings)
	s := a.Summary()
	for _, c := range s.Columns {
		fmt.Printf("%s | ", c.Head)
	}
	fmt.Println()
	for _, r := range s.Rows {
		for _, c := range r {
			fmt.Printf("%s %s %s | ", c.Text, c.Detail, c.Mark)
		}
		fmt.Println()
	}
	for _, q := range a.All {
		fmt.Printf("\n== %s (%s) [%s]\n%3d %s\n", q.ID, q.Title, q.Load, len([]rune(q.Headline)), q.Headline)
		for _, s := range q.Says {
			fmt.Println("  -", s)
		}
		for _, s := range q.How {
			fmt.Println("  how", s)
		}
		for _, s := range q.Doubts {
			fmt.Println("  ??", s)
		}
		fmt.Println("  cite", q.Cite)
		if os.Getenv("TABLES") == "" {
			for _, c := range q.Tables {
				fmt.Println("  table", c.Title, len(c.Rows))
			}
		} else {
			for _, c := range q.Tables {
				fmt.Println("  table", c.Title, "//", c.Note)
				for _, h := range c.Columns {
					fmt.Printf("%s | ", h.Head)
				}
				fmt.Println()
				for _, r := range c.Rows {
					for _, c := range r {
						fmt.Printf("%s (%s) %s | ", c.Text, c.Detail, c.Mark)
					}
					fmt.Println()
				}
			}
		}
		for _, c := range q.Charts {
			fmt.Print("  chart ", c.ID, " ", c.Kind, " ", c.Title, " extra=", c.Extra)
			for _, p := range c.Panels {
				fmt.Print(" [", p.Title, " ", len(p.Series), "]")
			}
			fmt.Println()
		}
	}
}
