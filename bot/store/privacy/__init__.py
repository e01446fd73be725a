"""Personal data: where it is stored, and how it is erased, purged or exported."""
