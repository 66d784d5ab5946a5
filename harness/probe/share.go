package probe

import (
	"fmt"
	"slices"
)

// ShareCPUs shares CPUs out to the two sides. Where one side's are named, in a list, the other has what is left: that both are to
// share some must be said of both. Its errors name the flags.
func ShareCPUs(all []int, server, load string) (serverCPUs, loadCPUs []int, err error) {
	split := SplitCPUs(all)
	serverCPUs, loadCPUs = split.Server, split.Load
	if server != "" {
		if serverCPUs, err = someCPUs(all, "server-cpus", server); err != nil {
			return nil, nil, err
		}
	}
	if load != "" {
		if loadCPUs, err = someCPUs(all, "client-cpus", load); err != nil {
			return nil, nil, err
		}
	}
	switch {
	case server != "" && load == "":
		loadCPUs, err = restCPUs(all, serverCPUs, "server-cpus", "client-cpus")
	case server == "" && load != "":
		serverCPUs, err = restCPUs(all, loadCPUs, "client-cpus", "server-cpus")
	}
	return serverCPUs, loadCPUs, err
}

// someCPUs is the CPUs of a list, all of which there must be.
func someCPUs(all []int, flag, list string) ([]int, error) {
	cpus, err := ParseCPUs(list)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	for _, cpu := range cpus {
		if !slices.Contains(all, cpu) {
			return nil, fmt.Errorf("%s: CPU %d: not one that this process may use (%s)", flag, cpu, FormatCPUs(all))
		}
	}
	return cpus, nil
}

// restCPUs is what one side leaves to the other.
func restCPUs(all, taken []int, flag, other string) ([]int, error) {
	rest := slices.DeleteFunc(slices.Clone(all), func(cpu int) bool { return slices.Contains(taken, cpu) })
	if len(rest) == 0 {
		return nil, fmt.Errorf("%s %s: it leaves none of %s to the other side: say --%s too, if they are to share",
			flag, FormatCPUs(taken), FormatCPUs(all), other)
	}
	return rest, nil
}
