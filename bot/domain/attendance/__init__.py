"""Attendance: check-ins, presence in rooms, corrections, certificates. Rules as pure functions and values."""
