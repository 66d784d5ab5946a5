package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cbench/harness/plan"
	"cbench/models"
	"cbench/results/record"
	"cbench/results/words"
	"cbench/scenarios"
)

// choices is what flags may say, where that is one of a few words: to be completed by the shell, and to be told from a slip of
// the hand.
var choices = map[string]func() []string{
	"scenario": scenarios.Names,
	"how":      func() []string { return []string{"inline", "spin", "offload"} },
	"driver":   func() []string { return []string{ownDriver, plan.Hey, plan.Wrk} },
	"arrivals": func() []string { return []string{"constant", record.Poisson} },
	"rotate":   func() []string { return []string{plan.RotatePairs, plan.RotateAll} },
	"search":   func() []string { return []string{plan.SearchRate, plan.SearchConns} },
}

// named is what flags may say that others judge: models and suites may come from elsewhere.
var named = map[string]func() []string{
	"model":  func() []string { return append([]string{allModels, originals}, allNames()...) },
	"base":   allNames,
	"suite":  suiteNames,
	"speaks": func() []string { return models.Parts },
}

// allNames is every server that has a name here.
func allNames() []string {
	names := modelNames()
	others, _ := othersHere() // what cannot be read cannot be completed
	for _, o := range others {
		names = append(names, o.Name)
	}
	return names
}

// completeChoices has the shell complete every flag of the command that has a choice, in a list each of its words.
func completeChoices(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		of := choices[flag.Name]
		if of == nil {
			of = named[flag.Name]
		}
		if of == nil {
			return
		}
		directive := cobra.ShellCompDirectiveNoFileComp
		if flag.Name == "suite" { // or a file
			directive = cobra.ShellCompDirectiveDefault
		}
		_, list := flag.Value.(pflag.SliceValue)
		cmd.RegisterFlagCompletionFunc(flag.Name, func(_ *cobra.Command, _ []string, typed string) ([]string,
			cobra.ShellCompDirective) {
			before := ""
			if list {
				before = typed[:strings.LastIndexByte(typed, ',')+1]
			}
			var all []string
			for _, word := range ofCommand(cmd, flag.Name, of()) {
				all = append(all, before+word)
			}
			return all, directive
		})
	})
}

// ofCommand leaves out what a command does not take: one server is one model.
func ofCommand(cmd *cobra.Command, flag string, all []string) []string {
	if cmd.Name() == "serve" && flag == "model" {
		return modelNames()
	}
	return all
}

// notAChoice says which flag of the command says none of the words that it may.
func notAChoice(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		of := choices[flag.Name]
		if of == nil || err != nil {
			return
		}
		for _, word := range values(flag) {
			if !slices.Contains(of(), word) {
				err = errors.New(words.NoneOf(flag.Name, word, of()))
				return
			}
		}
	})
	return err
}

// hostPort is addr, if it has the form of one.
func hostPort(addr string) (string, error) {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		if n, err := strconv.Atoi(port); port == "" || err == nil && (n < 0 || n > 65535) {
			return "", fmt.Errorf("addr %q: the port must be 0 to 65535, such as %s", addr, net.JoinHostPort("127.0.0.1", "7000"))
		}
		return addr, nil
	}
	meant := net.JoinHostPort(strings.Trim(addr, "[]"), "7000")
	if _, err := strconv.Atoi(addr); err == nil {
		meant = net.JoinHostPort("127.0.0.1", addr)
	}
	return "", fmt.Errorf("addr %q: must be host:port; did you mean %s?", addr, meant)
}
