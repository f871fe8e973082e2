# `make run` and `make test` set up everything they need; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
SENDER ?= terminal

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# ── use ──
run: setup web model  ## set up everything and start the whole system
	$(PY) -m launcher
shell: setup  ## talk to the running system: make shell SENDER=name
	@$(PY) -m gateway shell $(SENDER)
parse: setup model  ## understand stdin line by line as JSON; MODEL=path for another model
	@$(PY) -W ignore -m bot parse $(if $(MODEL),--model $(MODEL))
backup: setup  ## save all state: make backup FILE=state.tar.gz
	@$(PY) -m launcher backup $(or $(FILE),yunxiaolu-backup.tar.gz)
restore: setup  ## bring all state back: make restore FILE=state.tar.gz
	@$(PY) -m launcher restore $(or $(FILE),yunxiaolu-backup.tar.gz)

# ── build ──
setup:  ## Python, virtual environment, packages from uv.lock
	@deploy/setup.sh
web: setup  ## front end (the rest starts without it)
	@deploy/build_web.sh
train: setup  ## train a model from data/ and catalog/
	$(PY) -W ignore -m bot train
model: setup
	@compgen -G "$(or $(MODEL),models)/*/manifest.json" >/dev/null || test -f "$(or $(MODEL),models)/manifest.json" || test -f "$(MODEL)" || $(MAKE) --no-print-directory train

# ── check ──
test: setup web model  ## the whole suite
	@deploy/test_tools.sh
	PYTHONHASHSEED=0 $(PY) -m pytest -n 3 --dist loadgroup
test-postgres: setup  ## the tests of the database on a private PostgreSQL
	@deploy/test_tools.sh
	$(PY) -m pytest -m postgres
test-crash: setup model  ## 10,000 messages while every process is killed again and again
	CRASH_MESSAGES=10000 CRASH_RESIDENTS=200 CRASH_KILLS=60 $(PY) -m pytest tests/crash -s
validate: setup  ## catalogue and training data
	$(PY) -m adapters.validate
	$(PY) -m bot.data_report --check
lint: setup  ## ruff and import rules
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports
types: setup  ## mypy
	.venv/bin/mypy
check: validate lint types  ## all of the above three
bench: setup model  ## all benchmarks; writes docs/benchmarks.md
	$(PY) -m benchmarks
clean:  ## remove environment, models and state of this checkout
	rm -rf .venv models .local web/dist web/node_modules

.PHONY: help run shell parse backup restore setup web train model test test-postgres test-crash validate lint types check bench clean
