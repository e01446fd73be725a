"""Discord: the client, the router of presses and forms, and the venue with the server that holds it."""
