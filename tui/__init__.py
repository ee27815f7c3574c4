"""The terminal-app room: reserved for the Textual application. Nothing outside this room imports it but `cli`."""
