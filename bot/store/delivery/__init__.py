"""What is on its way to people: announcements, direct messages, and what restrains them."""
