package probe

import (
	"slices"
	"strings"
	"testing"
)

// One side's CPUs leave the rest to the other; only who says both has them share.
func TestShareCPUs(t *testing.T) {
	all := []int{0, 1, 2, 3}
	for _, tt := range []struct {
		all            []int
		server, client string
		servers, loads []int
		fault          string
	}{
		{all, "1", "", []int{1}, []int{0, 2, 3}, ""},
		{all, "", "0-1", []int{2, 3}, []int{0, 1}, ""},
		{all[:2], "1", "", []int{1}, []int{0}, ""},
		{all, "1", "1", []int{1}, []int{1}, ""},
		{all, "0-3", "", nil, nil, "say --client-cpus too"},
		{all[:1], "", "0", nil, nil, "say --server-cpus too"},
		{all, "4", "", nil, nil, "server-cpus: CPU 4"},
		{all, "", "x", nil, nil, "client-cpus"},
	} {
		servers, loads, err := ShareCPUs(tt.all, tt.server, tt.client)
		switch {
		case tt.fault != "":
			if err == nil || !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("%q, %q of %v: %v, want %q", tt.server, tt.client, tt.all, err, tt.fault)
			}
		case err != nil || !slices.Equal(servers, tt.servers) || !slices.Equal(loads, tt.loads):
			t.Errorf("%q, %q of %v: %v and %v, %v", tt.server, tt.client, tt.all, servers, loads, err)
		}
	}
}
