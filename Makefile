# The commands of the project. `make` lists them.

GO ?= go
LINT = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help run test race all lint fmt bench fuzz doc ci clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the example server on :8080
	$(GO) run ./examples/helpdesk

test: ## run the tests; what needs PostgreSQL or Chromium is skipped without them
	$(GO) test ./...

# As in .ci/run, which says why SQLite is not watched.
RACE = $(GO) test -race -gcflags='modernc.org/...=-race=false' -timeout 15m

race: ## run the tests with the race detector
	$(RACE) ./...

all: ## run the tests, and fail instead of skipping
	DESK_REQUIRE_ALL=1 $(RACE) ./...

lint: ## vet and golangci-lint
	$(GO) vet ./...
	$(LINT) run ./...

fmt: ## format the Go files
	gofmt -w .

bench: ## run every benchmark once
	$(GO) test -run '^$$' -bench . -benchtime 1x ./...

fuzz: ## fuzz each parser of foreign input for ten seconds
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime 10s $$p || exit 1; \
	  done; \
	done

doc: ## print the exported names of each package
	@for p in $$($(GO) list ./...); do $(GO) doc -short $$p 2>/dev/null; done

ci: ## everything that has to pass before a change goes in
	.ci/run

clean: ## remove the example server's database and built files
	rm -f helpdesk helpdesk.db helpdesk.db-shm helpdesk.db-wal *.test *.prof
