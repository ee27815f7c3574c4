"""Sources: one file per board or feed, each a `read` of one payload and a `fetch`."""
