// Package syntax stands where the linter looks for the parser of Loki's queries, whose module is huge. The linter is compiled with it; a query of Loki
// on a dashboard of ours would be refused.
package syntax

import (
	"errors"
	"time"
)

// Expr is an expression.
type Expr any

// SampleExpr is an expression with numbers.
type SampleExpr = Expr

// The expressions through which the linter walks.
type (
	BinOpExpr struct{ SampleExpr, RHS Expr }
	// Walked through on its left side, like those below.
	RangeAggregationExpr struct{ Left Expr }
	// As above.
	VectorAggregationExpr struct{ Left Expr }
	// As above.
	LabelReplaceExpr struct{ Left Expr }
	// A range of logs.
	LogRangeExpr struct {
		Left     Expr
		Interval time.Duration
	}
	// Stages, one after the other.
	PipelineExpr struct {
		Left        Expr
		MultiStages []Expr
	}
)

// ParseExpr refuses everything.
func ParseExpr(string) (Expr, error) {
	return nil, errors.New("these dashboards ask Prometheus, not Loki")
}
