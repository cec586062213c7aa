// Holds dashboards to the rules of grafana's dashboard-linter, but for those in `left`. Usage: dashboard-linter FILE.json…
package main

import (
	"fmt"
	"os"

	"github.com/grafana/dashboard-linter/lint"
)

// What does not fit, and why.
var left = map[string]string{
	"template-job-rule":      "the rules that record the series choose the jobs",
	"template-instance-rule": "the rules that record the series sum instances away",
	"target-job-rule":        "recorded series have no job",
	"target-instance-rule":   "recorded series have no instance",
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboard-linter FILE.json…")
		os.Exit(2)
	}
	findings, asked := 0, 0
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		dashboard, err := lint.NewDashboard(text)
		if err != nil {
			fmt.Printf("%s: %v\n", path, err)
			findings++
			continue
		}
		rules := lint.NewRuleSet()
		for _, rule := range rules.Rules() {
			if _, ok := left[rule.Name()]; ok {
				continue
			}
			asked++
			results := &lint.ResultSet{}
			rule.Lint(dashboard, results)
			for _, found := range results.ByRule()[rule.Name()] {
				for _, result := range found.Result.Results {
					if result.Severity >= lint.Warning {
						fmt.Printf("%s: %s: %s\n", path, rule.Name(), result.Message)
						findings++
					}
				}
			}
		}
	}
	fmt.Printf("%d dashboards, %d rules asked, %d findings\n", len(os.Args)-1, asked, findings)
	if findings > 0 {
		os.Exit(1)
	}
}
