package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// usualColumns is how wide a terminal is taken to be that does not say.
const usualColumns = 80

func onTerminal(w io.Writer) bool {
	file, is := w.(*os.File)
	return is && term.IsTerminal(int(file.Fd()))
}

// columns is how wide the terminal is now.
func columns(w io.Writer) int {
	if file, is := w.(*os.File); is {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return usualColumns
}

// escapes reports whether w takes what steers a terminal: a dumb one shows it as letters, and whoever sets NO_COLOR wants none.
func escapes(w io.Writer) bool {
	return onTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// fitted is a text in at most so many columns, its end cut off.
func fitted(text string, width int) string {
	letters := []rune(text)
	switch {
	case len(letters) <= width:
		return text
	case width < 1:
		return ""
	}
	return string(letters[:width-1]) + "…"
}
