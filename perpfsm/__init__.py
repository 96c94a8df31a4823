"""Perpetual-futures market making from YAML: a strategy file, a lifecycle machine, a journal of everything."""

__version__ = "0.1.0"
