# Two commands matter to a newcomer: "make demo" and "make test".
# Everything happens in .venv; PYTHON=... chooses the interpreter (3.11 or newer).

SHELL := /bin/sh
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON ?=
TEST_PROCESSES ?= 2
GENTLE_SEEDS ?= 0:800
HARSH_SEEDS ?= 0:800
ARGS ?=
ROUNDS ?= 10
TERMINALS ?= paper
SEEDS ?= 0:50000
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
CODE := src tests tools $(wildcard bench)
# Whoever has nothing left to do takes over tests of the others.
IN_TURN := -n $(TEST_PROCESSES) --dist worksteal

export PYTHON

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# ------------------------------------------------------------------------------------ for everyone

.PHONY: demo
demo: $(if $(findstring --otlp,$(ARGS))$(findstring --store,$(ARGS)),full-venv,run-venv) ## Copy recorded trades between paper terminals; pass options with ARGS="..."
	@$(BIN)/echoctl demo --terminals $(TERMINALS) $(ARGS)

.PHONY: test
test: dev-venv ## Run all tests
	$(BIN)/python -m pytest $(IN_TURN) $(ARGS)

# ---------------------------------------------------------------------------------- for developers

.PHONY: test-setup
test-setup: dev-venv ## Install what the tests need, without running them
	@tools/test_packages.sh

.PHONY: check
check: dev-venv ## What CI runs, Windows apart: lint, types, floors, tests, coverage, 1,600 seeds of the world
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports
	rm -f .coverage .coverage.*
	$(BIN)/python -m pytest $(IN_TURN) --cov --cov-report=
	$(BIN)/python -m tools.coverage_gate
	$(BIN)/python -m echo.sim --seeds $(GENTLE_SEEDS) --profile gentle --jobs $(TEST_PROCESSES)
	$(BIN)/python -m echo.sim --seeds $(HARSH_SEEDS) --profile harsh --jobs $(TEST_PROCESSES)

.PHONY: chaos
chaos: run-venv ## Strike the demo's programs, ROUNDS=n times, and compare books and journal
	$(BIN)/echoctl chaos --rounds $(ROUNDS) --terminals $(TERMINALS) $(ARGS)

.PHONY: ea-coverage
ea-coverage: dev-venv ## Run the EAs' tests and print which lines of their MQL were run
	$(BIN)/python -m pytest tests/mql -n $(TEST_PROCESSES) -q
	$(BIN)/python -m tests.mql.coverage $(ARGS)

.PHONY: test-windows
test-windows: dev-venv ## Run DLL, Agent and the whole chain of both widths under Wine (CI does)
	@python=$$($(BIN)/python -m tools.windows_python) && \
		CI=1 ECHO_WINDOWS_PYTHON="$$python" $(BIN)/python -m pytest tests/native -n 0 $(ARGS)

.PHONY: installer
installer: dev-venv ## Build the installer for Windows under Wine, minutes long, and try it there
	@$(BIN)/python -m tools.windows_installer $(ARGS)
	@python=$$($(BIN)/python -m tools.windows_python) && \
		setup=$$(ls "$(CURDIR)"/build/installer/out/echo-agent-*-setup.exe) && \
		CI=1 ECHO_WINDOWS_PYTHON="$$python" ECHO_WINDOWS_INSTALLER="$$setup" \
		$(BIN)/python -m pytest tests/native/test_installer.py -n 0

.PHONY: dll
dll: dev-venv ## Build the pipe DLL for both widths, and print what it is
	$(BIN)/python -m tests.native.build

# Without a C compiler this prints nothing but a sentence, and the world is interpreted.
COMPILED := PYTHONPATH="$$($(BIN)/python -m tools.compiled --jobs $(JOBS))"

.PHONY: soak
soak: dev-venv ## By hand, for hours: many seeds, all pairs of crashes, many rounds of chaos
	$(COMPILED) $(BIN)/python -m echo.sim --seeds $(SEEDS) --profile gentle --jobs $(JOBS) \
		--resume soak-gentle.jsonl
	$(COMPILED) $(BIN)/python -m echo.sim --seeds $(SEEDS) --profile harsh --jobs $(JOBS) \
		--resume soak-harsh.jsonl
	$(COMPILED) $(BIN)/python -m echo.sim crash --pairs --jobs $(JOBS)
	$(BIN)/echoctl chaos --rounds 200

.PHONY: bench
bench: dev-venv ## Measure; figures are written beside the description of the machine
	$(BIN)/python -m bench $(ARGS)

.PHONY: stores
stores: dev-venv ## What each store promises and keeps, a commit beside its floor, and recovery
	$(BIN)/python -m tests.stores.matrix
	$(BIN)/python -m bench.journals
	$(BIN)/python -m bench.recovery $(ARGS)

.PHONY: ablations
ablations: dev-venv ## Take every safeguard away, see who notices, write docs/explanation/delivery.md
	PYTHONPATH=src:. $(BIN)/python -m tests.ablations $(ARGS)

.PHONY: fmt
fmt: dev-venv ## Format, and repair what the linter can repair
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

.PHONY: proto
proto: dev-venv ## Regenerate src/echo/wire/pb from proto/
	$(BIN)/python -m tools.generate_pb

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-strip-markers \
	--custom-compile-command "make lock"

.PHONY: lock
lock: dev-venv ## Pin the dependencies of pyproject.toml anew (ARGS="--upgrade" for newer ones)
	$(LOCK) $(ARGS) pyproject.toml --extra core --extra agent --extra windows --group build \
		--output-file requirements.lock
	$(LOCK) $(ARGS) pyproject.toml --extra core --extra agent --extra postgres --extra mongo --extra redis --extra otlp --extra windows --group dev \
		--constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) $(ARGS) pyproject.toml --extra core --extra postgres --extra mongo --extra redis --extra otlp --group build \
		--constraint requirements-dev.lock --output-file deploy/compose/requirements.lock
	$(LOCK) $(ARGS) deploy/windows/installer.txt \
		--constraint requirements.lock --output-file deploy/windows/installer.lock

.PHONY: clean
clean: ## Remove the environment and everything that was built or measured
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -f .coverage .coverage.* soak-*.jsonl soak-*.jsonl.lock
	find src tests tools $(wildcard bench) -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: run-venv full-venv dev-venv
run-venv:
	@tools/bootstrap.sh run
full-venv:
	@tools/bootstrap.sh full
dev-venv:
	@tools/bootstrap.sh dev
