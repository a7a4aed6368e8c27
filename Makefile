# `make help` lists what there is. Everything is installed into .venv, from locked requirements with hashes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help install run serve test check proofs benchmark format lock browser

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.installed  ## Install what the shop runs on into .venv

run: install  ## Try it out: installs, migrates, loads the demonstration, starts shop, worker and Stripe emulator
	@$(BIN)/python -m storefront.processes run

serve: install  ## Start the production processes from the environment alone, behind a proxy
	@$(BIN)/python -m storefront.processes serve

test: $(VENV)/.installed-dev browser  ## Install and run every test: rules on both databases, the browser
	@$(BIN)/python -m pytest -n $(WORKERS)

check: $(VENV)/.installed-dev  ## Format, lint, types, layers, and the words that are shipped
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m storefront.style_guide

proofs: $(VENV)/.installed-dev browser  ## The long proofs
	@$(BIN)/python -m pytest -m "proof or not proof" -n $(WORKERS)

benchmark: $(VENV)/.installed-dev  ## The measurements, as ratios
	@$(BIN)/python -m tests.benchmarks

format: $(VENV)/.installed-dev  ## Put the code into its shape
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev  ## Write the locked requirements anew
	@$(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links -o requirements.txt requirements.in
	@$(BIN)/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links -o requirements-dev.txt requirements-dev.in

browser:
	@$(PYTHON) tests/browser.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed. Name it with PYTHON, as in: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the shop runs on ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing what the shop and its tests need ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.installed $@
