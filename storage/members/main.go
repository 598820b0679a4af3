// Members runs the members of an etcd on this machine, to try arcadia with several hosts: go run . -n 3 -dir DIR. It prints the
// address of a store in it and runs until it is interrupted. Not for work: a member belongs on a machine of its own.
//
// It is a module of its own, with the tests of storage/etcd against real servers, so that arcadia itself needs the client only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"arcadia/storage/etcd"
)

func main() {
	n := flag.Int("n", 3, "how many members")
	dir := flag.String("dir", "", "where their data goes")
	name := flag.String("name", "demo", "of the store in the address that is printed")
	flag.Parse()
	if err := run(*n, *dir, *name); err != nil {
		fmt.Fprintln(os.Stderr, "members: "+err.Error())
		os.Exit(1)
	}
}

func run(n int, dir, name string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	all, err := start(dir, n)
	if err != nil {
		return err
	}
	defer all.stop()
	fmt.Println(etcd.Scheme + strings.Join(all.endpoints(), ",") + "/" + name) //nolint:forbidigo // its answer
	<-ctx.Done()
	return nil
}
