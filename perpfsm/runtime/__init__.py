"""The runtime: clock, driver and wiring of a session, and the tally of what it did."""
