package main

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"cbench/harness/probe"
	"cbench/harness/server/control"
	"cbench/models"
)

func newServe() *cobra.Command {
	var (
		name, addr string
		procs      int
		cfg        models.Config
	)
	cmd := &cobra.Command{
		Use:   "serve --model=NAME",
		Short: "Serve one model in the foreground",
		Long: `Serve one model in the foreground until it is interrupted. It listens on loopback unless another
address is given. An interrupt or SIGTERM ends it in good order: it stops accepting, sends what it
owes for at most 5 s, and closes.`,
		Example: `  cbench serve --model=goroutine
  cbench serve --model=reactor --addr=127.0.0.1:7000 --procs=1
  nc 127.0.0.1 7000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			model, err := findModel(name)
			if err != nil {
				return misuse("serve", err)
			}
			limits := map[string]int{"procs": procs, "workers": cfg.Workers, "offload": cfg.Offload, "max-conns": cfg.MaxConns}
			for flag, n := range limits {
				if n < 0 {
					return misuse("serve", fmt.Errorf("%s %d: must not be less than 0", flag, n))
				}
			}
			for _, text := range probe.ManyProcs(procs) {
				fmt.Fprintf(cmd.ErrOrStderr(), "cbench: serve: %s\n", text)
			}
			if procs > 0 {
				runtime.GOMAXPROCS(procs)
			}
			if addr, err = hostPort(addr); err != nil {
				return misuse("serve", err)
			}
			l, err := net.Listen("tcp", addr)
			if err != nil {
				mend := "end what listens there, or take any free port with --addr=127.0.0.1:0"
				return fmt.Errorf("serve: %w", withMend(err, syscall.EADDRINUSE, mend))
			}
			address := l.Addr().String()
			if slices.Contains(model.Speaks, models.HTTPComet) {
				address = "http://" + address // to be opened in a browser
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s listens on %s\n", model.Name, address)
			if ip := l.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() {
				fmt.Fprintf(cmd.ErrOrStderr(), "cbench: serve: %s is not loopback: other machines can reach this server\n", l.Addr())
			}
			control.Answer()
			cfg.Name = model.Name
			return model.Serve(cmd.Context(), l, cfg)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&name, "model", "", "`name` of the model (cbench list)")
	flags.StringVar(&addr, "addr", "127.0.0.1:7000", "`host:port` to listen on")
	flags.IntVar(&procs, "procs", 0, "GOMAXPROCS, a `number`; 0: Go's default, the CPUs the process may use")
	flags.IntVar(&cfg.Workers, "workers", 0, "`threads` that serve, in models with a fixed number; 0: 16")
	flags.IntVar(&cfg.Offload, "offload", 0, "slow `requests` offloaded at once; 0: 64")
	flags.IntVar(&cfg.MaxConns, "max-conns", 0, "`connections` at once; 0: the descriptor limit less 64")
	groupFlags(cmd,
		flagGroup{"What is served", []string{"model", "addr"}},
		flagGroup{"Limits", []string{"procs", "workers", "offload", "max-conns"}})
	completeChoices(cmd)
	cmd.MarkFlagRequired("model")
	return cmd
}
