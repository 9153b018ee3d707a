# Every target sets up what it needs first; nothing else has to be installed or activated.

PY := .venv/bin/python
DEMO := build/demo
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test check gates bench screenshots lock

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Install what the program needs, in .venv
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test

run: setup ## Open the program; without a display, do the whole job and leave pictures and a bundle in build/demo
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    exec .venv/bin/hrd-desktop; \
	else \
	    $(PY) -I -m hrd_desktop.cli.demo $(DEMO) && $(PY) scripts/screenshots.py --to $(DEMO)/pictures; \
	fi

test: setup-test check ## Check everything and run the tests
	$(PY) -m pytest -n $(WORKERS) --dist worksteal

check: setup-test ## Style, types, layers and house rules, without the tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(PY) scripts/house_rules.py

gates: setup-test ## The long proofs: every fault at every place (best as root)
	$(PY) -m pytest -m gate --full --timeout 0
	$(PY) -m pytest tests/faults --full --timeout 0 -n $(WORKERS) --dist worksteal

bench: setup-test ## Measure speed; asserts nothing
	@for script in benchmarks/*.py; do echo "== $$script"; $(PY) "$$script" || exit 1; done

screenshots: setup-test ## Draw what the program shows, into build/screenshots
	$(PY) scripts/screenshots.py

lock: setup-test ## Renew requirements/*.txt from *.in (needs uv)
	@for list in build runtime dev; do \
	    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	        --no-emit-index-url --no-header --upgrade \
	        requirements/$$list.in --output-file requirements/$$list.txt || exit 1; \
	done
