//go:build !prometheus2 && !victoria

package main

import (
	"context"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

const generation = "Prometheus 3.16"

func optionsOfGeneration(*tsdb.Options) {}

func managerOptions(db *tsdb.DB, query rules.QueryFunc) *rules.ManagerOptions {
	return &rules.ManagerOptions{
		QueryFunc:    query,
		NotifyFunc:   func(context.Context, string, ...*rules.Alert) {},
		Context:      context.Background(),
		AppendableV2: db,
		Queryable:    db,
	}
}

func loadGroups(manager *rules.Manager, files []string) (map[string]*rules.Group, []error) {
	return manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, files...)
}

func valueOf(sample promql.Sample) float64 { return sample.F }
