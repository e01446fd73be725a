"""Plenary: online workshops on Discord."""
