package plan

import "testing"

func FuzzSuite(f *testing.F) {
	f.Add([]byte(`{"name": "mine", "blocks": [{"scenario": "echo", "conns": [10, "max"], "duration": "300ms"}]}`))
	f.Add([]byte("{\"blocks\": [\n{}, 1, null]}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := decodeSuite(text); err == nil && len(s.Blocks) == 0 {
			t.Fatalf("%q is a suite without a block", text)
		}
	})
}
