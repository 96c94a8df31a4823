"""The audit: what a journal says, proved, filtered, put into words and exported."""
