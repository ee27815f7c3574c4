"""The HTTP room: the Litestar application and how it is served. Nothing outside this room imports it but `cli`."""
