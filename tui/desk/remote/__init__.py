"""A desk over a server's HTTP API: the same screens, another's store."""
