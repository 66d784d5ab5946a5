package words

import "testing"

func TestMeant(t *testing.T) {
	names := []string{"goroutine", "pool", "reactor", "floor", "lines:echo", "echo", "http-echo"}
	for word, want := range map[string]string{
		"reactr": "reactor", "raector": "reactor", "Reactor": "reactor", "reactors": "reactor", "flor": "floor", "pol": "pool",
		"ecko":      "echo",
		"line:echo": "lines:echo", "httpecho": "http-echo", "gorotuine": "goroutine", "x": "", "spring": "", "": "",
	} {
		if want != "" {
			want = "did you mean " + want + "?"
		}
		if got := Meant(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestShell(t *testing.T) {
	for word, want := range map[string]string{
		"out/mine": "out/mine", "a run": "'a run'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'", "a&b": "'a&b'",
		"--out=x,y": "--out=x,y", "ü": "'ü'",
	} {
		if got := Shell(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		s    string
		most int
		want string
	}{{"short", 5, "short"}, {"shortest", 5, "sh…st"}, {"shortest", 6, "sho…st"}, {"äöüßäöüß", 5, "äö…üß"}, {"abc", 2, "ab"},
		{"abc", 0, ""}, {"abc", -1, ""}} {
		if got := Shorten(tt.s, tt.most); got != tt.want {
			t.Errorf("%q in %d: %q, want %q", tt.s, tt.most, got, tt.want)
		}
	}
}
