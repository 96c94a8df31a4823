"""The local control socket of a running bot: what is said, where it is, who answers and who asks."""
