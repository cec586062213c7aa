//go:build prometheus2

package main

import (
	"context"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/tsdb"
)

const generation = "Prometheus 2.42"

func optionsOfGeneration(options *tsdb.Options) {
	options.EnableNativeHistograms = true
}

func managerOptions(db *tsdb.DB, query rules.QueryFunc) *rules.ManagerOptions {
	return &rules.ManagerOptions{
		QueryFunc:  query,
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Context:    context.Background(),
		Appendable: db,
		Queryable:  db,
		Logger:     log.NewNopLogger(),
	}
}

func loadGroups(manager *rules.Manager, files []string) (map[string]*rules.Group, []error) {
	return manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, files...)
}

func valueOf(sample promql.Sample) float64 { return sample.V }
