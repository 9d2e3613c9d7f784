# `make run` and `make test` do all the set-up themselves.

PYTHON ?= python3.11
BIN := .venv/bin

.DELETE_ON_ERROR:
.PHONY: run stop ui test test-slow lint generate docs fairseq slurm

run: .venv/installed
	$(BIN)/python workflow/run.py $(ARGS)

stop: .venv/installed
	$(BIN)/snakemake --quiet all stop $(ARGS)

# Pages to set up, run, explore and take home, on this computer (docs/ui.md).
ui: .venv/installed-ui
	$(BIN)/python workflow/ui.py $(ARGS)

test: .venv/installed-dev lint
	$(BIN)/python -m pytest -m "not slow"

test-slow: .venv/installed-dev
	-$(MAKE) fairseq slurm .venv/installed-ui
	-$(BIN)/python -m pip install --quiet -r envs/browser.txt
	$(BIN)/python -m pytest -m slow -rs

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports pyproject.toml
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

# For text that fairseq-preprocess wrote; needs a C++ compiler (docs/translation.md).
fairseq: .venv/installed
	$(BIN)/python -m pip install --quiet --no-deps -r envs/fairseq.txt

# Snakemake's executor for Slurm (docs/cluster.md).
slurm: .venv/installed
	$(BIN)/python -m pip install --quiet -r envs/slurm.txt

# The config's schema and its reference page, from workflow/archfront/config/models.py.
generate: .venv/installed-dev
	$(BIN)/python -m archfront.config.reference

docs: .venv/installed-dev
	$(BIN)/mkdocs build --strict

# The environment: pinned requirements, then archfront itself in place.
.venv/installed: envs/requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -r envs/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/installed-ui: .venv/installed envs/ui.txt
	$(BIN)/python -m pip install --quiet -r envs/ui.txt
	touch $@

.venv/installed-dev: .venv/installed envs/requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r envs/requirements-dev.txt
	touch $@
