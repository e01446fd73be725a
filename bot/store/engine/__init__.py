"""The database itself: one file, one writer, backups and the lock."""
