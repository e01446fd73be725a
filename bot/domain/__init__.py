"""The rules of a workshop: pure functions and values. No Discord, no SQL, no clock; `now` is a parameter."""
