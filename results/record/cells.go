package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbench/results/words"
)

// Append adds a finished repetition to cells.jsonl of dir: one line, one write, synced before it returns. What a crash left
// half written at the end of the file is cut off first, so that the new line is never glued to it.
func Append(dir string, c *Cell) error {
	line, err := EncodeCell(c)
	if err != nil {
		return fmt.Errorf("append to %s: %w", CellsFile, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, CellsFile), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("append to %s: %w", CellsFile, err)
	}
	glue, err := mendTail(f)
	if err == nil {
		_, err = f.Write(append(glue, line...))
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = syncDir(dir) // the file may have just been made
	}
	if err != nil {
		return fmt.Errorf("append to %s: %w", CellsFile, err)
	}
	return nil
}

// encodeCell is c as a line. Lists and counts that are empty are written as such: they are known, and null would say otherwise.
func EncodeCell(c *Cell) ([]byte, error) {
	whole := *c
	whole.Schema = Schema
	if whole.Void == nil {
		whole.Void = []string{}
	}
	if whole.Warnings == nil {
		whole.Warnings = []string{}
	}
	if whole.Load.Errors == nil {
		whole.Load.Errors = map[string]int64{}
	}
	line, err := json.Marshal(&whole)
	if err != nil {
		return nil, err
	}
	return append(line, '\n'), nil
}

// mendTail makes the end of f fit to be appended to, and returns what the next write must begin with. A last line without
// its line feed is cut off where it is torn; where only the line feed is missing, the line feed is owed.
func mendTail(f *os.File) (owed []byte, err error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return nil, err
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, info.Size()))
	if err != nil {
		return nil, err
	}
	tail := bytes.LastIndexByte(b, '\n') + 1
	if _, err := decodeCell(bytes.TrimPrefix(b[tail:], byteOrderMark)); err == nil {
		return []byte{'\n'}, nil
	}
	return nil, f.Truncate(int64(tail))
}

// ReadCells reads cells.jsonl of dir, in the order written; no file is no cells. A line that is no cell is left out, so is a
// rotation of which a server is missing, and so is a second result for the same repetition; each with a warning that names the
// line. Blank lines and a byte order mark mean nothing. A line of a newer cbench is an error: what it says is not known, not
// damaged.
func ReadCells(dir string) (cells []Cell, warnings []string, err error) {
	path := filepath.Join(dir, CellsFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read cells: %w", err)
	}
	defer f.Close()
	cells, warnings, err = Parse(f, path)
	if err != nil {
		return nil, nil, fmt.Errorf("read cells: %w", err)
	}
	return cells, warnings, nil
}

func Parse(r io.Reader, name string) (cells []Cell, warnings []string, err error) {
	cells, lines, warnings, err := decodeCells(r, name)
	if err != nil {
		return nil, nil, err
	}
	torn := tornRotations(cells)
	for _, id := range slices.Sorted(maps.Keys(torn)) {
		warnings = append(warnings, fmt.Sprintf("%s: rotation %s lacks a server's line (a crash, or a line that is left out), "+
			"and says nothing without it: left out; %s",
			name, id, again(name)))
	}
	line := make(map[Key]int) // where a repetition was first told
	kept := cells[:0]         // in place: there may be very many
	for i := range cells {
		c := &cells[i]
		switch {
		case c.Rotation != nil && torn[c.Rotation.ID]:
		case line[c.Key()] != 0:
			// The first counts: to measure again until a figure pleases must not be possible by accident.
			warnings = append(warnings, fmt.Sprintf("%s:%d: %s is on line %d already: left out", name, lines[i], c.Key(),
				line[c.Key()]))
		default:
			line[c.Key()] = lines[i]
			kept = append(kept, *c)
		}
	}
	return kept, warnings, nil
}

// again is the mend of what is left out.
func again(name string) string {
	return fmt.Sprintf("cbench run --resume --out=%s measures what is missing", words.Shell(filepath.Dir(name)))
}

// byteOrderMark is what some editors put before a text in UTF-8.
var byteOrderMark = []byte("\xEF\xBB\xBF")

// mostNamed is how many bad lines are named one by one: a file of which more is bad is another file.
const mostNamed = 10

// decodeCells is every line that is a cell, and its number.
func decodeCells(r io.Reader, name string) (all []Cell, lines []int, warnings []string, err error) {
	in := bufio.NewReaderSize(r, 1<<16)
	bad := 0
	defer func() {
		if bad > mostNamed {
			warnings = append(warnings, fmt.Sprintf("%s: %d more lines are no cells: left out", name, bad-mostNamed))
		}
	}()
	for n := 1; ; n++ {
		b, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		atEnd := err == io.EOF
		if atEnd && len(b) == 0 {
			return all, lines, warnings, nil
		}
		if n == 1 {
			b = bytes.TrimPrefix(b, byteOrderMark)
		}
		if b = bytes.TrimSpace(b); len(b) > 0 {
			c, err := decodeCell(b)
			switch {
			case errors.As(err, new(newerSchema)):
				return nil, nil, nil, fmt.Errorf("%s:%d: %w", name, n, err)
			case err != nil && atEnd:
				warnings = append(warnings, fmt.Sprintf("%s:%d: the last line is torn (a crash in mid-write): left out; %s",
					name, n, again(name)))
			case err != nil && bad >= mostNamed:
				bad++
			case err != nil:
				bad++
				warnings = append(warnings, fmt.Sprintf("%s:%d: %v: left out; %s", name, n, err, again(name)))
			default:
				all, lines = append(all, c), append(lines, n)
			}
		}
		if atEnd {
			return all, lines, warnings, nil
		}
	}
}

// tornRotations is the ids of those of which not every server has a cell. Their rounds are worth nothing without the others', and
// so the whole is measured again: it is as if it had never been.
func tornRotations(cells []Cell) map[string]bool {
	torn := map[string]bool{}
	there := map[string][]string{} // models by rotation, as it names them
	type told struct {
		id string
		Key
	}
	seen := map[told]bool{}
	for i := range cells {
		r := cells[i].Rotation
		if r == nil || seen[told{r.ID, cells[i].Key()}] { // told twice: Parse says so
			continue
		}
		seen[told{r.ID, cells[i].Key()}] = true
		there[r.ID] = append(there[r.ID], rotatedAs(&cells[i]))
	}
	for i := range cells {
		r := cells[i].Rotation
		if r == nil {
			continue
		}
		names := strings.Split(cells[i].Params.Rotation, "+")
		slices.Sort(names)
		if slices.Sort(there[r.ID]); !slices.Equal(names, there[r.ID]) {
			torn[r.ID] = true
		}
	}
	return torn
}

// OnThreads is how a rotation (Params.Rotation) names a model on another number of threads than what it is compared with:
// "pool/2".
func OnThreads(model string, procs int) string { return fmt.Sprintf("%s/%d", model, procs) }

// rotatedAs is what the cell's rotation calls its server. Older ones name it once for each number of threads and say none.
func rotatedAs(c *Cell) string {
	if name := OnThreads(c.Model, c.Params.Procs); slices.Contains(strings.Split(c.Params.Rotation, "+"), name) {
		return name
	}
	return c.Model
}

// wrongWith is what is the matter with a text that JSON refused.
func wrongWith(text []byte, err error) string {
	syntax := new(json.SyntaxError)
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return "empty"
	case errors.As(err, &syntax) && strings.Contains(err.Error(), "unexpected end"):
		return "cut short"
	case errors.As(err, &syntax):
		return fmt.Sprintf("not JSON (byte %d: %v)", syntax.Offset, err)
	}
	return "not what cbench writes (" + strings.TrimPrefix(err.Error(), "json: ") + ")"
}

func decodeCell(line []byte) (Cell, error) {
	var c Cell
	if err := json.Unmarshal(line, &c); err != nil {
		return Cell{}, errors.New("not a cell: it is " + wrongWith(line, err))
	}
	if err := checkSchema(c.Schema); err != nil {
		return Cell{}, fmt.Errorf("not a cell: %w", err)
	}
	if c.Model == "" || c.Scenario == "" || c.Conns < 1 || c.Rep < 1 {
		return Cell{}, errors.New("not a cell: model, scenario, conns and rep must be there")
	}
	if c.Latency != nil && c.Service != nil && c.Latency.HDR == c.Service.HDR { // a closed loop has one clock: it is kept once
		c.Service.HDR = c.Latency.HDR
	}
	return c, nil
}
