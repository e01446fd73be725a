"""The simulated Discord: its wire, its limits, and its faults."""
