# archmeter: every target installs what it needs into .venv, once; a repeated call installs nothing.
# Needs only make and Python >= 3.11 with venv. uv is used when it is on PATH.
# Works with GNU make 3.81 (macOS) and later.

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

# Settable on the command line: `make run PORT=9000`. HOST and PORT are not read from the environment,
# where other programs keep theirs; ARCHMETER_* are.
HOST = $(or $(ARCHMETER_HOST),127.0.0.1)
PORT = $(or $(ARCHMETER_PORT),8000)
DATABASE_URL = $(or $(ARCHMETER_DATABASE_URL),sqlite:///data/archmeter.db)
ARGS =
# The interpreter that makes .venv; empty looks for one.
PYTHON ?=
# A package index to take torch, and nothing else, from. On Linux the default torch brings gigabytes of
# CUDA libraries; TORCH_INDEX=https://download.pytorch.org/whl/cpu gives the CPU build of the same version.
TORCH_INDEX ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test test-slow test-differential check format bench catalogue screenshots vendor lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Settings: HOST PORT DATABASE_URL PYTHON TORCH_INDEX, and ARGS for the program that a target runs:"
	@echo "  make run PORT=9000 TORCH_INDEX=https://download.pytorch.org/whl/cpu"
	@echo "  make test ARGS='-k resnet50 -x'"

run: $(VENV)/.run ## Serve on 127.0.0.1:8000, with an SQLite file under data/
	@mkdir -p data
	$(BIN)/archmeter serve --host "$(HOST)" --port "$(PORT)" --database-url "$(DATABASE_URL)" $(ARGS)

test: $(VENV)/.test ## Run the tests, on every core
	$(BIN)/python -m pytest -n auto $(ARGS)

test-slow: $(VENV)/.test ## Run the tests that take minutes
	$(BIN)/python -m pytest -n auto -m slow $(ARGS)

test-differential: $(VENV)/.differential ## Compare random settings with timm and torchvision (ARGS='--seed 1' for others)
	ARCHMETER_TESTS_REQUIRE=timm $(BIN)/python -m pytest -n auto -m differential tests/differential $(ARGS)

check: $(VENV)/.check ## Lint, formatting, types, direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@# Type checkers look for packages in folders: here they find the links that the finder of an editable
	@# install would follow.
	@mkdir -p $(VENV)/typed/archmeter
	@ln -sfn $(CURDIR)/archmeter/__init__.py $(CURDIR)/archmeter/py.typed $(CURDIR)/models $(CURDIR)/analyzers $(CURDIR)/app $(VENV)/typed/archmeter/
	MYPYPATH=$(VENV)/typed $(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_imports.py

format: $(VENV)/.check ## Format the code and fix what ruff can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

bench: $(VENV)/.bench ## Run the benchmarks, one after the other
	@set -e; for script in benchmarks/[!_]*.py; do echo "== $$script"; $(BIN)/python "$$script" $(ARGS); done

catalogue: $(VENV)/.run ## Renew the README's table of families
	@$(BIN)/archmeter families --format markdown > catalogue.tmp
	@sed -i.bak -e '/^<!-- catalogue:/,/^<!-- end of catalogue/{/^<!--/!d;}' -e '/^<!-- catalogue:/r catalogue.tmp' README.md
	@rm catalogue.tmp README.md.bak

screenshots: $(VENV)/.test ## Take the README's screenshots again (needs chromium)
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

vendor: $(VENV)/.run ## Fetch vendored scripts and styles again (needs npm)
	$(BIN)/python -m archmeter.app.web.vendored

lock: ## Renew constraints.txt (needs uv; ARGS=--upgrade for newer versions)
	@test -n "$(UV)" || { echo "make lock needs uv on PATH" >&2; exit 1; }
	@# torch pins its CUDA libraries itself, and a CPU build has none: they stay out.
	$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --quiet \
		--annotation-style line --custom-compile-command "make lock" --output-file constraints.txt $(ARGS)
	@grep -Ev '^(cuda|nvidia|triton)-?[a-z0-9-]*==' constraints.txt > constraints.tmp
	@mv constraints.tmp constraints.txt

clean: ## Remove .venv, caches and build output; data/ stays
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find archmeter models analyzers app tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# ---- installing: a file in .venv, touched last, says that a step was finished

ifneq ($(UV),)
INSTALL = "$(UV)" pip install --quiet --python $(BIN)/python
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

# $(call install,EXTRAS): torch first when it has an index of its own. Mixing indexes in one call would let
# the wrong one answer for other packages; an installed 2.13.0+cpu satisfies the pin torch==2.13.0 afterwards.
comma := ,
define install
@echo "Installing what $(1) needs into $(VENV); the first time takes a minute or more (torch is large)"
@$(if $(TORCH_INDEX),$(INSTALL) --no-deps --index-url "$(TORCH_INDEX)" --constraint constraints.txt torch)
@$(INSTALL) --constraint constraints.txt --editable ".[$(1)]"
endef

$(VENV)/.run: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,serve$(comma)torch)
	@touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,test)
	@touch $(VENV)/.run $@

$(VENV)/.differential: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,differential)
	@touch $(VENV)/.run $(VENV)/.test $@

$(VENV)/.check: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,check$(comma)test)
	@touch $(VENV)/.run $(VENV)/.test $@

$(VENV)/.bench: $(VENV)/.made pyproject.toml constraints.txt
	$(call install,bench)
	@touch $(VENV)/.run $@

ifneq ($(UV),)
$(VENV)/.made:
	@rm -rf $(VENV)
	@"$(UV)" venv --quiet --python "$(or $(PYTHON),>=3.11)" $(VENV)
	@touch $@
else
$(VENV)/.made:
	@rm -rf $(VENV)
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			"$$python" -m venv $(VENV) && touch $@; exit; \
		fi; \
	done; \
	echo "No Python >= 3.11 with venv found (tried: $(or $(PYTHON),python3 and python3.14 to python3.11))." >&2; \
	echo "Install one (on Debian and Ubuntu also python3-venv), or name it: make PYTHON=/path/to/python3" >&2; \
	exit 1
endif
