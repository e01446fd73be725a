"""What people type and press, one file a subject: thin."""
