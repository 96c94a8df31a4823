"""The session of one bot, pure and synchronous: events in, commands and records out."""
