// What Pyrra itself says of specifications: whether it accepts them, and the rows of the alerts that it makes of them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/pyrra-dev/pyrra/kubernetes/api/v1alpha1"
	"sigs.k8s.io/yaml"
)

// row is an alert of two windows: it is on while both have more than this share of errors.
type row struct {
	Severity string  `json:"severity"`
	Short    string  `json:"short"`
	Long     string  `json:"long"`
	Share    float64 `json:"share"`
}

// verdict is what Pyrra says of a document.
type verdict struct {
	File   string `json:"file"`
	Name   string `json:"name"`
	Target string `json:"target"`
	Error  string `json:"error,omitempty"`
	Rows   []row  `json:"rows"`
}

var threshold = regexp.MustCompile(`> \(([\d.]+) \* \(1-([\d.]+)\)\)`)

func judge(path, text string) (verdict, error) {
	v := verdict{File: path, Rows: []row{}}
	var spec v1alpha1.ServiceLevelObjective
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		return v, err
	}
	v.Name, v.Target = spec.GetName(), spec.Spec.Target
	if _, err := spec.ValidateCreate(); err != nil {
		return v, err
	}
	objective, err := spec.Internal()
	if err != nil {
		return v, err
	}
	if _, err := objective.IncreaseRules(); err != nil {
		return v, err
	}
	group, err := objective.Burnrates()
	if err != nil {
		return v, err
	}
	for _, rule := range group.Rules {
		if rule.Alert == "" || rule.Labels["long"] == "" {
			continue
		}
		found := threshold.FindStringSubmatch(rule.Expr.String())
		if found == nil {
			return v, fmt.Errorf("no threshold in %s", rule.Expr.String())
		}
		factor, _ := strconv.ParseFloat(found[1], 64)
		target, _ := strconv.ParseFloat(found[2], 64)
		v.Rows = append(v.Rows, row{rule.Labels["severity"], rule.Labels["short"], rule.Labels["long"], factor * (1 - target)})
	}
	return v, nil
}

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, document := range strings.Split("\n"+string(text), "\n---") {
			if strings.TrimSpace(document) == "" {
				continue
			}
			v, err := judge(path, document)
			if err != nil {
				v.Error = err.Error()
			}
			if err := out.Encode(v); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}
