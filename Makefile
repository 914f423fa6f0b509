# make help lists what there is to make.

BIN      := icmpdump
VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
FUZZTIME := 30s
ARGS     :=

# What make install puts under PREFIX, in a folder DESTDIR if that is given.
PREFIX ?= /usr/local
SHARE  := share/man/man8/icmpdump.8 \
	share/bash-completion/completions/icmpdump \
	share/zsh/site-functions/_icmpdump \
	share/fish/vendor_completions.d/icmpdump.fish

# What make bench measures: go are the Go benchmarks, all others are bench/'s scenarios.
BENCH     := go text flows noise many flood age idle screen stall
COUNT     := 6
ROUNDS    := 5
BENCHARGS :=

# Programs that the tests run, and the Debian packages that have them.
TOOLS    := ip ping fping nft tcpdump tshark capinfos nc sysctl script tmux dash zsh fish mandoc groff
PACKAGES := iproute2 iputils-ping fping nftables tcpdump tshark netcat-openbsd procps bsdutils tmux dash \
	zsh fish mandoc groff-base

export PATH := $(PATH):/usr/sbin:/sbin
export CGO_ENABLED := 0

.PHONY: help build install uninstall run test race check screens fuzz bench pgo cap deps clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

build: ## the program, static
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BIN) .

# What is built is not built again: root may have no Go, and no git that says the version.
install: $(if $(wildcard $(BIN)),,build) ## program, man page and completions, below PREFIX=/usr/local, in DESTDIR
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/$(BIN)
	set -e; for file in $(SHARE); do install -D -m 644 $$file $(DESTDIR)$(PREFIX)/$$file; done

uninstall: ## remove what install put there
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/$(BIN) $(SHARE))

run: build ## the live view; ARGS='-i eth0 -c 5' for options
	$(SUDO) ./$(BIN) $(ARGS)

# One package at a time: some of them load the machine.
test: deps ## all tests, after installing what they need
	go test -p 1 -count=1 -timeout 10m ./...
	go -C bench test -count=1 ./...

race: ## the tests of what runs concurrently, under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race -count=1 ./flowtable ./capture ./capture/pcapfile \
		./render ./render/names ./render/screen ./render/terminal ./internal/rescue

check: ## format, vet for three architectures, staticcheck
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	GOARCH=amd64 go vet ./...
	GOARCH=386 go vet ./...
	GOARCH=arm64 go vet ./...
	go -C bench vet ./...
	go tool -modfile=.ci/tools.mod staticcheck ./...
	cd bench && go tool -modfile=../.ci/tools.mod staticcheck ./...

screens: deps ## the screens in README.md, docs/ and testdata, anew
	go test -count=1 -run '^Test(Screenshots|TopGolden)$$' . -update

fuzz: ## every fuzz target in turn, FUZZTIME each
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
		done; \
	done

# Only these send floods.
bench pgo: TOOLS += trafgen
bench pgo: PACKAGES += netsniff-ng

bench: deps build ## Go benchmarks (go), then against peers; BENCH='text flood' for some, ROUNDS, COUNT, BENCHARGS
ifneq ($(filter go,$(BENCH)),)
	go test -p 1 -run '^$$' -bench . -benchmem -count $(COUNT) ./...
endif
ifneq ($(filter-out go,$(BENCH)),)
	go -C bench build -o bin/ ./...
	bench/bin/bench -rounds $(ROUNDS) $(BENCHARGS) $(filter-out go,$(BENCH))
endif

pgo: deps ## default.pgo, which go build heeds: a profile of files, and of a flood if root
	go test -run '^$$' -bench '^BenchmarkRun$$' -benchtime 5s -cpuprofile default.pgo .
	rm -f icmpdump.test

cap: build ## let everybody capture with this binary, without sudo
	$(SUDO) setcap cap_net_raw+ep ./$(BIN)

deps: ## install what the tests need, if root and on Debian
	@missing=; for tool in $(TOOLS); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get -qq update && \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $(PACKAGES) >/dev/null; \
	else echo "not installed, and tests that need them are skipped:$$missing"; fi

clean: ## remove what was built
	rm -rf $(BIN) bench/bin
