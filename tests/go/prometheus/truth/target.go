package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

var stale = math.Float64frombits(value.StaleNaN)

// target is what a Prometheus scrapes. Its series are there from their first event on, unless they were declared.
type target struct {
	job, instance string
	every, phase  int64
	up            *series
	series        map[string]*series
	order         []*series
	answers       bool
	gone          bool
	misses        func() bool
}

type series struct {
	labels  labels.Labels
	ref     storage.SeriesRef
	value   float64
	native  *native
	exposed bool
	// in the last scrape: what was there and is not any more gets a stale marker
	scraped bool
}

// native is a native histogram of schema 0: one bucket for each power of two from 2^-7 to 2^4.
type native struct {
	buckets [12]int64
}

func newTarget(job, instance string, every, phase int64) *target {
	t := &target{job: job, instance: instance, every: every, phase: phase, answers: true, series: map[string]*series{}}
	t.up = &series{labels: labels.FromStrings("__name__", "up", "job", job, "instance", instance)}
	return t
}

// of is a series by its name and the values of its own labels, such as `code="500"` as "code", "500".
func (t *target) of(name string, own ...string) *series {
	key := fmt.Sprint(name, own)
	s := t.series[key]
	if s == nil {
		all := append([]string{"__name__", name, "job", t.job, "instance", t.instance}, own...)
		s = &series{labels: labels.FromStrings(all...)}
		t.series[key] = s
		t.order = append(t.order, s)
	}
	s.exposed = true
	return s
}

func (t *target) add(n int64, name string, own ...string) {
	if n > 0 {
		t.of(name, own...).value += float64(n)
	}
}

// restart takes all counters back to nothing; they are born again with their next event.
func (t *target) restart() {
	for _, s := range t.order {
		s.exposed, s.value = false, 0
		if s.native != nil {
			s.native = &native{}
		}
	}
}

func (t *target) scrape(now int64, app storage.Appender) error {
	if (now-t.phase)%t.every != 0 {
		return nil
	}
	answers := t.answers && !t.gone && !(t.misses != nil && t.misses())
	for _, s := range t.order {
		if answers && s.exposed {
			if err := s.write(now, app); err != nil {
				return err
			}
			s.scraped = true
		} else if s.scraped {
			if err := s.end(now, app); err != nil {
				return err
			}
		}
	}
	if t.gone {
		if !t.up.scraped {
			return nil
		}
		return t.up.end(now, app)
	}
	t.up.scraped = true
	t.up.value = 0
	if answers {
		t.up.value = 1
	}
	return t.up.write(now, app)
}

// forget is a Prometheus that ends: it leaves no stale markers.
func (t *target) forget() {
	t.up.scraped = false
	for _, s := range t.order {
		s.scraped = false
	}
}

func (s *series) end(now int64, app storage.Appender) error {
	s.scraped = false
	if s.native != nil {
		_, err := app.AppendHistogram(s.ref, s.labels, now*1000, &histogram.Histogram{Sum: stale}, nil)
		return err
	}
	_, err := app.Append(s.ref, s.labels, now*1000, stale)
	return err
}

func (s *series) write(now int64, app storage.Appender) (err error) {
	if s.native != nil {
		s.ref, err = app.AppendHistogram(s.ref, s.labels, now*1000, s.native.histogram(), nil)
	} else {
		s.ref, err = app.Append(s.ref, s.labels, now*1000, s.value)
	}
	return err
}

// observe puts n observations into the bucket that ends at 2^upper.
func (s *series) observe(upper int, n int64) {
	if s.native == nil {
		s.native = &native{}
	}
	s.native.buckets[upper+7] += n
}

func (n *native) histogram() *histogram.Histogram {
	h := &histogram.Histogram{PositiveSpans: []histogram.Span{{Offset: -7, Length: uint32(len(n.buckets))}}}
	last := int64(0)
	for i, count := range n.buckets {
		h.Count += uint64(count)
		h.Sum += float64(count) * math.Exp2(float64(i-7))
		h.PositiveBuckets = append(h.PositiveBuckets, count-last)
		last = count
	}
	return h
}

// around is how many events came where so many are expected (Poisson).
func around(r *rand.Rand, mean float64) int64 {
	if mean > 30 {
		return max(0, int64(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	n, product := int64(0), r.Float64()
	for limit := math.Exp(-mean); product > limit; product *= r.Float64() {
		n++
	}
	return n
}

// among is how many of n events are of a kind that a share of them is.
func among(r *rand.Rand, n int64, share float64) int64 {
	if n > 100 && share > 0 && share < 1 {
		return min(n, around(r, float64(n)*share))
	}
	k := int64(0)
	for range n {
		if r.Float64() < share {
			k++
		}
	}
	return k
}
