VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git show -s --format=%cs HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.date=$(DATE)
TORTURE := ARCADIA_TORTURE=1 go test -count=1 -timeout 12h -v
ROWS    := | sed -nE '/FAIL|panic/p; s/^.*figure (\|.*)/\1 |/p'
CRASHES := EveryKind WhatIsUndone UndosWithout EveryCrashPoint EveryUnknown EveryPair EveryVerb RandomHistories
LINT    := go tool -modfile=.ci/tools.mod golangci-lint

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -o pipefail -c
.PHONY: members help demo demo-hosts build cross test race torture crowd check lint format bench golden screenshots package-files release-check

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the console on a simulated account
	./arcadia --demo

demo-hosts: build ## three members of an etcd, two hosts and a console on each, on a simulated account
	cd storage/members && go build -o ../../members.demo .
	bash storage/members/demo.sh ./arcadia ./members.demo

build: ## ./arcadia, static
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o arcadia .

cross: ## every platform that must compile
	@for p in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do \
		echo "$$p"; CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} go build ./... || exit 1; \
	done

test: ## the tests in a few minutes; make race has the long ones too
	go test -short $(RACE) $$(go list ./... | grep -v '/crashtest$$')
	go test -short -parallel 8 ./steps/crashtest # days of simulated time: with the race detector six times as long; make race has it
	cd screenshots && go test -short $(RACE) ./...

members: ## storage/etcd against real servers with the race detector, and its lint
	cd storage/members && go mod tidy -diff && go vet ./... && go test -short -race -timeout 20m ./...
	cd storage/members && go tool -modfile=../../.ci/tools.mod golangci-lint run

race: ## all tests with the race detector
	go test -race -timeout 20m ./...

torture: ## everything that make test samples, each as a row of the tables of docs/RELIABILITY.md: hours
	@echo '| commit $(COMMIT) | $(DATE) | |'
	$(TORTURE) -parallel 14 -run SIGKILL ./steps/crashtest $(ROWS)
	@for part in $(CRASHES); do $(TORTURE) -run $$part ./steps/crashtest $(ROWS) || exit 1; done
	$(TORTURE) -skip "$$(echo SIGKILL $(CRASHES) | tr ' ' '|')" ./steps/crashtest $(ROWS)
	$(TORTURE) -run 'Overlapping|Several|RefusedToken|LocksLost|NoReturn|NoHistory|ThousandWaits' ./engine $(ROWS)
	$(TORTURE) -run 'Crash' ./engine/schedule ./engine/notify $(ROWS)
	$(TORTURE) -run FlippedBit ./storage/bolt $(ROWS)
	$(TORTURE) -run 'RolledBack|UpsertTwice|Undone|RollBackTogether|FaultsAnywhere|UnknownCreates|EveryMorning' ./steps $(ROWS)
	$(TORTURE) -run ClientsThatDebianShips ./steps/dosim

crowd: ## half an hour of a crowd at the doors: an operator's freeze, memory and log, measured
	ARCADIA_CROWD_TIME=$${ARCADIA_CROWD_TIME:-30m} go test -count=1 -timeout 2h -run ACrowdLeaves -v ./tui/cli

check: ## all that CI does: lint, arrows, tests with the race detector, each benchmark once
	bash .ci/run

lint: ## golangci-lint with the repository's configuration: vet, staticcheck, arrows, format and more
	$(LINT) run
	cd screenshots && go tool -modfile=../.ci/tools.mod golangci-lint run

format: ## write every file as gofumpt and gci want it
	$(LINT) fmt

bench: ## the engine beside the bare store and the store in etcd, as tables, then all benchmarks
	GOGC=$${GOGC:-400} ARCADIA_BENCH=$${ARCADIA_BENCH:-1} go test -count=1 -timeout 60m -run '^TestTable$$' -v ./engine/enginetest
	ARCADIA_BENCH=1 go test -count=1 -run '^TestFirstFrame$$' -v ./tui/cli
	cd storage/members && ARCADIA_BENCH=10000 go test -count=1 -timeout 30m -run '^TestTable$$' -v .
	go test -run '^$$' -bench . -benchmem ./...

golden: ## write the golden files again; look at the difference like at code
	go test ./tui ./tui/cli -update
	cd screenshots && go test . -update

screenshots: ## pictures of the real program
	cd screenshots && go run .

package-files: build ## what a package holds beside the binary: unit, manual page, completions
	rm -rf dist-files && mkdir dist-files
	sed 's,/usr/local/bin/,/usr/bin/,' docs/arcadia.service > dist-files/arcadia.service
	echo 'u arcadia - "arcadia" /var/lib/arcadia' > dist-files/sysusers.conf
	./arcadia man | gzip -9n > dist-files/arcadia.1.gz
	./arcadia completion bash > dist-files/arcadia.bash
	./arcadia completion zsh > dist-files/_arcadia
	./arcadia completion fish > dist-files/arcadia.fish

release-check: ## build a release without publishing it, unpack its .deb and start what is in it
	goreleaser release --snapshot --clean
	rm -rf dist/tried && dpkg -x dist/*_linux_amd64.deb dist/tried
	dist/tried/usr/bin/arcadia version
	HOME=$$PWD/dist/tried dist/tried/usr/bin/arcadia --demo launch echo text=hello
