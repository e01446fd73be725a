"""Several workshops of a series side by side, each by its own database."""
