"""Certificates: who has earned one, and each one as PDF."""
