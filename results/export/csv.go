package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"cbench/results/record"
)

// WriteCSV writes the cells as comma-separated values, a row a cell, void ones too. Columns are the keys of cells.jsonl,
// dotted where one is within another, in the same order; what is counted by name (load.errors,
// diagnosis.syscalls_per_message) has a column for every name of any cell. What is not known is empty. Lists of reasons are
// joined by "; "; histograms, rounds and other series are left out: they are in cells.jsonl. The error is the writer's.
func WriteCSV(w io.Writer, cells []record.Cell) error {
	values := make([]reflect.Value, len(cells))
	for i := range cells {
		values[i] = reflect.ValueOf(&cells[i]).Elem()
	}
	columns := csvColumns(reflect.TypeFor[record.Cell](), "", values)
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	for i := range cells {
		for j, c := range columns {
			row[j] = c.of[i]
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// csvColumn is one key, with its value in every cell.
type csvColumn struct {
	name string
	of   []string
}

// csvColumns is the columns of a type whose values, one a cell, are given; an invalid value is one that is not known.
func csvColumns(t reflect.Type, name string, values []reflect.Value) []csvColumn {
	switch t.Kind() {
	case reflect.Pointer:
		pointed := make([]reflect.Value, len(values))
		for i, v := range values {
			if v.IsValid() && !v.IsNil() {
				pointed[i] = v.Elem()
			}
		}
		return csvColumns(t.Elem(), name, pointed)
	case reflect.Struct:
		var all []csvColumn
		for i := range t.NumField() {
			key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if key == "hdr" {
				continue
			}
			inner := make([]reflect.Value, len(values))
			for j, v := range values {
				if v.IsValid() {
					inner[j] = v.Field(i)
				}
			}
			all = append(all, csvColumns(t.Field(i).Type, dotted(name, key), inner)...)
		}
		return all
	case reflect.Map:
		return csvNames(t, name, values)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.String {
			return nil
		}
	}
	c := csvColumn{name: name, of: make([]string, len(values))}
	for i, v := range values {
		if v.IsValid() {
			c.of[i] = csvWord(v)
		}
	}
	return []csvColumn{c}
}

// csvNames is a column for every name in any of the maps. One that a map does not have is not known there, but that of a
// count is 0.
func csvNames(t reflect.Type, name string, values []reflect.Value) (all []csvColumn) {
	names := map[string]bool{}
	for _, v := range values {
		if v.IsValid() {
			for _, k := range v.MapKeys() {
				names[k.String()] = true
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(names)) {
		inner := make([]reflect.Value, len(values))
		for i, v := range values {
			switch {
			case !v.IsValid() || v.IsNil():
			case v.MapIndex(reflect.ValueOf(k)).IsValid():
				inner[i] = v.MapIndex(reflect.ValueOf(k))
			default:
				inner[i] = reflect.Zero(t.Elem())
			}
		}
		all = append(all, csvColumns(t.Elem(), dotted(name, k), inner)...)
	}
	return all
}

func dotted(name, key string) string {
	if name == "" {
		return key
	}
	return name + "." + key
}

func csvWord(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice:
		return strings.Join(v.Interface().([]string), "; ")
	}
	return fmt.Sprint(v.Interface())
}
