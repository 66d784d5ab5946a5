// Package show is a table as data, and how a terminal, Markdown and CSV render it. It computes nothing: what a cell says was
// decided where the question was answered.
package show

// Table is figures in rows.
type Table struct {
	Title   string
	Note    string // below the table: what its columns and marks mean, in a sentence or two
	Columns []Column
	Rows    [][]Cell // each as long as Columns
}

// Column is one column of a table.
type Column struct {
	Head string // "CPU a message, ratio to reactor"
	// Short is the head where room is short; empty: Head. A terminal that is too narrow even so leaves out the last columns with
	// Minor set, the last first, and says so.
	Short string
	Key   string // the column's name for machines, with its unit: "cpu_ratio"
	Left  bool   // names and sentences stand to the left, figures to the right
	Minor bool
}

// Cell is one cell of a table.
type Cell struct {
	Text   string   // what is read: "1.31", "9.02 µs", "too noisy", "–" where nothing is known
	Detail string   // beside it, smaller: "1.25 to 1.37"
	Value  *float64 // what it is sorted by and exported as, in the base unit of the column's key; nil: not known, or no figure
	Model  string   // the model that it names, if it is a name
	Mark   Mark
}

// Mark makes a cell stand out, always beside words that say the same.
type Mark string

const (
	Plain Mark = ""
	Good  Mark = "good" // the least cost of the column, or not told apart from it
	Bad   Mark = "bad"  // void, lost, stalled
)
