"""The outbox: announcements and direct messages on their way, and what holds them back."""
