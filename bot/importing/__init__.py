"""Files that organisers write or export elsewhere, read into a plan."""
