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
# Extras that `make test-slow` installs first. The tests of an extra that is left out are skipped.
ALL_EXTRAS := fairseq slurm ui
EXTRAS := $(ALL_EXTRAS)
# The command that installs the requirements of these files of envs/.
install = $(BIN)/python -m pip install --quiet $(if $(filter fairseq,$(1)),--no-deps) $(1:%=-r envs/%.txt)
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

# The paper's figures and claims from a record of its experiments (docs/paper.md).
verify: $(VENV)/installed
	$(BIN)/python workflow/verify.py $(ARGS)

test: $(VENV)/installed-dev lint
	$(BIN)/python -m pytest $(FAST) --durations 10

# Fails at its end if one of EXTRAS cannot be installed.
test-slow: $(VENV)/installed-dev
	$(if $(filter-out $(ALL_EXTRAS),$(EXTRAS)),$(error EXTRAS=$(EXTRAS): allowed are $(ALL_EXTRAS)))
	missing=; \
	$(foreach extra,$(EXTRAS),$(call install,$(extra:ui=ui browser)) || missing="$$missing $(extra)";) \
	$(BIN)/python -m pytest -m slow -rs; tests=$$?; \
	test -z "$$missing" || { echo "Extras that could not be installed:$$missing (pip says why, above the" \
	"tests). To leave extras out, name the others: make test-slow EXTRAS=\"slurm ui\"" >&2; exit 1; }; \
	exit $$tests

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
	$(call install,fairseq)

# Snakemake's executor for Slurm (docs/cluster.md).
slurm: $(VENV)/installed
	$(call install,slurm)

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
	$(call install,ui)
	touch $@

$(VENV)/installed-dev: $(VENV)/installed envs/requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r envs/requirements-dev.txt
	touch $@
