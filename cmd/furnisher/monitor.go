package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/furnisher/furnisher/batch"
	"github.com/furnisher/furnisher/batch/database"
	"github.com/furnisher/furnisher/rules"
)

// Outcomes of a night in the figures. They are an interface: never change one, only add.
const (
	outcomeClosed      = "closed"
	outcomeQuarantined = "quarantined" // closed, with loans that it could not decide
	outcomeBraked      = "braked"      // stopped by a brake; it waits for a person
	outcomeStopped     = "stopped"     // it can be resumed
	outcomeFailed      = "failed"      // no run was opened
)

// nightOutcomes lists them: a series begins at 0, not with the first night that ends so.
var nightOutcomes = []string{outcomeClosed, outcomeQuarantined, outcomeBraked, outcomeStopped, outcomeFailed}

// metrics are the figures of nights for Prometheus: sums, dates and states, nothing of a loan or a person.
type metrics struct {
	registry *prometheus.Registry
	closed   prometheus.Gauge
	status   prometheus.Gauge
	outcome  *prometheus.GaugeVec
	seconds  prometheus.Gauge
	files    prometheus.Gauge
	loans    *prometheus.GaugeVec
	steps    *prometheus.GaugeVec
}

func newMetrics() *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	gauges := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		closed:   gauge("furnisher_closed_business_date_seconds", "The last closed business date, as the seconds from 1970 to its midnight in UTC; 0 if there is none."),
		status:   gauge("furnisher_night_status", "Exit status of the last night: 0 closed, 3 closed with exceptions or stopped by a brake, others as the program's."),
		outcome:  gauges("furnisher_night_outcome", "1 for the outcome of the last night, 0 for the others.", "outcome"),
		seconds:  gauge("furnisher_night_seconds", "How long the last run took, its steps summed."),
		files:    gauge("furnisher_night_files", "Files that the last run made."),
		loans:    gauges("furnisher_night_loans", "Loans that a step of the last run read, changed or quarantined.", "step", "what"),
		steps:    gauges("furnisher_night_step_seconds", "How long a step of the last run took.", "step"),
	}
	build := gauges("furnisher_build_info", "The program's version; always 1.", "version")
	build.WithLabelValues(version).Set(1)
	for _, outcome := range nightOutcomes {
		m.outcome.WithLabelValues(outcome)
	}
	m.registry.MustRegister(m.closed, m.status, m.outcome, m.seconds, m.files, m.loans, m.steps, build)
	return m
}

// ended takes the figures of a night, and returns its outcome.
func (m *metrics) ended(ctx context.Context, s *batch.Summary, err error) (outcome string) {
	status, _ := classify(ctx, err)
	outcome = outcomeFailed
	if s != nil {
		m.take(s)
		outcome = outcomeStopped
	}
	switch {
	case err == nil && s != nil && s.ExceptionLoans > 0:
		outcome, status = outcomeQuarantined, exitExceptions
	case err == nil || errors.Is(err, batch.ErrClosed):
		outcome, status = outcomeClosed, exitDone
	case errors.Is(err, batch.ErrBraked):
		outcome = outcomeBraked
	}
	m.status.Set(float64(status))
	for _, other := range nightOutcomes {
		m.outcome.WithLabelValues(other).Set(0)
	}
	m.outcome.WithLabelValues(outcome).Set(1)
	return outcome
}

// take takes the figures of a run.
func (m *metrics) take(s *batch.Summary) {
	if s.State == "CLOSED" {
		m.closedOn(s.BusinessDate)
	}
	m.loans.Reset()
	m.steps.Reset()
	total := 0.0
	for _, step := range s.Steps {
		total += step.Seconds
		m.steps.WithLabelValues(step.Step).Set(step.Seconds)
		m.loans.WithLabelValues(step.Step, "read").Set(float64(step.Read))
		m.loans.WithLabelValues(step.Step, "changed").Set(float64(step.Changed))
		m.loans.WithLabelValues(step.Step, "quarantined").Set(float64(step.Exceptions))
	}
	m.seconds.Set(total)
	m.files.Set(float64(len(s.Files)))
}

// closedOn takes the last closed business date, 0 for none.
func (m *metrics) closedOn(closed rules.Date) {
	if closed != 0 {
		m.closed.Set(float64(closed.Time().Unix()))
	}
}

// monitor is what a scheduler tells those who watch it: GET /healthz, /readyz and /metrics of an address.
type monitor struct {
	*metrics
	nights *prometheus.CounterVec
	waits  prometheus.Counter
	begun  atomic.Bool // the scheduler has the duty and knows how far the book has come
}

func newMonitor() *monitor {
	m := &monitor{
		metrics: newMetrics(),
		nights:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "furnisher_nights_total", Help: "Nights that ended, by outcome."}, []string{"outcome"}),
		waits:   prometheus.NewCounter(prometheus.CounterOpts{Name: "furnisher_night_waits_total", Help: "How often a night had to wait for the book, the database or the news."}),
	}
	for _, outcome := range nightOutcomes {
		m.nights.WithLabelValues(outcome)
	}
	m.registry.MustRegister(m.nights, m.waits, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// greeted notes that the scheduler has begun, and the last closed business date, 0 for none.
func (m *monitor) greeted(closed rules.Date) {
	m.closedOn(closed)
	m.begun.Store(true)
}

// ended counts a night.
func (m *monitor) ended(ctx context.Context, s *batch.Summary, err error) {
	m.nights.WithLabelValues(m.metrics.ended(ctx, s, err)).Inc()
}

// probePatience is how long a question of a probe may take.
const probePatience = 5 * time.Second

// serve answers on an address, host:port, until stop is called. An empty address: nothing is served.
func (m *monitor) serve(ctx context.Context, a *app, address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, &ending{err: fmt.Errorf("--listen: %w", err), code: exitUsage, hint: "furnisher schedule --listen 127.0.0.1:9464"}
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, "ok") })
	routes.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case !m.begun.Load():
			reply(w, http.StatusServiceUnavailable, "the scheduler has not begun: the log says what it waits for")
		case !m.reaches(ctx, a):
			reply(w, http.StatusServiceUnavailable, "the database cannot be used: the log says why")
		default:
			reply(w, http.StatusOK, "ok")
		}
	})
	routes.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: routes, ReadTimeout: probePatience, WriteTimeout: 2 * probePatience}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.WithError(err).Error("monitoring ended")
		}
	}()
	a.log.WithField("address", listener.Addr().String()).Info("monitoring")
	return func() {
		_ = server.Close()
		<-ended
	}, nil
}

// reaches reports whether the database can be used; if not, it logs why.
func (m *monitor) reaches(ctx context.Context, a *app) bool {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	err := a.withDatabase(ctx, func(*database.Database) error { return nil })
	if err != nil {
		a.log.WithField("error", oneLine(err)).Warn("not ready")
	}
	return err == nil
}

func reply(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text) // who asked has gone
}

// writeMetrics writes the figures of a night to a file in the format of the node exporter's textfile collector. That it fails
// is logged: how the night ended is more than its figures.
func (a *app) writeMetrics(ctx context.Context, path string, s *batch.Summary, err error) {
	m := newMetrics()
	m.ended(ctx, s, err)
	if err := prometheus.WriteToTextfile(path, m.registry); err != nil {
		a.log.WithError(err).Error("the night's figures were not written (--metrics)")
	}
}
