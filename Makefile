PYTHON ?= python3
PORT ?= 8501
STATE_DIR ?= state
HOST ?= 127.0.0.1
export PORT STATE_DIR HOST
PY := .venv/bin/python

.PHONY: help run demo test check fix bench docs lock clean

help: ## What each verb does
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Set up and serve everything on one port: http://127.0.0.1:8501
	@$(PYTHON) .ci/setup.py base
	@exec $(PY) -m cli run

demo: ## The same product against the fault lab, with 90 days of history
	@$(PYTHON) .ci/setup.py base
	@exec $(PY) -m cli demo

test: ## Set up and run all tests: SQLite, a real Postgres, a real browser
	@$(PYTHON) .ci/setup.py dev browser
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: ## Format, lint, types, lock files
	@$(PYTHON) .ci/setup.py dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	@$(PYTHON) .ci/setup.py lock-fresh

fix: ## Format and repair what can be repaired
	@$(PYTHON) .ci/setup.py dev
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: ## Measure everything, and write docs/benchmarks.md
	@$(PYTHON) .ci/setup.py dev
	$(PY) benchmarks/all.py

docs: ## Make the generated documents anew
	@$(PYTHON) .ci/setup.py dev
	$(PY) -m config.docs > docs/configuration.md
	$(PY) docs/tables.py

lock: ## Lock files from pyproject.toml
	@$(PYTHON) .ci/setup.py lock

clean: ## Remove the environment and caches (never the state)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache build *.egg-info
