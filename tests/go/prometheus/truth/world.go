package main

import (
	"hash/fnv"
	"math/rand/v2"
)

const (
	minute int64 = 60
	hour         = 60 * minute
	day          = 24 * hour
	// The first second of every world, at the edge of a day.
	begin int64 = 1_700_006_400 / day * day
	// Events come in steps of so many seconds.
	step int64 = 5
	// A block is a quarter of a day. Its last half hour is at rest in every world, so that whole blocks can be compared with windows to the event:
	// whatever a rule adds at one edge of its window or leaves out at the other lies in a rest. It is longer than all delays together (R 2m, the
	// 5m counts 1m + 5m, the turn of the slow group 5m).
	block = 6 * hour
	rest  = 30 * minute
)

// counts are events.
type counts struct{ bad, total float64 }

func (c *counts) add(o counts) {
	c.bad += o.bad
	c.total += o.total
}

func (c counts) share() float64 {
	if c.total == 0 {
		return 0
	}
	return c.bad / c.total
}

// world is one SLI: what happens, what was true, and how near the rules must come.
type world struct {
	name string
	// journey, step and SLI, and how many series it has if it has `by`
	journey, step, sli string
	values             int
	// the ratio that people write, with W for its window; none for what is asked once a minute
	classic string
	// what the rules must keep to
	bound bound

	random  *rand.Rand
	targets []*target
	// called every step, also at rest
	state func(now int64)
	// called every step but at rest
	events func(now int64)

	// when everything is doubtful
	dark func(now int64) bool

	// for each block the truth, and what of it cannot be exact
	truth, doubt []counts
	now          int64
}

// bound is how far a number may be from the truth.
type bound struct {
	// of the counts and of the share, relative to the truth; 0 is exact
	counts, share float64
	// so many of the newest events need not be counted yet
	late float64
	// Counts may be off by the doubtful events, instead: each of them is counted not at all, once or twice. Without a bound of its own, the share by
	// what follows from that.
	doubtful bool
}

func newWorld(name, journey, step, sli string) *world {
	hash := fnv.New64a()
	hash.Write([]byte(journey + "." + step))
	return &world{name: name, journey: journey, step: step, sli: sli, values: 1, random: rand.New(rand.NewPCG(hash.Sum64(), 7))}
}

func (w *world) target(job, instance string, every int64) *target {
	t := newTarget(job, instance, every, step*int64(len(w.targets)%5))
	w.targets = append(w.targets, t)
	return t
}

// happened is what the truth is made of.
func (w *world) happened(bad, total float64) {
	w.truth = w.note(w.truth, bad, total)
	if w.dark != nil && w.dark(w.now) {
		w.doubtful(bad, total)
	}
}

// doubtful are events that happened and of which no rule can know the number.
func (w *world) doubtful(bad, total float64) { w.doubt = w.note(w.doubt, bad, total) }

func (w *world) note(blocks []counts, bad, total float64) []counts {
	i := int((w.now - begin) / block)
	for len(blocks) <= i {
		blocks = append(blocks, counts{})
	}
	blocks[i].add(counts{bad, total})
	return blocks
}

func (w *world) live(now int64) {
	w.now = now
	if w.state != nil {
		w.state(now)
	}
	// Nothing happens in the first minutes either: what a series and its target begin with is history.
	if w.events != nil && now >= begin+10*minute && (now-begin)%block < block-rest {
		w.events(now)
	}
}

// last is the sum of the last blocks of so many.
func last(blocks []counts, count, all int) (sum counts) {
	for i := max(0, all-count); i < min(all, len(blocks)); i++ {
		sum.add(blocks[i])
	}
	return sum
}

// scene is one Prometheus, its rules and its worlds.
type scene struct {
	name string
	days int64
	// the window of the journeys, in days
	window int64
	worlds []*world
	// while this Prometheus is down, in seconds from the begin
	downFrom, downUntil int64
	// when the rules are loaded
	rulesFrom int64
	// journeys whose steps are all exact, and so their own number
	journeys []string
}

func (s *scene) isDown(now int64) bool {
	return now-begin >= s.downFrom && now-begin < s.downUntil
}
