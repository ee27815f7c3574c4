# JobSwipe's workshop. Every target makes what it needs: a bare clone with Python (3.11 or newer) and make is enough.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
TESTS ?= tests
# Three workers keep two cores busy: tests of processes wait. The servers are started once and shared.
PYTEST_FLAGS ?= -n 2 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench load soak fuzz docs-check lock clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.run ## Install, then the whole journey on bundled sample boards
	$(BIN)/jobswipe demo

test: $(VENV)/.dev ## Run the tests, on SQLite and on a Postgres and a Valkey that they start themselves
	$(BIN)/python -m pytest $(PYTEST_FLAGS) $(TESTS)

check: $(VENV)/.dev ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## Format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench ## Measure speed, beside other tools in the same run (needs JOBSWIPE_CORPUS)
	$(BIN)/python tests/bench/run.py
	$(BIN)/python tests/bench/ledger.py
	$(BIN)/python tests/bench/tui.py

load: $(VENV)/.bench ## Put the server under load, beside a peer that does the same queries (15 minutes; the machine must be at rest)
	$(BIN)/python tests/bench/load/engine.py
	$(BIN)/python tests/bench/load/run.py

soak: $(VENV)/.dev ## Kill workers again and again over 2,000 tasks, and schedule with five workers (ten minutes)
	SOAK=1 $(BIN)/python -m pytest -q -rP tests/tasks/test_processes.py -k "kill_9 or schedulers"

fuzz: $(VENV)/.dev ## Ask the whole API 50,000 generated requests, as nobody, user, operator and admin (a quarter of an hour)
	$(BIN)/python tests/fuzz/fuzzing.py

docs-check: $(VENV)/.dev ## Every command is documented, every example is true
	$(BIN)/python -m pytest -q tests/docs

lock: $(VENV)/.dev ## Lock the dependencies anew: versions and hashes
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group build --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --group bench pyproject.toml -c requirements-dev.lock -o requirements-bench.lock

clean: ## Remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis bench/out

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "JobSwipe needs Python 3.11 or newer: run make PYTHON=python3.11 (or newer).")'
	$(PYTHON) -m venv $(VENV)

# Stamps: the environment is as new as the lock that it was made from.
$(VENV)/.run: $(BIN)/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements-dev.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@
