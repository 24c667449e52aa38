# Kapok: two commands, `make run` and `make test`; `make slow` has the long tests. `make help` lists the rest.
PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
PEERS   := .venv-peers
INSTALL := sh requirements/install.sh
TESTS   := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help run test slow coverage setup lint types docs bench stories lab lock clean

# An environment knows where it stands: in a clone that was moved, or for a Python that is gone, it is made anew.
ifneq ($(shell test -x $(BIN)/python && cat $(READY) 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## install, start the database, load the demo, serve the console (Ctrl-C stops)
	@exec $(BIN)/kapok up --demo

test: $(READY) ## install and run what must hold before and after a change: lint, types, docs, tests
	@$(MAKE) --no-print-directory lint types docs
	$(TESTS) -n 2 --dist loadfile -m "not slow"

slow: $(READY) ## the tests that are slow by nature: clusters, storms, kill -9 series, long journeys, real logs
	$(TESTS) -n 2 --dist loadfile -m slow --timeout 1800

coverage: $(READY) ## is every branch of the kernel and of the rules tried? (half as long again as the tests alone)
	$(TESTS) -q -n 2 --dist loadfile -m "not slow" tests/kernel tests/packs tests/ground tests/network tests/back tests/chain tests/front tests/supervision --cov

setup: $(READY) ## only install

$(READY): requirements/develop.lock pyproject.toml requirements/install.sh
	@PYTHON=$(PYTHON) $(INSTALL) $(VENV) requirements/develop.lock .
	@if test -f src/kapok/config/translations.py; then $(BIN)/python -m kapok.config.translations compile; fi
	@printf '%s\n' "$(CURDIR)" > $@

lint: $(READY) ## ruff, layers, translations, and how large files and functions are
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
	@$(BIN)/python -m kapok.config.translations check
	@$(BIN)/python -m tests.architecture.report

types: $(READY) ## mypy, strict
	$(BIN)/mypy

docs: $(READY) ## what the documents say, tested
	$(TESTS) -q tests/architecture/test_docs.py tests/architecture/test_tour.py tests/architecture/test_readme.py

stories: $(READY) ## the long tests, one for each promise of the essay
	$(TESTS) tests/stories

bench: $(READY) ## the benches, beside their peers in an environment of its own
	@PYTHON=$(PYTHON) $(INSTALL) $(PEERS) requirements/peers.lock
	@for bench in bench/*.py; do echo "== $$bench"; PYTHONPATH=src $(PEERS)/bin/python $$bench || exit 1; done

lab: ## install the optional peers that tests use (Debian packages, PySpark); says what it does
	@sh requirements/lab.sh
	@$(MAKE) --no-print-directory setup
	@$(INSTALL) $(VENV) requirements/cluster.lock

lock: ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/kapok.lock
	uv pip compile pyproject.toml requirements/develop.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/develop.lock
	uv pip compile pyproject.toml --extra cluster -c requirements/develop.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/cluster.lock
	uv pip compile pyproject.toml requirements/peers.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/peers.lock

clean: ## remove the environments and caches; the data stay
	rm -rf $(VENV) $(PEERS) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
