// Judges rule files as `thanos tools rules-check` does.
package main

import (
	"fmt"
	"os"

	"github.com/thanos-io/thanos/pkg/rules"
)

func main() {
	failed, count := false, 0
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		found, errs := rules.ValidateAndCount(file)
		_ = file.Close()
		count += found
		if err := errs.Err(); err != nil {
			fmt.Printf("%s: %v\n", path, err)
			failed = true
		}
	}
	if failed || count == 0 {
		os.Exit(1)
	}
	fmt.Printf("thanos: %d rules\n", count)
}
