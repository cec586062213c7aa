package main

import (
	"fmt"
	"math"
	"strings"
)

// result is what came out for a world.
type result struct {
	world       *world
	truth, ours counts
	mean, raw   string
	problems    []string
	// how far the share is from the truth, relative to it
	off float64
}

func (s *scene) results(server *server, end int64) ([]result, error) {
	all := int(s.days * day / block)
	blocks := int(s.window * day / block)
	if s.rulesFrom > 0 {
		blocks = int((s.days*day - s.rulesFrom) / block)
	}
	var results []result
	for _, w := range s.worlds {
		r, err := w.result(server, end, s, blocks, all)
		if err != nil {
			return nil, err
		}
		results = append(results, r)
	}
	for _, journey := range s.journeys {
		good := 1.0
		for i := range results {
			if results[i].world.journey == journey {
				good *= 1 - results[i].truth.share()
			}
		}
		last := &results[len(results)-1]
		of := fmt.Sprintf(`last_over_time(tabi:journey_errors:ratio_period{journey="%s"}[15m])`, journey)
		if err := last.expect(server, end, of, 1-good, 1e-6); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// expect is an expression that must have a value, to a relative difference; NaN stands for no sample.
func (r *result) expect(server *server, at int64, expr string, want, within float64) error {
	got, found, err := server.ask(expr, at)
	if err != nil {
		return err
	}
	switch {
	case !found && math.IsNaN(want):
	case !found:
		r.problems = append(r.problems, fmt.Sprintf("%s: nothing, not %v", expr, want))
	case !(math.Abs(got-want) <= within*math.Max(math.Abs(want), 1e-3)):
		r.problems = append(r.problems, fmt.Sprintf("%s: %v, not %v", expr, got, want))
	}
	return nil
}

// result asks what the rules recorded, and what the classic ones say.
func (w *world) result(server *server, end int64, s *scene, blocks, all int) (result, error) {
	r := result{world: w, truth: last(w.truth, blocks, all)}
	id := fmt.Sprintf(`{journey="%s",step="%s",sli="%s"}`, w.journey, w.step, w.sli)
	counted := "last_over_time(tabi:slo_events:count_period" + id + "[15m])"
	share := "last_over_time(tabi:slo_errors:ratio_period" + id + "[15m])"
	ask := func(expr string) (value float64, err error) {
		value, found, err := server.ask(expr, end)
		if !found {
			value = math.NaN()
		}
		return value, err
	}
	var err error
	if r.ours.total, err = ask("sum(" + counted + ")"); err != nil {
		return r, err
	}
	if r.ours.bad, err = ask("sum(" + counted + " * " + share + ")"); err != nil {
		return r, err
	}
	if err := r.expect(server, end, "count("+share+")", float64(w.values), 0); err != nil {
		return r, err
	}
	r.judge(last(w.doubt, blocks, all))

	budget := "tabi:slo_budget:ratio" + id
	if w.values == 1 {
		// what is left follows from the recorded share
		remaining := "last_over_time(tabi:slo_budget:remaining_ratio" + id + "[15m])"
		expr := fmt.Sprintf("%s - on () (1 - %s / on () last_over_time(%s[5m])) + 1", remaining, share, budget)
		within := 1e-9
		if w.bound.late > 0 {
			within = behind
		}
		if err := r.expect(server, end, expr, 1, within); err != nil {
			return r, err
		}
	}
	windows := map[string]int{"6h": 1, "18h": 3}
	if s.window == 28 {
		windows = map[string]int{"6h": 1, "1d": 4, "3d": 12}
	}
	for name, blocks := range windows {
		if w.bound != (bound{}) || w.values > 1 {
			continue
		}
		truth := last(w.truth, blocks, all)
		want := truth.share()
		if truth.total == 0 {
			want = math.NaN()
		}
		expr := fmt.Sprintf("last_over_time(tabi:slo_burn:rate%s%s[10m]) * on () last_over_time(%s[5m])", name, id, budget)
		if err := r.expect(server, end, expr, want, 1e-6); err != nil {
			return r, err
		}
	}
	if w.classic == "" {
		r.mean, r.raw = "–", "–"
		return r, nil
	}
	period := fmt.Sprintf("%dd", s.window)
	other := func(expr string) (string, error) {
		value, found, err := server.ask(expr, end)
		if !found {
			return "nothing", err
		}
		return percent(value), err
	}
	if r.mean, err = other(fmt.Sprintf(`avg_over_time(classic:ratio5m{step="%s"}[%s])`, w.step, period)); err != nil {
		return r, err
	}
	r.raw, err = other(w.classicIn(period))
	return r, err
}

// judge compares counts and share with the truth.
func (r *result) judge(doubt counts) {
	b := r.world.bound
	near := func(what string, got, want, within float64) {
		if !(math.Abs(got-want) <= within) {
			r.problems = append(r.problems, fmt.Sprintf("%s: %v, not %v ± %v", what, got, want, within))
		}
	}
	relative := func(got, want float64) float64 {
		if got == want {
			return 0
		}
		return math.Abs(got-want) / want
	}
	r.off = relative(r.ours.share(), r.truth.share())
	// float noise of millions of events
	const noise = 0.01
	within := counts{noise + (b.counts+b.share)*r.truth.bad, noise + b.late + b.counts*r.truth.total}
	if b.doubtful {
		within = counts{noise + doubt.bad, noise + doubt.total}
	}
	near("events", r.ours.total, r.truth.total, within.total)
	near("bad events", r.ours.bad, r.truth.bad, within.bad)
	share := b.share
	if b.doubtful && share == 0 && r.truth.bad > 0 {
		share = doubt.bad/r.truth.bad + doubt.total/r.truth.total
	}
	near("share", r.ours.share(), r.truth.share(), share*r.truth.share()+1e-9)
}

// report is the table of all worlds, with the numbers of the first offsets, and what is out of bounds at any.
func report(results [][]result, count int) (string, []string) {
	var out strings.Builder
	var problems []string
	fmt.Fprintf(&out, "%s:\n\n", generation)
	out.WriteString("| world | truth: bad / all | these rules: bad / all | truth | these rules | mean of 5m ratios | raw counters over the window | |\n")
	out.WriteString("|---|---|---|---|---|---|---|---|\n")
	for i := 0; i < len(results); i += count {
		for j, r := range results[i] {
			for k := range count {
				for _, problem := range results[i+k][j].problems {
					problems = append(problems, fmt.Sprintf("%s, offsets %d: %s", r.world.name, k, problem))
				}
			}
			verdict := "exact"
			if r.world.bound != (bound{}) {
				verdict = fmt.Sprintf("off by %s", percent(r.off))
			}
			fmt.Fprintf(&out, "| %s | %s / %s | %s / %s | %s | %s | %s | %s | %s |\n", r.world.name,
				number(r.truth.bad), number(r.truth.total), number(r.ours.bad), number(r.ours.total),
				percent(r.truth.share()), percent(r.ours.share()), r.mean, r.raw, verdict)
		}
	}
	return out.String(), problems
}

// percent is a share with four decimals at most.
func percent(share float64) string {
	if math.IsNaN(share) {
		return "NaN"
	}
	text := strings.TrimRight(fmt.Sprintf("%.4f", 100*share), "0")
	return strings.TrimRight(text, ".") + " %"
}

// number is a count of events in groups of three digits.
func number(events float64) string {
	if math.IsNaN(events) {
		return "NaN"
	}
	text := fmt.Sprintf("%.0f", events)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
