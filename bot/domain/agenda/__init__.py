"""The agenda and everything that happens to it: rules as pure functions and values."""
