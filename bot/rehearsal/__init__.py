"""The simulated Discord, its cast, and the run that brings both together."""
