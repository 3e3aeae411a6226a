// The program that holds a pod's namespaces: it waits until it is told to end. A Go program, since
// whoever builds the rest has Go, and it needs no library in its image.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGINT, syscall.SIGTERM)
	<-asked
}
