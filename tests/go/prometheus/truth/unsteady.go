package main

import "fmt"

// The worlds in which series and targets come and go. What happens within R (2m), a scrape (30s) and an evaluation (1m) of such a moment is not between
// two samples of a living series in both evaluations that count it, and `increase` stands in, which extrapolates by at most as much again. So each of
// these events counts between 0 and 2 times, and the counts may be off by their number. Worlds add it up as doubtful.

const near = 3*minute + 30

// reborn is an exporter that restarts every two days and forgets all series, which are born again with their next event.
func reborn() *world {
	w := newWorld("births, exporter restarted every 2 days", "delivery", "reborn", "green")
	w.classic = runs("reborn")
	// one run is more than 0.5 % of the bad ones
	w.bound = bound{doubtful: true}
	t := w.target("reborn", "ci", 30)
	const every, at = 2 * day, 9 * hour
	w.state = func(now int64) {
		if (now-begin)%every == at {
			t.restart()
		}
	}
	w.events = func(now int64) {
		bad, n := w.run(t, "reborn_runs_total", 60, 0.1)
		if since := (now - begin + near) % every; since >= at && since <= at+2*near {
			w.doubtful(float64(bad), float64(n))
		}
	}
	return w
}

// resets are pods that restart every half day, one after the other; their counters begin at 0 and are there at once.
func resets() *world {
	w := newWorld("counters reset every 12h", "delivery", "resets", "answers")
	name := "resets_requests_total"
	requests(w, name, 3, 0)
	w.bound = bound{doubtful: true, share: 0.005}
	const every = 12 * hour
	at := func(i int) int64 { return 2*hour + int64(i)*40*minute }
	w.state = func(now int64) {
		for i, t := range w.targets {
			// right after a scrape: what nobody saw is nobody's
			if (now-begin)%every == at(i)+t.phase+step {
				t.restart()
				t.of(name, "code", "200")
				t.of(name, "code", "500")
			}
		}
	}
	w.events = func(now int64) {
		for i, t := range w.targets {
			bad, n := w.serve(name, t, 5, 0.01)
			if since := (now - begin + near) % every; since >= at(i) && since <= at(i)+2*near+minute {
				w.doubtful(float64(bad), float64(n))
			}
		}
	}
	return w
}

// away is a target that cannot be reached for ten minutes every day, while it goes on counting; its counters are large.
func away() *world {
	w := newWorld("a target away for 10m, every day", "delivery", "away", "answers")
	name := "away_requests_total"
	requests(w, name, 2, 90e6)
	w.bound = bound{doubtful: true, share: 0.005}
	const from, until = 8 * hour, 8*hour + 10*minute
	w.state = func(now int64) {
		s := now % day
		w.targets[0].answers = s < from || s >= until
	}
	w.events = func(now int64) {
		for i, t := range w.targets {
			bad, n := w.serve(name, t, 5, 0.01)
			if s := now % day; i == 0 && s >= from-near && s < until+near {
				w.doubtful(float64(bad), float64(n))
			}
		}
	}
	return w
}

// churn is a service whose pod is replaced every hour; the new one is there a minute before the old one goes.
func churn() *world {
	w := newWorld("new pods every hour", "delivery", "churn", "fast")
	w.classic = `1 - sum(rate(churn_seconds_bucket{job="churn",le="0.5"}[W])) / sum(rate(churn_seconds_count{job="churn"}[W]))`
	w.bound = bound{doubtful: true, share: 0.005}
	const life = 2 * hour
	pods := 0
	start := func() *target {
		t := w.target("churn", fmt.Sprintf("pod-%d", pods), 30)
		t.of("churn_seconds_count")
		t.of("churn_seconds_bucket", "le", "0.5")
		pods++
		return t
	}
	living := []*target{start(), start()}
	w.state = func(now int64) {
		since := (now - begin) % hour
		if since == 20*minute {
			living = append(living, start())
		}
		if since == 21*minute && len(living) > 2 {
			living[0].gone = true
			living = living[1:]
		}
	}
	w.events = func(now int64) {
		since := (now - begin) % hour
		for i, t := range living {
			slow, n := w.observe(t, "churn_seconds", "0.5", 5, 0.03)
			if first, last := i == len(living)-1, i == 0; since > 20*minute-near && since <= 21*minute+near+minute && (first || last) {
				w.doubtful(float64(slow), float64(n))
			}
		}
	}
	return w
}

// missed are scrapes that fail at random, one in twenty: `up` is 0 and the series end, until the next one. Where the newest scrape is missing,
// `increase` reaches 15s beyond the one before it, which is 30s to 60s old: it leaves out up to 45s of R's 120s, at one evaluation in twenty, so up to
// 1.9 % of all events. Bad and total lose alike, and the share is not touched.
func missed() *world {
	w := newWorld("one scrape in 20 missed", "delivery", "missed", "answers")
	name := "missed_requests_total"
	requests(w, name, 4, 1e6)
	w.bound = bound{counts: 0.019, share: 0.005}
	for _, t := range w.targets {
		t.misses = func() bool { return w.random.IntN(20) == 0 }
	}
	w.events = func(int64) {
		for _, t := range w.targets {
			w.serve(name, t, 5, 0.02)
		}
	}
	return w
}

// minutes are worlds in which a state counts once a minute. On Prometheus 2 a window of 7d that is read every 5m holds both its ends, and so five
// minutes too many of 10,080. The state of a moment is seen up to a scrape and an evaluation later. Where all that was ever counted lies in the window,
// the `newest` minutes are not yet in it.
func minutes(w *world, series int) *world {
	w.bound = bound{counts: 0.001, late: float64(newest * series), share: 0.01}
	return w
}

func (w *world) minute(bad bool) {
	share := float64(step) / float64(minute)
	if bad {
		w.happened(share, share)
	} else {
		w.happened(0, share)
	}
}

func probes() *world {
	w := minutes(newWorld("`up`", "shift", "probes", "answers"), 3)
	for i := range 3 {
		w.target("probes", fmt.Sprintf("host-%d", i), 15)
	}
	w.state = func(now int64) {
		for i, t := range w.targets {
			hours := (now - begin) / hour
			t.answers = !((hours+int64(i)*5)%17 == 3 && now%hour < 12*minute)
			w.minute(!t.answers)
		}
	}
	return w
}

func backup() *world {
	w := minutes(newWorld("`age`", "shift", "backup", "fresh"), 1)
	t := w.target("backup", "cron", 60)
	last := begin - 30*minute
	w.state = func(now int64) {
		// every hour; on some afternoons it fails until the evening
		if now%hour == 10*minute && !(now/day%3 == 1 && now%day > 12*hour && now%day < 17*hour) {
			last = now
		}
		t.of("backup_last_success_timestamp_seconds").value = float64(last)
		w.minute(now-last > 2*hour)
	}
	return w
}

func queue() *world {
	w := minutes(newWorld("`holds`", "shift", "queue", "short"), 1)
	t := w.target("queue", "broker", 30)
	depth := t.of("queue_depth")
	w.state = func(now int64) {
		depth.value = 40
		if now%(7*hour) < 18*minute {
			depth.value = 140
		}
		w.minute(depth.value > 100)
	}
	return w
}

// busy is ordinary traffic of targets that have counted for years.
func busy(name, journey string) *world {
	w := newWorld(name, journey, "busy", "answers")
	requests(w, "busy_requests_total", 3, 80e6)
	w.events = func(int64) {
		for _, t := range w.targets {
			w.serve("busy_requests_total", t, 5, 0.01)
		}
	}
	return w
}
