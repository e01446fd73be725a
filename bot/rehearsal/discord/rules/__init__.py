"""Rules that Discord documents and simcord does not enforce, by subject; each names its page of the documentation."""
