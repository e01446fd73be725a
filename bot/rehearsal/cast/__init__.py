"""The cast of a rehearsal: people who press, type and speak."""
