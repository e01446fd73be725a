"""Tables and documents that the organisers take away."""
