# cbench: which concurrency model, with N connections open, and what does it cost?
#
#   make bench                the main job: charts in out/ (SUITE=smoke, default or full; OUT=directory)
#   make test                 every test, the concurrent parts under the race detector too
#   make check                what a reviewer would run first: format, vet, linter, race detector
#   make originals            install and build the servers of other makes (Twisted, gevent, Node, gnet …), to be measured beside ours
#   make bench-engine         CPU per message of the loops against a raw C echo server, in alternating slots
#
# Needs Go and make. The race detector needs a C compiler, the test of the chat page Chromium, and that of --driver=wrk wrk: all
# are installed where they are missing and we are root. Without wrk its tests are skipped.

SHELL       := /bin/bash
SUITE       ?= default
OUT         ?= out/$(SUITE)-$(shell date +%Y%m%d-%H%M%S)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
CONCURRENT  := ./models/... ./harness/... ./internal/... ./scenarios/...

.PHONY: all bench originals test race check lint bench-engine clean cc chromium wrk

all: bin/cbench

bin/cbench: FORCE
	@go build -o $@ ./cmd/cbench
FORCE:

bench: bin/cbench
	./bin/cbench run --suite=$(SUITE) --out=$(OUT)

test: race chromium wrk
	go test -timeout=25m -skip='^TestConformance$$' ./... # of which the race detector has just seen every case

race: cc
	go test -race -timeout=25m -p=4 $(CONCURRENT) # they wait more than they work

check: lint race

lint:
	@test -z "$$(gofmt -l .)" || { echo "gofmt would change:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

# FLOOR is the source of a C echo server that takes "-p PORT"; without it the base is our own floor.
FLOOR ?= $(wildcard ../shared/reference/floor.c)
ENGINE = ./bin/cbench run --rotate=pairs --model=floor,reactor,callback,goroutine,pool --scenario=echo --conns=100,1000,10000 --reps=1 --noisy

bench-engine: bin/cbench
ifneq ($(FLOOR),)
bench-engine: cc
	@base=$$(mktemp -d) && trap 'rm -r "$$base"' EXIT && gcc -O2 -w -o "$$base/floor-c" $(FLOOR) && \
	for load in --closed --rate=20000; do \
	  $(ENGINE) --cmd="sh -c 'exec $$base/floor-c -p \$${CBENCH_ADDR##*:}'" --name=floor.c --speaks=lines:echo --base=floor.c $$load || exit 1; \
	done
else
	@$(ENGINE) --base=floor --closed
endif

# The race detector is linked by a C compiler.
cc:
	@command -v gcc >/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "gcc is needed for the race detector: apt-get install gcc libc6-dev"; exit 1; }; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev; }

# The chat page is tested in a real browser.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "Chromium is needed to test the chat page: apt-get install chromium"; exit 1; }; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }

# A load generator from outside is tested as one of our own drivers.
wrk:
	@command -v wrk >/dev/null || { \
	  [ "$$(id -u)" = 0 ] || { echo "wrk is not installed, its tests will be skipped: apt-get install wrk"; exit 0; }; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends wrk; }

# The servers of other makes: everything else builds and passes without them.
originals: bin/cbench
	go run ./models/foreign/install
	@./bin/cbench list | sed -n '/^ORIGINALS/,/^$$/p'

clean:
	rm -rf bin out
