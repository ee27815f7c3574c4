"""What a resume file may cost. Every limit has its unit; the tests exceed each of them."""

from __future__ import annotations

FILE_BYTES = 10_000_000
PAGES = 50
TEXT_BYTES = 1_000_000
CPU_SECONDS = 20
WALL_SECONDS = 40.0
MEMORY_BYTES = 1_000_000_000

# A DOCX is a zip: counted while it is read, because the sizes that its directory states may be lies.
ZIP_ENTRIES = 2_000
ZIP_BYTES = 30_000_000

# What the subprocess may answer: the text, its positions and its links.
REPLY_BYTES = 32_000_000

YAML_ALIASES = 100
DATA_DEPTH = 40
