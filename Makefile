# `make` compiles the flagship guidelines, `make test` tests everything. All that is installed goes into .venv.

# Override with `make PYTHON=/path/to/python`; otherwise python3, or where that is too old the newest on PATH.
usable := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(usable)' >/dev/null 2>&1 && echo $$python && break; done),python3)

venv := .venv
bin := $(venv)/bin
pip := $(bin)/python -m pip --disable-pip-version-check install -qq

.DEFAULT_GOAL := all
.PHONY: all test lint goldens bench bench-proofs bench-large clean

all: $(venv)/installed
	@$(bin)/guidec build guidelines/pm_dm_ild --out build

test: $(venv)/installed-dev
	@$(bin)/python -m pytest -q -n auto

lint: $(venv)/installed-dev
	@$(bin)/ruff check --quiet
	@$(bin)/ruff format --check --quiet || { $(bin)/ruff format --check; exit 1; }
	@$(bin)/mypy
	@$(bin)/pyright --pythonpath $(bin)/python
	@$(bin)/lint-imports --no-logo

goldens: $(venv)/installed-dev
	@$(bin)/python -m pytest -q --rewrite-goldens

bench: $(venv)/installed-dev
	@$(bin)/python bench/run.py

bench-proofs: $(venv)/installed-dev
	@$(bin)/python bench/proofs.py

bench-large: $(venv)/installed-dev
	@$(bin)/python bench/large.py

# Leaves the folder as it was cloned, but for your own changes.
clean:
	@rm -rf $(venv) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: nothing is installed again until pyproject.toml changes.
$(venv)/installed: pyproject.toml
	@$(PYTHON) -c '$(usable)' >/dev/null 2>&1 || { \
		echo "guidec needs Python 3.11 or newer with its venv module; '$(PYTHON)' says: $$($(PYTHON) --version 2>&1 | head -n 1)" >&2; \
		echo "Name another one: make PYTHON=/path/to/python3.12 (on Debian, venv is the package python3-venv)." >&2; \
		exit 1; }
	@echo "Installing guidec into $(venv) ..."
	@$(PYTHON) -m venv $(venv)
	@$(pip) --editable .
	@touch $@

$(venv)/installed-dev: $(venv)/installed
	@echo "Installing the development tools into $(venv) ..."
	@$(pip) --editable '.[dev]'
	@touch $@
