# Every target sets itself up: the virtual environment is made, and made again when pyproject.toml
# changes. Needs Python 3.11 or newer, nothing else.
#
#   make demo      upload real images to the embedded sandbox and print their descriptions
#   make test      every test
#   make check     what CI proves: generated code is current, lint, types, tests
#   make faults    what comes of every network fault, as a table
#   make bench     what aion costs beside raw httpx and other SDKs (ROW=..., CHECK=1)
#   make generate  regenerate generated/ and aion/sync/ from openapi.json (SPEC=path for another)

PYTHON ?= python3
SPEC ?= openapi.json
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
WORKERS ?= 2

.PHONY: setup demo test soak faults bench generate stale surface lint types check clean
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

test: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m "not soak"

soak: $(READY)
	"$(RUN)" -m pytest -n $(WORKERS) -m soak --timeout 900

# Print what comes of every fault; UPDATE=1 writes it to docs/faults.md.
faults: $(READY)
	"$(RUN)" -m tests.faults.matrix $(if $(UPDATE),--update)

# The peers are big: they are installed only here.
bench: $(READY)
	"$(RUN)" -m pip install --quiet --disable-pip-version-check --editable ".[bench,speed]"
	"$(RUN)" -m benchmarks $(if $(ROW),--row "$(ROW)") $(if $(CHECK),--check)

generate: $(READY)
	"$(RUN)" -m codegen build --spec "$(SPEC)"

# The public surface against that of the last release.
surface: $(READY)
	"$(RUN)" -m codegen surface --check

stale: $(READY)
	"$(RUN)" -m codegen check

lint: $(READY)
	"$(RUN)" -m ruff check .
	"$(RUN)" -m ruff format --check .

types: $(READY)
	"$(RUN)" -m mypy
	"$(RUN)" -m pyright

check: stale surface lint types

clean:
	rm -rf "$(VENV)" .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
