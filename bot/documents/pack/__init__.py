"""The closing pack: everything that the organisers owe, in one archive."""
