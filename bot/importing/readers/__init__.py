"""Readers of schedule files: one file a format."""
