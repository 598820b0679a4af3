VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git show -s --format=%cs HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)
LINT    := v2.15.0

.DEFAULT_GOAL := help
SHELL := bash
.PHONY: help demo build cross test race torture check vet format bench golden screenshots lint

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the console on a simulated account
	./arcadia --demo

build: ## ./arcadia, static
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o arcadia .

cross: ## every platform that must compile
	@for p in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do \
		echo "$$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go vet ./... || exit 1; \
	done

test: ## the tests in two minutes; make race has the long ones too
	go test -short $(RACE) ./...

race: ## all tests with the race detector
	go test -race -timeout 20m ./...

torture: ## crash at every point and in every pair, all random histories: long
	set -o pipefail; ARCADIA_TORTURE=1 go test -count=1 -timeout 4h -v ./steps/crashtest | grep -E 'figure|FAIL|^ok'
	ARCADIA_TORTURE=1 go test -count=1 -timeout 1h -run FlippedBit -v ./storage/bolt
	ARCADIA_RUNS=100 go test -count=1 -timeout 1h -run 'RolledBack|UpsertTwice' ./steps

check: ## all that CI does: vet, staticcheck, format, arrows, tests with the race detector, each benchmark once
	bash .ci/run

vet: ## go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

format: ## fail when a file is not formatted
	@unformatted="$$(go tool gofumpt -l .)"; if [ -n "$$unformatted" ]; then echo "go tool gofumpt -w these:"; echo "$$unformatted"; exit 1; fi

bench: ## the engine beside the bare store, as a table, then all benchmarks
	GOGC=$${GOGC:-400} ARCADIA_BENCH=$${ARCADIA_BENCH:-1} go test -count=1 -timeout 60m -run '^TestTable$$' -v ./engine/enginetest
	ARCADIA_BENCH=1 go test -count=1 -run '^TestFirstFrame$$' -v ./tui/cli
	go test -run '^$$' -bench . -benchmem ./...

golden: ## write the golden files anew; look at the difference like at code
	go test ./tui ./tui/cli ./screenshots -update

screenshots: ## pictures of the real program
	go run ./screenshots

lint: ## golangci-lint, where it is installed
	@command -v golangci-lint >/dev/null || { echo "golangci-lint $(LINT) is not installed; make vet has go vet and staticcheck"; exit 1; }
	golangci-lint run
