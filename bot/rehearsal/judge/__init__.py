"""The judge of a rehearsal: what the cast was told, compared with what is stored, exported and shown on Discord."""
