"""Proof before running: what is wrong with a lifecycle or its numbers, found without trading."""
