"""The renderers: values in, a post out. No Discord, no clock."""
