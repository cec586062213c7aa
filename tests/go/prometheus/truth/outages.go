package main

import "math"

// outages are worlds in which alerts fire: each fails in another shape, for longer and shorter, and rests in between. Nothing of them is compared with
// a truth; what the real engine makes of the alerts is what `tabi backtest` must say.
func outages(days int64) *scene {
	return &scene{name: "outages", days: days, window: 7, worlds: []*world{
		failing("steady", 2, func(now int64) (float64, float64) {
			// a share of failures that comes and goes: every alert of an SLI has its hour
			since := now - begin
			switch {
			case since > 7*hour && since < 7*hour+20*minute:
				return 10, 1
			case since > 20*hour && since < 26*hour:
				return 10, 0.15
			}
			return 10, 0.001
		}),
		failing("nightly", 3, func(now int64) (float64, float64) {
			second := now % day
			if second < 5*hour {
				if second/hour == 2 {
					return 0.2, 0.4
				}
				return 0.2, 0
			}
			return 6, 0.0004
		}),
		failing("stopping", 1, func(now int64) (float64, float64) {
			// it ends in an outage, and comes back hours later
			switch since := now - begin; {
			case since > 15*hour && since < 15*hour+30*minute:
				return 5, 0.9
			case since >= 15*hour+30*minute && since < 19*hour:
				return 0, 0
			}
			return 5, 0.002
		}),
		sparse(), restarts(), gap(), slower(), halves(), queueOutage(),
	}}
}

// failing is traffic whose rate and share of failures a function says.
func failing(step string, pods int, of func(now int64) (rate, share float64)) *world {
	w := newWorld(step, "shop", step, "answers")
	requests(w, step+"_requests_total", pods, 0)
	w.events = func(now int64) {
		rate, share := of(now)
		for _, t := range w.targets {
			w.serve(step+"_requests_total", t, rate, share)
		}
	}
	return w
}

// sparse are few runs a day, each outcome born with its first event.
func sparse() *world {
	w := newWorld("sparse", "tools", "sparse", "green")
	t := w.target("sparse", "ci", 30)
	w.events = func(now int64) {
		share := 0.05
		if since := now - begin; since > 10*hour && since < 22*hour {
			share = 0.8
		}
		w.run(t, "sparse_runs_total", 150, share)
	}
	return w
}

// restarts are pods in a crash loop, which forget their counters and are born again.
func restarts() *world {
	w := newWorld("restarts", "tools", "restarts", "answers")
	requests(w, "restarts_requests_total", 2, 1e6)
	w.events = func(now int64) {
		since := now - begin
		loop := since > 12*hour && since < 14*hour
		for i, t := range w.targets {
			share := 0.01
			if loop {
				share = 0.5
				if (now/step+int64(i)*37)%97 == 0 {
					t.restart()
				}
			}
			w.serve("restarts_requests_total", t, 4, share)
		}
	}
	return w
}

// gap is a target that nobody reaches for hours, right after an outage.
func gap() *world {
	w := newWorld("gap", "tools", "gap", "answers")
	requests(w, "gap_requests_total", 1, 90e6)
	w.state = func(now int64) {
		since := now - begin
		w.targets[0].answers = since < 17*hour || since > 21*hour
		w.targets[0].gone = since > 30*hour && since < 33*hour
	}
	w.events = func(now int64) {
		share := 0.005
		if since := now - begin; since > 16*hour && since < 17*hour {
			share = 0.3
		}
		w.serve("gap_requests_total", w.targets[0], 4, share)
	}
	return w
}

// slower is a histogram that gets slow in waves.
func slower() *world {
	w := newWorld("slower", "shop", "slower", "fast")
	t := w.target("slower", "a", 15)
	t.of("slower_seconds_count")
	t.of("slower_seconds_bucket", "le", "0.3")
	w.events = func(now int64) {
		wave := math.Max(0, math.Sin(float64(now-begin)/float64(5*hour)*2*math.Pi))
		w.observe(t, "slower_seconds", "0.3", 4, 0.12*wave*wave*wave)
	}
	return w
}

// halves are two sites of which one fails, each with a budget of its own.
func halves() *world {
	w := newWorld("halves", "shop", "halves", "answers")
	w.values = 2
	for _, site := range []string{"east", "west"} {
		t := w.target("halves", site, 30)
		t.of("halves_requests_total", "site", site, "code", "200")
		t.of("halves_requests_total", "site", site, "code", "500")
	}
	w.events = func(now int64) {
		for _, t := range w.targets {
			n, share := around(w.random, 3*float64(step)), 0.002
			if since := now - begin; t.instance == "west" && since > 9*hour && since < 10*hour {
				share = 0.3
			}
			bad := among(w.random, n, share)
			t.add(n-bad, "halves_requests_total", "site", t.instance, "code", "200")
			t.add(bad, "halves_requests_total", "site", t.instance, "code", "500")
			w.happened(float64(bad), float64(n))
		}
	}
	return w
}

// queueOutage is a state that is looked at once a minute.
func queueOutage() *world {
	w := newWorld("queue", "tools", "queue", "short")
	t := w.target("queue", "broker", 30)
	depth := t.of("queue_depth")
	w.state = func(now int64) {
		depth.value = 40
		if since := now - begin; since > 5*hour && since < 6*hour+30*minute || since > 25*hour && since < 25*hour+10*minute {
			depth.value = 140
		}
	}
	return w
}
