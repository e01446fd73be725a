"""Hosting: which workshop lives in which server, and the context in which a handler answers."""
