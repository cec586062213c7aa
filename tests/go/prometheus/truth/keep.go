//go:build !victoria

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// keepAll plays a scene with the alerts of its rules, and leaves raw samples, what the rules recorded and ALERTS in a directory that a Prometheus can open.
func keepAll(tabi, sources, only string, days int64, aligned bool, directory string) error {
	for _, s := range append(scenes(days, false), outages(days)) {
		if s.name != only {
			continue
		}
		s.days = days
		rules, err := os.MkdirTemp("", "truth-rules")
		if err != nil {
			return err
		}
		defer os.RemoveAll(rules)
		if err := compile(tabi, filepath.Join(sources, s.name+".tabi"), rules, s); err != nil {
			return err
		}
		// what people write elsewhere says nothing of our alerts
		if err := os.Remove(filepath.Join(rules, "rules", "classic.yml")); err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(rules, "rules", "*.yml"))
		if err != nil {
			return err
		}
		server, err := startServer(days)
		if err != nil {
			return err
		}
		defer server.close()
		server.alerts = true
		// in whole seconds: at other times nothing is scraped
		offset := func(name string, interval int64) int64 { return offsets[0](name, interval) / 1000 * 1000 }
		if aligned {
			offset = func(_ string, interval int64) int64 {
				if interval > minute*1000 {
					return 30_000
				}
				return 0
			}
		}
		if _, err := s.happen(server, files, offset); err != nil {
			return err
		}
		return server.db.Snapshot(directory, true)
	}
	return fmt.Errorf("there is no scene %q", only)
}
