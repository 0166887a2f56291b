# The targets that people need. Everything that is fetched or built goes to bin/ and .cache/.

GO ?= go
PREFIX ?= /usr/local
FUZZTIME ?= 20s
LOANS ?= 1000000
BENCH ?=
WRITE ?=
STRIKES ?= 300
KILLS ?= 30
PREFLIGHT ?= 100000
PAGED ?= 100000
MONTHS ?= 3
LIVES ?= 500
CORRECTIONS ?= 1000
RACES ?= 200
TAMPERS ?= 200
SEED ?= 0
GOLANGCI_LINT_VERSION = v2.15.0
GOLANGCI_LINT = .cache/bin/golangci-lint-$(GOLANGCI_LINT_VERSION)

.DEFAULT_GOAL := help
.PHONY: help build preflight install demo test race fuzz bin/bench bench bench-check microbench golden lint verify strikes kills together tampers lives corrections years races load look walk pg pgbouncer sshd gpg chromium

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-11s %s\n", $$1, $$2}' Makefile

build: ## Build bin/furnisher
	@mkdir -p .cache
	@echo "build: compiling bin/furnisher; the first time it fetches the modules, too, and takes a minute or two"
	@$(GO) build -o bin/furnisher ./cmd/furnisher 2>.cache/build.log || { cat .cache/build.log >&2; exit 1; }

install: build ## Install the program, its manual pages, completion and units under PREFIX
	install -D -m 755 bin/furnisher $(DESTDIR)$(PREFIX)/bin/furnisher
	bin/furnisher man $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	bin/furnisher completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/furnisher
	bin/furnisher completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_furnisher
	bin/furnisher completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/furnisher.fish
	for unit in furnisher.service furnisher.timer furnisher-schedule.service furnisher-serve.service; do \
		install -d $(DESTDIR)$(PREFIX)/lib/systemd/system && sed 's|/usr/local/bin|$(PREFIX)/bin|' cmd/furnisher/packaging/systemd/$$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; \
	done

demo: pg build ## Take a generated portfolio through its nights
	@bin/furnisher demo

test: pg pgbouncer sshd gpg chromium ## Run all tests, on a real PostgreSQL that they start themselves
	$(GO) test -vet=off -timeout 30m ./...

race: pg pgbouncer sshd gpg chromium ## Run all tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 60m ./...

fuzz: pg ## Fuzz every decoder for FUZZTIME each
	@set -e; for package in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$package/*_test.go | sed 's/^func //'); do \
			echo "fuzz $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

bin/bench: build
	$(GO) build -o bin/bench ./fixtures/bench

bench: pg bin/bench ## Measure nights of a book of LOANS; flags in BENCH; report in .cache/bench-LOANS.json
	@mkdir -p .cache
	bin/bench --loans $(LOANS) --out .cache/bench-$(LOANS).json $(BENCH)

bench-check: pg bin/bench ## Fail if the third month-end takes 10 % more than the first, or a ratio is 25 % above the baseline; WRITE=1 writes it
	@mkdir -p .cache
	$(GO) test -c -o .cache/metro2.test ./metro2
	for round in 1 2 3 4 5 6 7; do \
		.cache/metro2.test -test.run '^$$' -test.bench '^Benchmark(EncodeBase|CopyBase)$$' -test.benchtime 0.2s; \
	done >.cache/encode.txt
	bin/bench check --baseline fixtures/bench/baseline.json --benchmarks .cache/encode.txt $(if $(WRITE),--write)

microbench: pg ## Run the benchmarks of the packages
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m ./...

golden: pg chromium ## Rewrite the golden files; review them as a diff
	$(GO) test -count 1 $$(grep -rlE --include='*_test.go' 'flag\.Bool\("update"' . | xargs -n 1 dirname | sort -u) -update

lint: $(GOLANGCI_LINT) ## Run the linters
	$(GOLANGCI_LINT) run ./...

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/.cache/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .cache/bin/golangci-lint $@

verify: ## Make what is generated anew, fail if that changes anything, kill the scheduler, lead lives, run races and the two years, then strike
	@mkdir -p .cache
	@git status --porcelain >.cache/verify.before && git diff >>.cache/verify.before
	$(GO) mod verify
	$(GO) generate ./...
	$(MAKE) golden
	@git status --porcelain >.cache/verify.after && git diff >>.cache/verify.after
	@diff -u .cache/verify.before .cache/verify.after && echo "verify: nothing changed"
	$(MAKE) kills together races tampers lives corrections years preflight strikes

strikes: pg build ## Strike at nights, imports and files STRIKES times, compare with a twin; SEED
	@mkdir -p .cache
	$(GO) build -o .cache/strikes ./fixtures/strikes
	.cache/strikes -program bin/furnisher -strikes $(STRIKES) -seed $(SEED)

preflight: pg ## Find each of 28 faults in a book of PREFLIGHT loans before its files are released, and nothing in a clean one; SEED
	$(GO) test ./batch/step -count 1 -v -timeout 60m -run '^TestPreflight' -preflight $(PREFLIGHT) -preflight-seed $(SEED)

kills: pg ## Kill the scheduler KILLS times over ten business days, and a night that is run again; all is as if nothing had been
	$(GO) test ./cmd/furnisher -count 1 -run '^Test(Schedule|Again)Killed$$' -kills $(KILLS)
	$(GO) test ./batch/step -count 1 -run '^TestKilledNightGoesOn$$' -kills $(KILLS)

together: pg ## Start two runs of one night at the same moment, 100 times
	$(GO) test ./cmd/furnisher -count 1 -run '^TestTogether$$' -together 100 -v

races: pg ## Run RACES cancellations against the purge, terminations against the export, removals against an import; each as in either order
	$(GO) test ./batch/servicing -count 1 -timeout 2h -run '^TestRace' -races $(RACES) -v

tampers: pg ## Edit and remove TAMPERS rows of the record by SQL, ten times: the audit log names all of them and nothing else
	$(GO) test ./batch/bureau -count 10 -run '^TestAuditTampering$$' -tampers $(TAMPERS)

lives: pg ## Lead LIVES small books through random nights, corrections and file moves, against a model of who is reported how
	$(GO) test ./batch/step -count 1 -timeout 4h -run '^Test(Lives|SleepChangesNothing)$$' -lives $(LIVES) -sleepers 3

corrections: pg ## Go through CORRECTIONS random sequences of corrections, postings, reversals, nights and file moves; none is undone silently; SEED
	$(GO) test ./batch/step -count 1 -timeout 4h -run '^TestCorrections$$' -corrections $(CORRECTIONS) -rapid.seed $(SEED) -v

years: pg build ## Take 2,000 loans with every situation through 24 month-ends, check the files as a regulator would
	@mkdir -p .cache
	$(GO) build -o .cache/years ./fixtures/years
	.cache/years -program bin/furnisher
	$(GO) test ./batch/bureau -count 1 -timeout 1h -run '^TestBoardMovedBook$$' -moved-loans 2000 -moved-months 24

load: pg build ## Ask the API 2,000 questions and cancel 300 loans a second for 30 s while a month-end night runs; compare with a twin
	@mkdir -p .cache
	$(GO) build -o .cache/load ./fixtures/load
	.cache/load -program bin/furnisher

walk: pg chromium ## Look at each page of the console in Chromium over a generated book of PAGED loans
	$(GO) test ./fixtures/browser -count 1 -v -timeout 60m -run '^TestEveryPage$$' -loans $(PAGED)

look: pg build ## Ask for each page of the console while a month-end night of a book of PAGED loans runs, and say how long each took
	@mkdir -p .cache
	$(GO) build -o .cache/load ./fixtures/load
	.cache/load -program bin/furnisher -console -loans $(PAGED) -months $(MONTHS)

pg: ## Find PostgreSQL server programs, or get them
	@fixtures/pg-install.sh

pgbouncer: ## Find pgbouncer for the tests, or get it
	@fixtures/pgbouncer-install.sh

sshd: ## Find OpenSSH's sshd for the tests, or get it
	@fixtures/sshd-install.sh

gpg: ## Find GnuPG for the tests, or get it
	@fixtures/gpg-install.sh

chromium: ## Find Chromium for the tests of the console, or get it
	@fixtures/chromium-install.sh
