# The words that README, CONTRIBUTING and CI use.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock"
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format wire fuzz soak bench screenshots lock clean

run: $(VENV)/.run
	$(BIN)/workbench $(ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m tests.support.needs
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wire: $(VENV)/.dev
	$(BIN)/python -m tests.support.wire_table

fuzz: $(VENV)/.dev
	WORKBENCH_FUZZ=10000 $(BIN)/python -m pytest tests/wire -k fuzz --timeout=3600 $(ARGS)

soak: $(VENV)/.dev
	WORKBENCH_SOAK=1 $(BIN)/python -m pytest tests -k "soak or kill" --timeout=3600 $(ARGS)

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(VENV)/.dev
	$(BIN)/python -m screenshots.take

lock: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv $(LOCK) --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv $(LOCK) --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "workbench needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache dist
