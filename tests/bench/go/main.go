// Bench does with Argo's own code what our benchmarks do with ours, and measures it.
//
//	bench [-n REPETITIONS] nodes|workflow|compress|decompress|yaml|config|emit FILE
//	bench compressed FILE
//
// The second form only prints what compress measures the making of: the file's bytes as status.compressedNodes.
//
// The file is read once and the work done once unmeasured; then it is repeated and one line of JSON printed. How many
// CPUs take part is GOMAXPROCS's to say.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/argoproj/argo-workflows/v3/util/file"
)

type report struct {
	Mode string `json:"mode"`
	N    int    `json:"n"`
	// WallSeconds and CPUSeconds (user and system) are those of all repetitions together.
	WallSeconds float64 `json:"wallSeconds"`
	CPUSeconds  float64 `json:"cpuSeconds"`
	// Bytes is the file's length.
	Bytes int `json:"bytes"`
	// PeakRSSBytes is the process's whole life's, reading and warming up included.
	PeakRSSBytes int64 `json:"peakRssBytes"`
	Result       any   `json:"result"`
}

func main() {
	mode, path, n, err := arguments(os.Args[1:])
	if err == nil && mode == "compressed" {
		err = printCompressed(path)
	} else if err == nil {
		err = run(mode, path, n)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// arguments takes -n before or after the mode and the file.
func arguments(args []string) (mode, path string, n int, err error) {
	flags := flag.NewFlagSet("bench", flag.ExitOnError)
	flags.IntVar(&n, "n", 1, "repetitions")
	var words []string
	for {
		_ = flags.Parse(args) // it exits on errors
		if flags.NArg() == 0 {
			break
		}
		words = append(words, flags.Arg(0))
		args = flags.Args()[1:]
	}
	if len(words) != 2 {
		return "", "", 0, fmt.Errorf("expected a mode and a file, got %q", words)
	}
	if n < 1 {
		return "", "", 0, fmt.Errorf("-n %d: expected at least one repetition", n)
	}
	return words[0], words[1], n, nil
}

func run(mode, path string, n int) error {
	work, known := works[mode]
	if !known {
		return fmt.Errorf("mode %q: expected nodes, workflow, compress, decompress, yaml, config or emit", mode)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	result, err := work(content)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	cpuBefore, _, err := usage()
	if err != nil {
		return err
	}
	start := time.Now()
	for range n {
		if result, err = work(content); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	wall := time.Since(start)
	cpuAfter, peak, err := usage()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report{
		Mode: mode, N: n, WallSeconds: wall.Seconds(), CPUSeconds: (cpuAfter - cpuBefore).Seconds(),
		Bytes: len(content), PeakRSSBytes: peak, Result: result,
	})
}

func printCompressed(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = fmt.Println(file.CompressEncodeString(string(content)))
	return err
}

// usage is the CPU time used so far and the largest resident set. Linux counts ru_maxrss in KiB.
func usage() (cpu time.Duration, peakRSSBytes int64, err error) {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0, 0, fmt.Errorf("getrusage: %w", err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), used.Maxrss * 1024, nil
}
