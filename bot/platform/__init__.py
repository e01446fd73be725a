"""Discord: the client, the router of everything pressed, the venue, and the server it stands in."""
