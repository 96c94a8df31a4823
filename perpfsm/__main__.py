"""`python -m perpfsm` and the `perpfsm` command."""

from perpfsm.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
