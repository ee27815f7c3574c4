"""The HTTP room: reserved for the Litestar application. Nothing outside this room imports it but `cli`."""
