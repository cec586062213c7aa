package main

import (
	"fmt"
	"slices"
)

// The worlds. Rates are events per second; `step` seconds pass between two calls.

// scenes are all of them, or those that are quick.
func scenes(days int64, short bool) []*scene {
	shop := &scene{name: "shop", days: days, window: 7, journeys: []string{"shop"}, worlds: []*world{
		steady(), night("shop", 4, 1), few(), stops(days), successes(), bounds(), sites(),
	}}
	if hasNatives {
		shop.worlds = slices.Insert(shop.worlds, 6, natives())
	}
	delivery := &scene{name: "delivery", days: days, window: 7, worlds: []*world{
		births("delivery", 80), failures(), reborn(), resets(), away(), churn(), missed(),
	}}
	if short {
		return []*scene{shop, delivery}
	}
	// a day more than its window
	shift := &scene{name: "shift", days: days + 1, window: 7, worlds: []*world{probes(), backup(), queue()}}
	// a day more than its window, but short where the others are
	month := &scene{name: "month", days: 29, window: 28, journeys: []string{"month"}, worlds: []*world{
		night("month", 4, 1), births("month", 60),
	}}
	if days < 7 {
		month.days = days
	}
	down := &scene{name: "down", days: days, window: 7, worlds: []*world{busy("Prometheus down for an hour", "down")}}
	down.downFrom = (days-1)*day + 4*hour + 10*minute
	down.downUntil = down.downFrom + hour
	lost := down.worlds[0]
	lost.bound = bound{doubtful: true, share: 0.005}
	// what happened while Prometheus was away, and within R and a scrape of that
	lost.dark = func(now int64) bool {
		since := now - begin
		return since >= down.downFrom-near-older && since < down.downUntil+near
	}
	young := &scene{name: "young", days: 4, window: 7, rulesFrom: 2 * day, worlds: []*world{busy("an SLO two days old", "young")}}
	return []*scene{month, shop, delivery, shift, down, young}
}

// requests is a counter with a label for the outcome, there from the first scrape on, as client libraries do that know their labels.
func requests(w *world, name string, pods int, before float64) {
	for i := range pods {
		t := w.target(w.step, fmt.Sprintf("pod-%d", i), 30)
		t.of(name, "code", "200").value = before
		t.of(name, "code", "500").value = before / 100
	}
	w.classic = fmt.Sprintf(`sum(rate(%s{job="%s",code="500"}[W])) / sum(rate(%[1]s{job="%[2]s"}[W]))`, name, w.step)
}

// serve is what the pods of `requests` do in a step.
func (w *world) serve(name string, t *target, rate, share float64) (bad, total int64) {
	total = around(w.random, rate*float64(step))
	bad = among(w.random, total, share)
	t.add(total-bad, name, "code", "200")
	t.add(bad, name, "code", "500")
	w.happened(float64(bad), float64(total))
	return bad, total
}

func steady() *world {
	w := newWorld("steady traffic", "shop", "steady", "answers")
	requests(w, "steady_requests_total", 3, 0)
	w.events = func(int64) {
		for _, t := range w.targets {
			w.serve("steady_requests_total", t, 20, 0.0005)
		}
	}
	return w
}

func night(journey string, pods int, rate float64) *world {
	w := newWorld("day : night = 20 : 1, outages at night", journey, "night", "answers")
	requests(w, "night_requests_total", pods, 0)
	if journey == "month" {
		w.name += ", 28 days"
	}
	w.events = func(now int64) {
		rate, share := rate*20, 0.0
		if second := now % day; second < 6*hour {
			rate /= 20
			if second/hour == 2 && second%hour < 40*minute {
				share = 0.3
			}
		}
		for _, t := range w.targets {
			w.serve("night_requests_total", t, rate, share)
		}
	}
	return w
}

func few() *world {
	w := newWorld("10 events a day", "shop", "few", "paid")
	t := w.target("few", "shop", 30)
	t.of("few_paid_total")
	t.of("few_refused_total")
	w.classic = `sum(rate(few_refused_total{job="few"}[W])) / (sum(rate(few_refused_total{job="few"}[W])) + sum(rate(few_paid_total{job="few"}[W])))`
	w.events = func(int64) {
		n := around(w.random, 10*float64(step)/float64(day))
		bad := among(w.random, n, 0.1)
		t.add(n-bad, "few_paid_total")
		t.add(bad, "few_refused_total")
		w.happened(float64(bad), float64(n))
	}
	return w
}

func stops(days int64) *world {
	w := newWorld("traffic that stops", "shop", "stops", "answers")
	requests(w, "stops_requests_total", 2, 0)
	// it ends in an outage of an hour
	until := begin + days*day*3/5
	w.events = func(now int64) {
		share := 0.01
		if now > until-hour {
			share = 0.5
		}
		if now < until {
			for _, t := range w.targets {
				w.serve("stops_requests_total", t, 2, share)
			}
		}
	}
	return w
}

func successes() *world {
	w := newWorld("only successes, no series of failures", "shop", "successes", "answers")
	requests(w, "successes_requests_total", 0, 0)
	t := w.target("successes", "pod", 30)
	w.events = func(int64) { w.serve("successes_requests_total", t, 3, 0) }
	return w
}

// bounds is a classic histogram whose bound is written as both generations write it.
func bounds() *world {
	w := newWorld(`histogram, le="1" and le="1.0"`, "shop", "bounds", "fast")
	old, new := w.target("bounds", "old", 30), w.target("bounds", "new", 30)
	w.classic = `1 - sum(rate(bounds_seconds_bucket{job="bounds",le="1"}[W])) / sum(rate(bounds_seconds_count{job="bounds"}[W]))`
	for _, t := range w.targets {
		t.of("bounds_seconds_count")
	}
	old.of("bounds_seconds_bucket", "le", "1")
	new.of("bounds_seconds_bucket", "le", "1.0")
	w.events = func(int64) {
		w.observe(old, "bounds_seconds", "1", 5, 0.02)
		w.observe(new, "bounds_seconds", "1.0", 5, 0.02)
	}
	return w
}

func (w *world) observe(t *target, name, le string, rate, share float64) (slow, n int64) {
	n = around(w.random, rate*float64(step))
	slow = among(w.random, n, share)
	t.add(n, name+"_count")
	t.add(n-slow, name+"_bucket", "le", le)
	w.happened(float64(slow), float64(n))
	return slow, n
}

func natives() *world {
	w := newWorld("native histogram", "shop", "native", "fast")
	w.target("native", "a", 30)
	w.target("native", "b", 15)
	w.classic = `1 - histogram_fraction(0, 0.25, sum(rate(native_seconds{job="native"}[W])))`
	w.events = func(int64) {
		for _, t := range w.targets {
			n := around(w.random, 4*float64(step))
			slow := among(w.random, n, 0.03)
			s := t.of("native_seconds")
			s.observe(-4, (n-slow)/2)
			s.observe(-2, n-slow-(n-slow)/2)
			s.observe(-1, slow/2)
			s.observe(2, slow-slow/2)
			w.happened(float64(slow), float64(n))
		}
	}
	return w
}

func sites() *world {
	w := newWorld("two sites added up", "shop", "sites", "answers")
	w.values = 2
	rates, shares := map[string]float64{"east": 10, "west": 1}, map[string]float64{"east": 0.001, "west": 0.05}
	name := "sites_requests_total"
	for _, site := range []string{"east", "west"} {
		t := w.target("sites", site, 30)
		t.of(name, "site", site, "code", "200")
		t.of(name, "site", site, "code", "500")
	}
	w.classic = `sum(rate(sites_requests_total{job="sites",code="500"}[W])) / sum(rate(sites_requests_total{job="sites"}[W]))`
	w.events = func(int64) {
		for _, t := range w.targets {
			n := around(w.random, rates[t.instance]*float64(step))
			bad := among(w.random, n, shares[t.instance])
			t.add(n-bad, name, "site", t.instance, "code", "200")
			t.add(bad, name, "site", t.instance, "code", "500")
			w.happened(float64(bad), float64(n))
		}
	}
	return w
}

// run is an event of a counter with a label for the outcome and one for the workflow; each pair of them is born with its first event.
func (w *world) run(t *target, name string, perDay, share float64) (bad, n int64) {
	n = around(w.random, perDay*float64(step)/float64(day))
	for range n {
		outcome := "passed"
		if w.random.Float64() < share {
			outcome = "failed"
			bad++
		}
		t.add(1, name, "workflow", fmt.Sprintf("w%d", w.random.IntN(12)), "outcome", outcome)
	}
	w.happened(float64(bad), float64(n))
	return bad, n
}

func runs(name string) string {
	return fmt.Sprintf(`sum(rate(%s_runs_total{job="%[1]s",outcome="failed"}[W])) / sum(rate(%[1]s_runs_total{job="%[1]s"}[W]))`, name)
}

func births(journey string, perDay float64) *world {
	w := newWorld("series born with their first event", journey, "births", "green")
	if journey == "month" {
		w.name += ", 28 days"
	}
	w.classic = runs("births")
	t := w.target("births", "ci", 30)
	w.events = func(int64) { w.run(t, "births_runs_total", perDay, 0.12) }
	return w
}

func failures() *world {
	w := newWorld("only failures, no series of successes", "delivery", "failures", "green")
	w.classic = runs("failures")
	t := w.target("failures", "ci", 30)
	w.events = func(int64) { w.run(t, "failures_runs_total", 20, 1) }
	return w
}
