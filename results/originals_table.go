package results

import (
	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteOriginals writes every original below the model of ours that imitates it, a table for those that speak lines and one for HTTP. Below
// each stands where its figures were measured. It writes nothing where there is no pair. The error is the writer's.
func WriteOriginals(w io.Writer, run *record.Run, cells []record.Cell, opts TableOptions) error {
	var out strings.Builder
	o := compare.OriginalsOf(run, cells)
	if o == nil {
		return nil
	}
	for i := range o.Tables {
		t := &o.Tables[i]
		fmt.Fprintf(&out, "\n%s\n", opts.mark(bold, "The originals, below the model of ours that imitates each ("+t.Name+")"))
		rows := t.Rows()
		if opts.Width > 0 && totalWidth(rows) > opts.Width {
			for j := range rows {
				rows[j] = rows[j][:len(rows[j])-1] // versions tell of the language too
			}
		}
		writeAligned(&out, rows, opts)
		opts.writeIndented(&out, "Measured under: "+t.Places()+".")
		if versions := t.Versions(); versions != "" {
			opts.writeIndented(&out, "Versions: "+versions+".")
		}
		opts.writeIndented(&out, "x: CPU of the original over that of ours, called a difference only where it is one; =: no difference was found; ?: too little is known.")
	}
	opts.writeIndented(&out, slopeNote)
	_, err := io.WriteString(w, out.String())
	return err
}

// WriteApart says where the originals are that the tables of all models leave out, and which of their repetitions are void and why. The error
// is the writer's.
func WriteApart(w io.Writer, apart []record.Cell, opts TableOptions) error {
	var out strings.Builder
	if len(apart) == 0 {
		return nil
	}
	names := map[string]bool{}
	void, times := map[string]string{}, map[string]int{}
	for i := range apart {
		c := &apart[i]
		names[c.Model] = true
		if !c.Valid {
			times[c.Model]++
			if len(c.Void) > 0 {
				void[c.Model] = words.Printable(c.Void[0])
			}
		}
	}
	fmt.Fprintln(&out)
	opts.writeIndented(&out, fmt.Sprintf("%s of other makes stand below, beside the models of ours that imitate them; every figure of theirs is in the report.", words.Plural(len(names), "server")))
	for _, name := range slices.Sorted(maps.Keys(times)) {
		opts.writeIndented(&out, fmt.Sprintf("%s: %s void, such as: %s", words.Printable(name), words.Plural(times[name], "repetition"), void[name]))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// slopeNote is what to know of the memory of servers of other makes.
const slopeNote = "Memory is taken of all by the same means: anonymous pages from outside, and the server's own cgroup for the kernel. " +
	"It is a slope over N, or where one N alone was measured what so many add to the empty server: an interpreter's own base is not in it."
