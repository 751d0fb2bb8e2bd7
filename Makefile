# Växeln: what a newcomer needs are `make demo` and `make test`. Everything else is in the README.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
PURE := routing,telephony/sip,telephony/sdp,telephony/call,telephony/legs,telephony/desk,telephony/simulate
PURE_TESTS := tests/routing tests/telephony/sip tests/telephony/sdp tests/telephony/call tests/telephony/legs \
	tests/telephony/desk tests/telephony/simulate
EXAMPLE := deploy/botkyrka.toml

# Two targets at a time: tests with peers wait for sound and timers most of the time, the others compute. Where one
# fails the rest are made all the same, and make fails.
MAKEFLAGS += --jobs=2 --keep-going --no-print-directory

.PHONY: help setup demo test test-with-peers test-alone check lint imports types coverage run bench fuzz lock clean

help:
	@echo "make demo [KEEP=1]   six real calls through a demo service"
	@echo "make test            all tests"
	@echo "make run [PLAN=FILE] start the service"
	@echo "make check | bench [QUICK=1] | fuzz [SECONDS=300] [SEED=N] | lock | clean"

setup: $(READY)

# The stamp is newer than the lock and the project file, or everything is installed again. What is ours is compiled
# here, as pip compiles what it installs: who may not write here, or is told not to by PYTHONDONTWRITEBYTECODE, would
# compile it at every start, for a third of the time that a start takes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Växeln needs Python 3.11 or later; say which: make PYTHON=python3.12 $(or $(MAKECMDGOALS),demo)"; exit 1; }
	@if uv --version >/dev/null 2>&1; then \
		uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV) \
		&& VIRTUAL_ENV=$(VENV) uv pip install --quiet --compile-bytecode --require-hashes -r requirements.lock \
		&& VIRTUAL_ENV=$(VENV) uv pip install --quiet --no-deps --no-build-isolation -e . ; \
	else \
		{ $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
			|| { echo "Python lacks venv; on Debian and Ubuntu run: apt-get install python3-venv"; exit 1; }; } \
		&& $(PYTHON) -m venv $(VENV) \
		&& $(PIP) --require-hashes -r requirements.lock \
		&& $(PIP) --no-deps --no-build-isolation -e . ; \
	fi
	@$(BIN)/python -m compileall -q telephony routing metrics
	@touch $@

demo: $(READY)
	@$(BIN)/vaxeln demo $(if $(KEEP),--keep)

test: test-with-peers test-alone

test-with-peers: $(READY)
	$(BIN)/python -m pytest -q tests/interop

test-alone: $(READY)
	$(BIN)/python -m pytest -q tests --ignore=tests/interop

check: lint imports types coverage

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

imports: $(READY)
	$(BIN)/python -m pytest -q tests/test_architecture.py

types: $(READY)
	$(BIN)/mypy

coverage: $(READY)
	$(BIN)/coverage run --source=$(PURE) -m pytest -q $(PURE_TESTS)
	$(BIN)/coverage report

run: $(READY)
	@plan="$(PLAN)"; data="$${VAXELN_DATA:-data}"; \
	if [ -z "$$plan" ] && ! [ -e "$$data/plan.toml" ] && ! [ -e "$$data/plan" ] && ! [ -e "$$data/journal" ]; then \
		plan=$(EXAMPLE); \
		echo "There is no plan in $$data yet: this starts with the example $$plan; yours belongs at $$data/plan.toml"; \
	fi; \
	exec $(BIN)/vaxeln serve $${plan:+--plan "$$plan"}

bench: $(READY)
	$(BIN)/python -m tests.bench $(if $(QUICK),--quick)

fuzz: $(READY)
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),300) $(if $(SEED),--seed $(SEED))

lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --extra dev \
		-o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) build .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
