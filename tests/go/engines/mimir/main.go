// Judges rule files as mimirtool does before it sends them, and as Mimir's own limits do. It is built where the tests run, and part of
// nothing that is handed out.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/go-kit/log"
	"github.com/grafana/mimir/pkg/mimirtool/rules"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	perGroup := flag.Int("rules", 20, "-ruler.max-rules-per-rule-group")
	groups := flag.Int("groups", 70, "-ruler.max-rule-groups-per-tenant")
	flag.Parse()
	logger := log.NewLogfmtLogger(os.Stderr)
	all, err := rules.ParseFiles(rules.MimirBackend, flag.Args(), model.LegacyValidation, parser.NewParser(parser.Options{}), logger)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	failed, count := false, 0
	for name, namespace := range all {
		for _, group := range namespace.Groups {
			count++
			if len(group.Rules) > *perGroup {
				fmt.Printf("%s: %s has %d rules\n", name, group.Name, len(group.Rules))
				failed = true
			}
		}
	}
	if count > *groups {
		fmt.Printf("there are %d groups\n", count)
		failed = true
	}
	if failed {
		os.Exit(1)
	}
	fmt.Printf("mimir: %d groups in %d namespaces\n", count, len(all))
}
