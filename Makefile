# Every target sets itself up: it creates the virtual environment, and recreates it when
# pyproject.toml changes. Needs Python 3.11 or newer, nothing else.
#
#   make demo      upload real images to the embedded sandbox and print their descriptions
#   make test      run every test, except the long ones
#   make soak      run the long tests
#   make matrix    run every test on each Python that is found, on the lowest versions of the
#                  dependencies, and each extra alone (QUICK=1 for a selection, DEBIAN=1 gets
#                  the Pythons that are missing, SESSIONS="lowest extra" and TESTS=tests/unit
#                  run some)
#   make frozen    freeze a program with PyInstaller, and run it
#   make published compare the package with the published release 0.3.5, which it installs
#   make documents generate code from documents of other people, which it gets with npm
#   make check     run all checks that are not tests: generated code, surface, changelog,
#                  needs of the contract, types, lint
#   make faults    show the outcome of every network fault, as a table
#   make bench     compare the cost of aion with raw httpx and other SDKs (ROW=..., CHECK=1)
#   make generate  regenerate the code, the surface and the tables of the docs (SPEC=path takes
#                  another contract, and shows what it changes on one page: VERBOSE=1 for
#                  everything, FORMAT=markdown or json; DROP_STALE=1 removes corrections that
#                  are left out)
#   make record    record the wire cassettes against the sandbox (ONLY=files.list for one)
#   make release   record the surface as that of the last release, once CHANGELOG.md has the version

PYTHON ?= python3
SPEC ?= openapi.json
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
WORKERS ?= 2
COMMA := ,
# The newest Python of the classifiers: what it deprecates is an error today.
NEWEST := $(shell sed -n 's/.*Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml | tail -n 1)

.PHONY: setup demo test soak frozen published documents matrix faults bench generate record release
.PHONY: stale surface changelog reach contract cassettes docs lint types check clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

$(READY): pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	"$(RUN)" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	"$(RUN)" -m pip install --quiet --disable-pip-version-check --editable ".[dotenv,progress,sandbox,socks,speed,tracing]" --group dev
	@touch "$(READY)"

setup: $(READY)

demo: $(READY)
	@"$(RUN)" examples/demo.py

# Folders of tests that have a target of their own: they take long, or need more than Python.
APART := frozen published documents
# BUT lists folders of tests to skip, such as BUT=docs,contract.
test: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m "not soak" $(addprefix --ignore=tests/,$(APART) $(subst $(COMMA), ,$(BUT)))

soak: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m soak --timeout 900 $(addprefix --ignore=tests/,$(APART))

frozen: $(READY)
	"$(RUN)" -m pytest -n 0 tests/frozen

# The published release is imported as `aion`, too, so it has an environment of its own.
PUBLISHED := .venv-published
published: $(READY)
	"$(PYTHON)" -m venv "$(PUBLISHED)"
	"$(PUBLISHED)/bin/python" -m pip install --quiet --disable-pip-version-check aionvision==0.3.5
	AIONVISION_PUBLISHED_PYTHON="$(CURDIR)/$(PUBLISHED)/bin/python" "$(RUN)" -m pytest -n 0 tests/published

documents: $(READY)
	"$(RUN)" -m pytest -n 0 tests/documents

matrix: $(READY)
	"$(RUN)" -m tests.interpreters $(if $(QUICK),--quick) $(if $(DEBIAN),--debian) $(SESSIONS) $(if $(TESTS),--tests $(TESTS))

# Print the outcome of every fault; UPDATE=1 writes it to docs/faults.md.
faults: $(READY)
	"$(RUN)" -m tests.faults.matrix $(if $(UPDATE),--update)

# The other SDKs are large, so only this target installs them.
bench: $(READY)
	"$(RUN)" -m pip install --quiet --disable-pip-version-check --editable ".[speed]" --group bench
	"$(RUN)" -m benchmarks $(if $(ROW),--row "$(ROW)") $(if $(CHECK),--check)

generate: $(READY)
	"$(RUN)" -m codegen generate --spec "$(SPEC)" $(if $(VERBOSE),--verbose) $(if $(FORMAT),--format "$(FORMAT)") $(if $(DROP_STALE),--drop-stale)

# Records against the real service when AIONVISION_API_KEY is set.
record: $(READY)
	"$(RUN)" -m tests.cassettes.record $(if $(ONLY),--only "$(ONLY)")

release: $(READY)
	"$(RUN)" -m codegen release

stale: $(READY)
	"$(RUN)" -m codegen check

# Compare the public surface with that of the last release.
surface: $(READY)
	"$(RUN)" -m codegen surface --check

changelog: $(READY)
	"$(RUN)" -m codegen changelog

# Compare what the package needs with what the contract has.
reach: $(READY)
	"$(RUN)" -m codegen reach

contract: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m "not soak" tests/contract

# Without cassettes there is nothing to run, and pytest would report that as a failure.
cassettes: $(READY)
	$(if $(wildcard tests/cassettes/test_*.py),"$(RUN)" -m pytest -n $(WORKERS) -m "not soak" tests/cassettes)

docs: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m "not soak" tests/docs

lint: $(READY)
	"$(RUN)" -m ruff check .
	"$(RUN)" -m ruff format --check .

types: $(READY)
	"$(RUN)" -m mypy
	"$(RUN)" -m pyright
	"$(RUN)" -m pyright --pythonversion $(NEWEST)

check: stale surface changelog reach types lint

clean:
	rm -rf "$(VENV)" .venv-published .documents .nox .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
