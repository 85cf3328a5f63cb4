# Two commands for a fresh machine that has git, make and Python 3.11 or newer:
#
#   make run    set up, then run the six options for Idlib: a table on the terminal, files in results/
#   make test   set up, then check style and types and run the tests
#
# Both put everything into .venv and set up again only when pyproject.toml has changed.
# For those who change what is needed:
#
#   make lowest   run some of the tests with the lowest versions that pyproject.toml allows

# The first interpreter that is new enough; set your own with: make run PYTHON=/path/to/python3
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	echo $$name; break; fi; done)
CRISIS ?= idlib-2020
OUT ?= results
ARGS ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test types tests lowest docs clean

help:
	@sed -n '/^#   make/s/^# *//p' $(firstword $(MAKEFILE_LIST))

run: .venv/ready
	$(BIN)/havenline run $(CRISIS) --out $(OUT) $(ARGS)

# Types are checked while the first kernels are compiled.
test: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --no-print-directory -j 2 types tests

types: .venv/ready-dev
	$(BIN)/mypy

tests: .venv/ready-dev
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# Old versions warn of new ones, so warnings are no errors here.
lowest: .venv-lowest/ready
	.venv-lowest/bin/python -m pytest -W default -p no:cacheprovider \
	  tests/cli/test_run_table.py tests/cli/test_cases.py tests/crisis/test_crisis.py \
	  tests/report/test_briefing.py tests/outcomes/test_tidy.py tests/web/test_settings.py

# Rebuild the reference pages that are made from the code.
docs: .venv/ready
	$(BIN)/python -m scripts.build_docs

clean:
	rm -rf .venv .venv-lowest .mypy_cache .ruff_cache .pytest_cache

.venv/created:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "Havenline needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none)." >&2; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Havenline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
	  exit 1; \
	}
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) comes without the modules venv and ensurepip." >&2; \
	  echo "On Debian and Ubuntu: sudo apt install python3-venv" >&2; \
	  exit 1; \
	}
	@echo "Creating .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/ready: pyproject.toml | .venv/created
	@echo "Installing Havenline and what it needs into .venv (a minute or two, once)"
	@$(PIP) --editable .
	@touch $@

.venv/ready-dev: pyproject.toml | .venv/created
	@echo "Installing Havenline and the tools for its tests into .venv (a minute or two, once)"
	@$(PIP) --editable '.[dev]'
	@touch .venv/ready $@

.venv-lowest/ready: pyproject.toml .venv/ready-dev
	@echo "Installing the lowest versions of what Havenline needs into .venv-lowest"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	@$(BIN)/uv pip install --quiet --resolution lowest-direct --python .venv-lowest/bin/python \
	  --editable '.[test]'
	@touch $@
