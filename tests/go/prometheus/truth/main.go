// Worlds whose events are known are scraped into a real storage, and the rules that `tabi build` writes are evaluated over it by the real engine,
// each group at its own interval and offset. At the end what the rules recorded is compared with what happened. CONTRIBUTING.md says how to run it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// offsets are when groups run, in milliseconds after a full interval; the same in each run.
var offsets = []func(name string, interval int64) int64{
	// as Prometheus does it: by a hash of the name
	func(name string, interval int64) int64 {
		hash := fnv.New64a()
		hash.Write([]byte(name))
		return int64(hash.Sum64() % uint64(interval))
	},
	// the slow groups right before the fast ones, so that all they read is a minute old
	func(_ string, interval int64) int64 {
		if interval > minute*1000 {
			return 59_970
		}
		return 59_983
	},
	// the fast groups at the moment of a scrape, the slow ones far from it
	func(_ string, interval int64) int64 {
		if interval > minute*1000 {
			return 150_500
		}
		return 0
	},
}

func main() {
	tabi := flag.String("tabi", "target/debug/tabi", "the compiler")
	sources := flag.String("sources", "tests/truth", "where the .tabi files are")
	days := flag.Int64("days", 7, "how long the worlds of a week are")
	short := flag.Bool("short", false, "only some worlds, at the first offsets")
	only := flag.String("only", "", "only the worlds of this file")
	table := flag.String("table", "", "the table that the run must give")
	update := flag.Bool("update", false, "write the table instead")
	jobs := flag.Int("jobs", runtime.NumCPU(), "how many worlds run at a time")
	keep := flag.String("keep", "", "play the worlds of -only with their alerts and leave all samples here as a block; nothing is compared")
	aligned := flag.Bool("aligned", false, "with -keep: fast groups at full minutes, slow ones half a minute after")
	flag.Parse()
	debug.SetGCPercent(400)
	if *keep != "" {
		if err := keepAll(*tabi, *sources, *only, *days, *aligned, *keep); err != nil {
			fmt.Fprintln(os.Stderr, "truth:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*tabi, *sources, *days, *short, *only, *jobs, *table, *update); err != nil {
		fmt.Fprintln(os.Stderr, "truth:", err)
		os.Exit(1)
	}
}

func run(tabi, sources string, days int64, short bool, only string, jobs int, table string, update bool) error {
	directory, err := os.MkdirTemp("", "truth-rules")
	if err != nil {
		return err
	}
	defer os.RemoveAll(directory)
	// The first offsets make the table; at the others shorter worlds must be as true.
	count, other := len(offsets), min(days, 2)
	if short {
		count = 1
	}
	chosen := func(days int64) (list []*scene) {
		for _, s := range scenes(days, short) {
			if only == "" || only == s.name {
				list = append(list, s)
			}
		}
		return list
	}
	names := chosen(days)
	for _, s := range names {
		if err := compile(tabi, filepath.Join(sources, s.name+".tabi"), filepath.Join(directory, s.name), s); err != nil {
			return err
		}
	}
	results := make([][]result, len(names)*count)
	failed := make([]error, len(results))
	var wait sync.WaitGroup
	var taken atomic.Int64
	for range jobs {
		wait.Go(func() {
			for {
				turn := int(taken.Add(1)) - 1
				if turn >= len(results) {
					return
				}
				// all scenes at the first offsets, then all at the next
				scene, offset := turn%len(names), turn/len(names)
				days := days
				if offset > 0 {
					days = other
				}
				s := chosen(days)[scene]
				i := scene*count + offset
				start := time.Now()
				results[i], failed[i] = s.play(filepath.Join(directory, s.name), offsets[offset])
				fmt.Fprintf(os.Stderr, "%s: %s for %d days, offsets %d: %.0fs\n", generation, s.name, s.days, offset, time.Since(start).Seconds())
			}
		})
	}
	wait.Wait()
	for i, err := range failed {
		if err != nil {
			return fmt.Errorf("%s, offsets %d: %w", names[i/count].name, i%count, err)
		}
	}
	text, problems := report(results, count)
	fmt.Print(text)
	if len(problems) > 0 {
		return fmt.Errorf("%d numbers are not true:\n%s", len(problems), strings.Join(problems, "\n"))
	}
	if table == "" {
		return nil
	}
	if update {
		return os.WriteFile(table, []byte(text), 0o644)
	}
	stored, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	if string(stored) != text {
		return fmt.Errorf("%s says something else; run ./scripts/truth --update and read the difference", table)
	}
	return nil
}

// classicGroup is not evaluated while a world rests and until its window of 5 minutes is over that: it would record NaN, which is the fault of our
// rests, not its own.
const classicGroup = "classic"

func nearRest(now int64) bool {
	since := now - begin
	return since%block >= block-rest || since%block < 6*minute || since < 16*minute
}

// compile writes the rules of a scene for the engine and, beside them, the classic ones: a ratio of 5 minutes, recorded each minute.
func compile(tabi, source, out string, s *scene) error {
	if said, err := exec.Command(tabi, "build", "--target", ruleTarget, "-o", out, source).CombinedOutput(); err != nil {
		return fmt.Errorf("%s build %s: %w\n%s", tabi, source, err, said)
	}
	type rule struct {
		Record string            `json:"record"`
		Expr   string            `json:"expr"`
		Labels map[string]string `json:"labels"`
	}
	var rules []rule
	for _, w := range s.worlds {
		if w.classic != "" {
			rules = append(rules, rule{"classic:ratio5m", w.classicIn("5m"), map[string]string{"step": w.step}})
		}
	}
	// JSON is YAML
	text, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": classicGroup, "interval": "1m", "rules": rules}}})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "rules", "classic.yml"), text, 0o644)
}

func (w *world) classicIn(window string) string {
	return strings.ReplaceAll(w.classic, "[W]", "["+window+"]")
}

// play lets a scene happen: every few seconds the worlds go on, targets are scraped, and the groups whose turn has come are evaluated.
func (s *scene) play(rules string, offset func(string, int64) int64) ([]result, error) {
	files, err := filepath.Glob(filepath.Join(rules, "rules", "*.yml"))
	if err != nil {
		return nil, err
	}
	server, err := startServer(s.days)
	if err != nil {
		return nil, err
	}
	defer server.close()
	end, err := s.happen(server, files, offset)
	if err != nil {
		return nil, err
	}
	return s.results(server, end)
}

// happen lets a scene go on to its end, which it gives.
func (s *scene) happen(server *server, files []string, offset func(string, int64) int64) (int64, error) {
	end := begin + s.days*day
	loaded := false
	for now := begin; now < end; now += step {
		for _, w := range s.worlds {
			w.live(now)
		}
		if s.isDown(now) {
			loaded = false
			for _, w := range s.worlds {
				for _, t := range w.targets {
					t.forget()
				}
			}
			continue
		}
		app := server.appender()
		for _, w := range s.worlds {
			for _, t := range w.targets {
				if err := t.scrape(now, app); err != nil {
					return 0, err
				}
			}
		}
		if err := app.Commit(); err != nil {
			return 0, err
		}
		if now-begin < s.rulesFrom {
			continue
		}
		if !loaded {
			if err := server.load(files, now*1000, offset); err != nil {
				return 0, err
			}
			loaded = true
		}
		if err := server.evaluate((now + step) * 1000); err != nil {
			return 0, err
		}
	}
	return end, nil
}
