//go:build !victoria

package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

const (
	ruleTarget = "prometheus"
	hasNatives = true
	// so many of the newest minutes are not yet in what counts once a minute: 1m + 5m for the copy, 5m for the number
	newest = 12
	// how far what is left of a budget may be behind the share that it follows from, while that still moves
	behind = 1e-9
	// how much older what a group asks for is than its turn
	older = 0
)

// server is the storage, the engine and the rules of a Prometheus, without its clock.
type server struct {
	directory string
	db        *tsdb.DB
	query     rules.QueryFunc
	groups    []*turn
	app       storage.Appender
	// whether alerts are evaluated as well
	alerts bool
}

// turn is a group and when it is evaluated next, in milliseconds.
type turn struct {
	group    *rules.Group
	next     int64
	interval int64
}

func startServer(days int64) (*server, error) {
	directory, err := os.MkdirTemp("", "truth")
	if err != nil {
		return nil, err
	}
	options := tsdb.DefaultOptions()
	options.RetentionDuration = 400 * day * 1000
	// One block in memory: nothing is compacted, so a run takes the same way each time.
	options.MinBlockDuration = (days + 2) * day * 1000
	options.MaxBlockDuration = options.MinBlockDuration
	options.WALSegmentSize = -1
	optionsOfGeneration(options)
	db, err := tsdb.Open(directory, nil, nil, options, nil)
	if err != nil {
		return nil, err
	}
	db.DisableCompactions()
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:    50_000_000,
		Timeout:       10 * time.Minute,
		LookbackDelta: 5 * time.Minute,
	})
	return &server{directory: directory, db: db, query: rules.EngineQueryFunc(engine, db)}, nil
}

func (s *server) close() {
	s.db.Close()
	os.RemoveAll(s.directory)
}

// appender is where the samples of a moment go.
func (s *server) appender() storage.Appender { return s.db.Appender(context.Background()) }

// load takes the rules as a Prometheus does that starts now: nothing is known of earlier evaluations. Alerts are left out unless they are asked for: they
// write no numbers, and they are proven elsewhere. Of two groups whose turn is at the same moment the faster one comes first.
func (s *server) load(files []string, now int64, offset func(name string, interval int64) int64) error {
	options := managerOptions(s.db, s.query)
	groups, errs := loadGroups(rules.NewManager(options), files)
	if len(errs) > 0 {
		return errs[0]
	}
	s.groups = nil
	for _, group := range groups {
		var chosen []rules.Rule
		for _, rule := range group.Rules() {
			alert, ok := rule.(*rules.AlertingRule)
			if ok && !s.alerts {
				continue
			}
			if ok {
				// there is no earlier state to wait for; until then ALERTS is not written
				alert.SetRestored(true)
			}
			chosen = append(chosen, rule)
		}
		interval := group.Interval().Milliseconds()
		group := rules.NewGroup(rules.GroupOptions{
			Name: group.Name(), File: group.File(), Interval: group.Interval(), Rules: chosen, Opts: options,
		})
		next := now - now%interval + offset(group.Name(), interval)
		for next < now {
			next += interval
		}
		s.groups = append(s.groups, &turn{group, next, interval})
	}
	sort.Slice(s.groups, func(i, j int) bool {
		a, b := s.groups[i], s.groups[j]
		if a.interval != b.interval {
			return a.interval < b.interval
		}
		return a.group.Name() < b.group.Name()
	})
	return nil
}

// evaluate runs all groups whose turn comes before a moment, in the order of time. A rule that fails ends the run.
func (s *server) evaluate(before int64) error {
	for {
		var first *turn
		for _, t := range s.groups {
			if first == nil || t.next < first.next {
				first = t
			}
		}
		if first == nil || first.next >= before {
			return nil
		}
		if first.group.Name() != classicGroup || !nearRest(first.next/1000) {
			first.group.Eval(context.Background(), time.UnixMilli(first.next))
		}
		for _, rule := range first.group.Rules() {
			if err := rule.LastError(); err != nil {
				return fmt.Errorf("%s at %d: %w", rule.Name(), first.next, err)
			}
		}
		first.next += first.interval
	}
}

// ask is the one value of an expression at a moment in seconds; false where there is none.
func (s *server) ask(expr string, at int64) (float64, bool, error) {
	found, err := s.query(context.Background(), expr, time.Unix(at, 0))
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", expr, err)
	}
	switch len(found) {
	case 0:
		return 0, false, nil
	case 1:
		return valueOf(found[0]), true, nil
	}
	return 0, false, fmt.Errorf("%s: %d series", expr, len(found))
}
