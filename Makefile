# Sets up, shows, checks and measures perpfsm; `make help` lists the targets. Everything lives in .venv and build.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.PHONY: help demo test lint check bench reference lock clean

PYTHON ?= python3
PYTEST_FLAGS ?=
LOCK_FLAGS ?=
STRATEGY ?= strategies/one_way_profit_taking.yaml

# Paths stay relative, so that a checkout may stand in a folder with spaces in its name.
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
SOURCES := perpfsm tests benchmarks docs/images docs/examples
CORE := perpfsm/errors.py,perpfsm/market/*,perpfsm/decisions/*,perpfsm/machine/*,perpfsm/proof/*,perpfsm/engine/*,perpfsm/exchange/*

# The environment: first what the lock names, then the project itself.
LOCKED := .venv/locked
SETUP := .venv/set-up

help: ## List the targets.
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 14
	@echo
	@echo 'Variables: PYTHON=python3.12 (3.11 or newer), PYTEST_FLAGS="-k stop", STRATEGY=FILE for demo, LOCK_FLAGS=--upgrade.'

demo: $(SETUP) ## Validate a shipped strategy, run it on a synthetic market and show the summary.
	$(BIN)/perpfsm validate $(STRATEGY)
	@mkdir -p build && rm -f build/demo.journal*
	$(BIN)/perpfsm run $(STRATEGY) --feed synthetic --speed max --journal build/demo.journal

test: $(SETUP) ## Run the tests; the core must be covered by 100 % of its branches, the rest by 95 %.
	@rm -rf build/coverage
	$(BIN)/coverage run -m pytest --numprocesses=auto --benchmark-disable $(PYTEST_FLAGS)
	@$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --include='$(CORE)' --fail-under=100
	$(BIN)/coverage report --omit='$(CORE)' --fail-under=95

lint: $(SETUP) ## Check format, style, types and imports.
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports --no-logo --cache-dir build/cache/imports

check: ## The whole gate: lint, then test.
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

bench: $(SETUP) ## Measure what benchmarks/ describes.
	$(BIN)/python -m pytest benchmarks -p no:randomly $(PYTEST_FLAGS)

reference: $(SETUP) ## Write docs/reference anew from the schemas and the library.
	$(BIN)/python -m tests.docs.reference

lock: $(SETUP) ## Write requirements.lock anew; LOCK_FLAGS=--upgrade looks for newer versions.
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --custom-compile-command 'make lock' --quiet $(LOCK_FLAGS) --output-file requirements.lock

clean: ## Remove what the targets leave behind, except .venv.
	rm -rf build dist .hypothesis
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'perpfsm needs Python 3.11 or newer, and $(PYTHON) is not. Name one: make PYTHON=python3.12 …' >&2; exit 1; }
	@echo 'Setting up .venv …'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(SETUP): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q perpfsm  # so that the first command starts as fast as the next
	@touch $@
