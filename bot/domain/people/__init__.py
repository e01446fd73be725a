"""People: who they are, what they may do, what is kept about them, and how they are written to."""
