# Kapok: two commands, `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test setup lint types docs bench stories lab lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## install, start the database, load the demo, serve the console (Ctrl-C stops)
	@exec $(BIN)/kapok up --demo

test: $(READY) ## install and run everything that must hold: lint, types, layers, docs, tests
	@$(MAKE) --no-print-directory lint types docs
	$(BIN)/python -m pytest

setup: $(READY) ## only install

$(READY): requirements/develop.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Kapok needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12 setup" % sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=$(VENV) uv pip sync -q --require-hashes requirements/develop.lock && \
	  VIRTUAL_ENV=$(VENV) uv pip install -q --no-deps --no-build-isolation -e .; \
	else \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/develop.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

lint: $(READY) ## ruff, layers
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

types: $(READY) ## mypy, strict
	$(BIN)/mypy

lock: ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/kapok.lock
	uv pip compile pyproject.toml requirements/develop.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/develop.lock
	uv pip compile pyproject.toml --extra cluster -c requirements/develop.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/cluster.lock
	uv pip compile pyproject.toml requirements/peers.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/peers.lock

clean: ## remove the environment; the data in .kapok stay
	rm -rf $(VENV) .venv-peers dist build .mypy_cache .ruff_cache .pytest_cache
