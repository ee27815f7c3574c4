"""The backup room: reserved for backup, restore and drill. Nothing outside this room imports it but `cli`."""
