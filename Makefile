# `make run` and `make test` do all the set-up themselves, in one environment per version of Python:
# the newest that runs here, or the one that is named (make test PYTHON=python3.12).

version = $(shell "$(1)" -c 'import sys; print("%d.%d" % sys.version_info[:2] * (sys.version_info >= (3, 11)))' 2> /dev/null)
KNOWN := python3.13 python3.12 python3.11
PYTHON := $(or $(PYTHON),$(firstword $(foreach name,$(KNOWN),$(if $(call version,$(name)),$(name)))))
VERSION := $(call version,$(PYTHON))
ifeq ($(VERSION),)
$(error $(or $(PYTHON),each of $(KNOWN)) does not run here or is older than 3.11. Name another one: make run PYTHON=python3)
endif
VENV := .venv-$(VERSION)
BIN := $(VENV)/bin
# Options of pytest for the tests of `make test`.
FAST := -m "not slow" -n 2 --dist loadgroup --no-loadscope-reorder
ifeq ($(MAKELEVEL),0)
$(info Python $(VERSION): $(shell "$(PYTHON)" -c 'import sys; print(sys.executable)'), in $(VENV)/)
endif

.DELETE_ON_ERROR:
# Two installations in one environment at a time would damage it.
.NOTPARALLEL:
.PHONY: run stop ui verify test test-slow coverage lint generate docs fairseq slurm

run: $(VENV)/installed
	$(BIN)/python workflow/run.py $(ARGS)

stop: $(VENV)/installed
	$(BIN)/snakemake --quiet all $(ARGS) -- stop

# Pages to set up, run, explore and take home, on this computer (docs/ui.md).
ui: $(VENV)/installed-ui
	$(BIN)/python workflow/ui.py $(ARGS)

# The paper's figures and claims from the shipped record of its experiments (docs/paper.md).
verify: $(VENV)/installed
	$(BIN)/python workflow/verify.py $(ARGS)

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest $(FAST) --durations 10

test-slow: $(VENV)/installed-dev
	-$(MAKE) fairseq slurm $(VENV)/installed-ui
	-$(BIN)/python -m pip install --quiet -r envs/browser.txt
	$(BIN)/python -m pytest -m slow -rs

# Coverage of the tests of `make test`, sub-processes included. ARGS: options of pytest.
coverage: $(VENV)/installed-dev
	rm -rf build/coverage
	mkdir -p build/coverage
	-$(BIN)/python -m coverage run -m pytest $(FAST) $(ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage json --quiet -o build/coverage/report.json
	$(BIN)/python tests/helpers/coverage_by_room.py build/coverage/report.json

# mypy takes as long as all other checks together, which run beside it.
lint: $(VENV)/installed-dev
	$(BIN)/mypy & types=$$!; \
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/lint-imports pyproject.toml && \
	$(BIN)/snakefmt --check Snakefile workflow/rules && $(BIN)/snakemake --lint && \
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml; \
	others=$$?; wait $$types && exit $$others

# For text that fairseq-preprocess wrote; needs a C++ compiler (docs/translation.md).
fairseq: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --no-deps -r envs/fairseq.txt

# Snakemake's executor for Slurm (docs/cluster.md).
slurm: $(VENV)/installed
	$(BIN)/python -m pip install --quiet -r envs/slurm.txt

# The config's schema and its reference page, from workflow/archfront/config/models.py.
generate: $(VENV)/installed-dev
	$(BIN)/python -m archfront.config.reference

docs: $(VENV)/installed-dev
	$(BIN)/mkdocs build --strict

# The environment: pinned requirements, then archfront itself in place.
$(VENV)/installed: envs/requirements.txt pyproject.toml setup.py
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -r envs/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-ui: $(VENV)/installed envs/ui.txt
	$(BIN)/python -m pip install --quiet -r envs/ui.txt
	touch $@

$(VENV)/installed-dev: $(VENV)/installed envs/requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r envs/requirements-dev.txt
	touch $@
