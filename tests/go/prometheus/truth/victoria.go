//go:build victoria

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"go.yaml.in/yaml/v2"
)

// VictoriaMetrics itself is the storage and the engine. The clock of vmalert is not to be had, so it is driven here as vmalert 1.110 drives it: a group
// asks for the last full interval that is half a minute old, the storage looks five minutes back for an instant, what a rule records is written where it
// does not see it at once, and a series that is recorded no more gets a stale marker.

const (
	generation = "VictoriaMetrics 1.110"
	ruleTarget = "victoriametrics"
	hasNatives = false
	// 12 as for Prometheus, and 10m that windows wait
	newest = 22
	// an evaluation of 5 minutes, in a world of two days
	behind = 0.005
	// evalDelay and what is left of the interval
	older = 90

	// -rule.evalDelay
	evalDelay = 30_000
	// -datasource.queryStep
	queryStep = "300s"
	// until what was recorded is there for queries: -remoteWrite.flushInterval, the way, and -inmemoryDataFlushInterval
	late = 20_000
)

func keepAll(string, string, string, int64, bool, string) error {
	return errors.New("-keep leaves a block of Prometheus' storage, which this is not")
}

// server is a VictoriaMetrics and the rules that vmalert would evaluate.
type server struct {
	directory string
	process   *exec.Cmd
	address   string
	groups    []*turn
	// samples that were scraped and are not sent yet
	scraped map[string]*prompb.TimeSeries
	// what rules recorded, in the order in which it arrives
	pending []arrival
}

// arrival is what a rule recorded, and when the storage has it.
type arrival struct {
	at     int64
	series []prompb.TimeSeries
}

// turn is a group and when it is evaluated next, in milliseconds.
type turn struct {
	name           string
	next, interval int64
	rules          []*recording
}

type recording struct {
	Record string            `yaml:"record"`
	Expr   string            `yaml:"expr"`
	Labels map[string]string `yaml:"labels"`
	// the series of the last evaluation
	last map[string]labels.Labels
}

func startServer(int64) (*server, error) {
	program, err := filepath.Abs("target/tools-engines/victoria-metrics")
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "truth")
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	listener.Close()
	log, err := os.Create(filepath.Join(directory, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	process := exec.Command(program, "-httpListenAddr="+address, "-storageDataPath="+filepath.Join(directory, "data"),
		"-retentionPeriod=100y", "-memory.allowedPercent=10")
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return nil, err
	}
	s := &server{directory: directory, process: process, address: address, scraped: map[string]*prompb.TimeSeries{}}
	for range 300 {
		if _, err = s.get("/health", nil); err == nil {
			return s, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	said, _ := os.ReadFile(log.Name())
	s.close()
	return nil, fmt.Errorf("%s does not answer: %w\n%s", program, err, said)
}

func (s *server) close() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	os.RemoveAll(s.directory)
}

func (s *server) get(path string, arguments url.Values) ([]byte, error) {
	return answer(http.Get("http://" + s.address + path + "?" + arguments.Encode()))
}

func answer(response *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return body, err
}

// write sends samples as Prometheus and vmalert do, with stale markers.
func (s *server) write(series []prompb.TimeSeries) error {
	if len(series) == 0 {
		return nil
	}
	body, err := (&prompb.WriteRequest{Timeseries: series}).Marshal()
	if err != nil {
		return err
	}
	_, err = answer(http.Post("http://"+s.address+"/api/v1/write", "application/x-protobuf", bytes.NewReader(snappy.Encode(nil, body))))
	return err
}

// scrapes is where the samples of a moment go: they wait for the next evaluation.
type scrapes struct {
	storage.Appender
	server *server
}

func (s *server) appender() storage.Appender { return scrapes{server: s} }

func (a scrapes) Append(_ storage.SeriesRef, l labels.Labels, at int64, value float64) (storage.SeriesRef, error) {
	key := l.String()
	series := a.server.scraped[key]
	if series == nil {
		series = &prompb.TimeSeries{Labels: prompb.FromLabels(l, nil)}
		a.server.scraped[key] = series
	}
	series.Samples = append(series.Samples, prompb.Sample{Timestamp: at, Value: value})
	return 0, nil
}

func (scrapes) Commit() error { return nil }

// arrive makes visible what is there at a moment.
func (s *server) arrive(now int64) error {
	var all []prompb.TimeSeries
	for _, series := range s.scraped {
		all = append(all, *series)
	}
	clear(s.scraped)
	for len(s.pending) > 0 && s.pending[0].at <= now {
		all = append(all, s.pending[0].series...)
		s.pending = s.pending[1:]
	}
	if len(all) == 0 {
		return nil
	}
	if err := s.write(all); err != nil {
		return err
	}
	_, err := s.get("/internal/force_flush", nil)
	return err
}

// load takes the rules as a vmalert does that starts now. Alerts write no numbers, and are proven elsewhere.
func (s *server) load(files []string, now int64, offset func(name string, interval int64) int64) error {
	s.groups = nil
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var read struct {
			Groups []struct {
				Name     string       `yaml:"name"`
				Interval string       `yaml:"interval"`
				Rules    []*recording `yaml:"rules"`
			} `yaml:"groups"`
		}
		if err := yaml.Unmarshal(text, &read); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, group := range read.Groups {
			every, err := time.ParseDuration(group.Interval)
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			turn := &turn{name: group.Name, interval: every.Milliseconds()}
			for _, rule := range group.Rules {
				if rule.Record != "" {
					turn.rules = append(turn.rules, rule)
				}
			}
			turn.next = now - now%turn.interval + offset(group.Name, turn.interval)
			for turn.next < now {
				turn.next += turn.interval
			}
			s.groups = append(s.groups, turn)
		}
	}
	sort.Slice(s.groups, func(i, j int) bool {
		a, b := s.groups[i], s.groups[j]
		if a.interval != b.interval {
			return a.interval < b.interval
		}
		return a.name < b.name
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
		at := first.next - evalDelay
		at -= at % first.interval
		if first.name != classicGroup || !nearRest(at/1000) {
			if err := s.arrive(first.next); err != nil {
				return err
			}
			for _, rule := range first.rules {
				recorded, err := s.record(rule, at)
				if err != nil {
					return fmt.Errorf("%s at %d: %w", rule.Record, at, err)
				}
				s.pending = append(s.pending, arrival{first.next + late, recorded})
			}
		}
		first.next += first.interval
	}
}

// record is what a rule gives at a moment, with the ends of what it gave before and gives no more.
func (s *server) record(rule *recording, at int64) ([]prompb.TimeSeries, error) {
	found, err := s.query(rule.Expr, at)
	if err != nil {
		return nil, err
	}
	now := map[string]labels.Labels{}
	var all []prompb.TimeSeries
	add := func(l labels.Labels, value float64) {
		all = append(all, prompb.TimeSeries{Labels: prompb.FromLabels(l, nil), Samples: []prompb.Sample{{Timestamp: at, Value: value}}})
	}
	for _, sample := range found {
		own := sample.metric
		for name, value := range rule.Labels {
			own[name] = value
		}
		own["__name__"] = rule.Record
		l := labels.FromMap(own)
		if _, twice := now[l.String()]; twice {
			return nil, fmt.Errorf("%s comes twice", l)
		}
		now[l.String()] = l
		add(l, sample.value)
	}
	for key, l := range rule.last {
		if _, ok := now[key]; !ok {
			add(l, stale)
		}
	}
	rule.last = now
	return all, nil
}

type sample struct {
	metric map[string]string
	value  float64
}

func (s *server) query(expr string, at int64) ([]sample, error) {
	moment := strconv.FormatFloat(float64(at)/1000, 'f', -1, 64)
	body, err := s.get("/api/v1/query", url.Values{"query": {expr}, "time": {moment}, "step": {queryStep}})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			ResultType string `json:"resultType"`
			Result     []struct {
				Metric map[string]string `json:"metric"`
				Value  [2]any            `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if answer.Data.ResultType != "vector" {
		return nil, fmt.Errorf("%s is not a vector but a %s", expr, answer.Data.ResultType)
	}
	var found []sample
	for _, one := range answer.Data.Result {
		text, _ := one.Value[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(value) {
			return nil, fmt.Errorf("%s is %q", expr, text)
		}
		found = append(found, sample{one.Metric, value})
	}
	return found, nil
}

// ask is the one value of an expression at a moment in seconds; false where there is none.
func (s *server) ask(expr string, at int64) (float64, bool, error) {
	if err := s.arrive(at * 1000); err != nil {
		return 0, false, err
	}
	found, err := s.query(expr, at*1000)
	if err != nil {
		return 0, false, fmt.Errorf("%s: %w", expr, err)
	}
	switch len(found) {
	case 0:
		return 0, false, nil
	case 1:
		return found[0].value, true, nil
	}
	return 0, false, fmt.Errorf("%s: %d series", expr, len(found))
}
