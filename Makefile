# The two commands of the README, and a few for people who work on the project.  Everything is done by ./task.
.PHONY: run test demo docs lock format clean help

run: ## the simulated table, live: a page in the browser
	@./task run

test: ## everything that must hold: types, style, imports, C warnings, all tests
	@./task test

demo: ## watch one whole session, no keys needed
	@./task demo

docs: ## write the generated parts of docs/ again
	@./task docs

lock: ## write the requirements-*.lock files again from pyproject.toml
	@./task lock

format: ## put the Python sources into the house format
	@./task format

clean: ## remove what was built here (.venv, build); the next command sets up again
	@./task clean

help:
	@./task help
