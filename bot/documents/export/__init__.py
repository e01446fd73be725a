"""Exports: tables and schedules as files for the organisers."""
