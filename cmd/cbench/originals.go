package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"cbench/harness/plan"
	"cbench/models"
	others "cbench/models/foreign"
	"cbench/results/record"
)

// originals, as a model's name, stands for all servers of other makes that can run here.
const originals = "originals"

// othersHere is every server of another make.
var othersHere = sync.OnceValues(func() ([]others.Server, error) { return others.All(others.Dir()) })

// foreignServer is the one of that name, if there is one; the error says how to install it.
func foreignServer(name string) (s plan.Server, ok bool, err error) {
	if _, ours := models.Find(name); ours {
		return s, false, nil
	}
	all, err := othersHere()
	if err != nil {
		return s, false, err
	}
	at := slices.IndexFunc(all, func(o others.Server) bool { return o.Name == name })
	if at < 0 {
		return s, false, nil
	}
	version, err := all[at].Probe(context.Background())
	if err != nil {
		return s, true, fmt.Errorf("model %q: %w", name, err)
	}
	return serverOf(all[at], version), true, nil
}

func serverOf(o others.Server, version string) plan.Server {
	s := plan.Server{Name: o.Name, Version: version, Original: record.Original{Of: o.OriginalOf, Language: o.Language}}
	for i, how := range o.Serve {
		way := plan.Way{Args: o.Words(how.Command), Speaks: how.Speaks}
		if i == 0 {
			s.Args, s.Speaks = way.Args, way.Speaks
		} else {
			s.Also = append(s.Also, way)
		}
	}
	return s
}

// originalServers is all that can run here, asked at once: some of them take a second to say so. Missing says of each of the
// others why it cannot, with the mend.
func originalServers() (servers []plan.Server, missing []string, err error) {
	all, err := othersHere()
	if err != nil {
		return nil, nil, err
	}
	for i, version := range probed(all) {
		if version.err != nil {
			missing = append(missing, fmt.Sprintf("%s: %v", all[i].Name, version.err))
			continue
		}
		servers = append(servers, serverOf(all[i], version.text))
	}
	if len(servers) == 0 {
		return nil, nil, fmt.Errorf("model originals: none is installed: make originals")
	}
	return servers, missing, nil
}

type version struct {
	text string
	err  error
}

func probed(all []others.Server) []version {
	found := make([]version, len(all))
	var asked sync.WaitGroup
	for i := range all {
		asked.Go(func() { found[i].text, found[i].err = all[i].Probe(context.Background()) })
	}
	asked.Wait()
	return found
}

// deviations of the server of that name, by how it is started: what it is known not to pass.
func deviations(name string, args []string) map[string]string {
	all, _ := othersHere()
	for _, o := range all {
		for _, how := range o.Serve {
			if o.Name == name && slices.Equal(o.Words(how.Command), args) {
				return maps.Clone(how.Deviates)
			}
		}
	}
	return nil
}

// listedOriginals is every server of another make, with its version or what installs it.
func listedOriginals() (all []listed, err error) {
	here, err := othersHere()
	if err != nil {
		return nil, err
	}
	for i, v := range probed(here) {
		o := here[i]
		l := listed{Kind: "original", Name: o.Name, Doc: o.Doc, Part: parts(o), Version: v.text, OriginalOf: o.OriginalOf}
		if v.err != nil {
			l.Missing = v.err.Error()
		}
		all = append(all, l)
	}
	return all, nil
}

// parts is all that it speaks, however it is started.
func parts(o others.Server) (all []string) {
	for _, how := range o.Serve {
		for _, part := range how.Speaks {
			if !slices.Contains(all, part) {
				all = append(all, part)
			}
		}
	}
	return all
}

// allModels, as a model's name, stands for all of ours.
const allModels = "all"

// withoutAll puts all of ours where names say so, in front and each once.
func withoutAll(names []string) []string {
	if !slices.Contains(names, allModels) {
		return names
	}
	ours := modelNames()
	return append(ours, slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return name == allModels || slices.Contains(ours, name)
	})...)
}
