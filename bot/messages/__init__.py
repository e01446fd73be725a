"""What the bot says: values in, a post out. No Discord, no clock."""
