"""Pictures for README and docs, taken from a rehearsal in a real browser: `make pictures`."""
