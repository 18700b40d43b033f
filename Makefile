# The one task runner. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo build test check fmt generated

TARGET := $(or $(CARGO_TARGET_DIR),target)
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --omit=peer

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build, and run a made-up partnership on https://localhost:8443
	"$(TARGET)/release/referral-exchange" demo --pathways pathways

build: ## build the release binary
	$(NPM_CI) --omit=dev
	cargo build --locked --release

test: ## install what tests need (Debian), then run them all
	scripts/install-test-needs
	$(NPM_CI)
	cargo test --locked

check: ## what CI runs
	.ci/run

fmt: ## format the code
	cargo fmt

generated: ## rewrite the files that tests compare: policies/matrix.txt, the OpenAPI description
	UPDATE_GENERATED=1 cargo test --locked --test it -- matrix openapi
