"""The journal: an append-only store of records, each entry carrying the hash of the one before."""
