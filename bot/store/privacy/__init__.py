"""Personal data: where it is, and how it is erased or handed over."""
