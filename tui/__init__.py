"""The terminal-app room: the Textual application, its plain mode, and both in a browser. Only `cli` imports it."""
