# What a newcomer needs: `make demo` and `make test`. Both set everything up first; nothing is installed outside this folder.
# Needed beforehand: Python >= 3.11 with its venv module, and Node >= 20.

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BUILD := src/rabet/web/static/build/manifest.json
FRONTEND := $(shell find frontend -type f)
# The program's output stays alone on standard output: what setting up has to say goes to standard error.
SETUP := $(MAKE) --no-print-directory --silent setup >&2

.PHONY: help setup demo test test-long check fix bench lock clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed $(BUILD) ## install into .venv and node_modules from the lock files, build the front end

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rabet needs Python 3.11 or later; name it as in: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.locked: requirements/dev.lock | $(VENV)/.python
	@echo "Installing Python packages"
	@$(PIP) install --require-hashes --requirement requirements/dev.lock
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.locked
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.locked: package-lock.json package.json .npmrc
	@node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' || { echo "Rabet needs Node 20 or later to build its pages. On Debian: apt-get install nodejs npm"; exit 1; }
	@echo "Installing Node packages"
	@npm ci --silent
	@touch $@

$(BUILD): node_modules/.locked $(FRONTEND)
	@echo "Building the front end"
	@npm run --silent build
	@touch $@

demo: ## three invented agencies exchange real seizures; ARGS="--once --json" plays the story once
	@$(SETUP)
	@$(BIN)/rabet demo $(ARGS)

test: ## every test that is not marked long
	@$(SETUP)
	@$(BIN)/python -m pytest -n 2 -m "not long" $(ARGS)

test-long: ## the tests marked long: crashes, many seeds
	@$(SETUP)
	@$(BIN)/python -m pytest -m long $(ARGS)

check: ## lint, format, types, order of imports, front end
	@$(SETUP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@npm run --silent check

fix: ## repair what can be repaired by machine
	@$(SETUP)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: ## the benchmarks; ARGS="--json" prints figures only
	@$(SETUP)
	@$(BIN)/rabet bench exchange $(ARGS)

# Needs `uv` on the PATH. No address of an index may get into the files: a test looks.
COMPILE := uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet \
	--custom-compile-command "make lock" $(ARGS) pyproject.toml
lock: ## write the lock files anew (needs uv; ARGS=--upgrade for newer versions)
	$(COMPILE) --output-file requirements/run.lock
	$(COMPILE) --output-file requirements/dev.lock --constraint requirements/run.lock --group build --group test --group lint --group bench
	npm install --package-lock-only

clean: ## remove everything that setup made
	rm -rf $(VENV) node_modules $(dir $(BUILD))
