"""One file per command or group; each has `register(app)`."""
