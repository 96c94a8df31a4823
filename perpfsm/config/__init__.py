"""Text to values: strategy and machine files, schemas, and where they are found."""
