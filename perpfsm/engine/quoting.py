"""Whether new quotes are allowed: the switches that an operator and the limits throw."""


class Quoting:
    """Switches; a halt is latched until an operator resumes."""

    __slots__ = ("is_halted", "is_paused", "is_stopping")

    def __init__(self, *, is_halted: bool = False) -> None:
        """Start with nothing thrown, unless a halt is still latched."""
        self.is_halted = is_halted
        self.is_paused = False
        self.is_stopping = False

    def status(self, *, data_is_good: bool, has_reference: bool, cools_down: bool) -> str:
        """Return `allowed`, or the strongest reason against it."""
        if self.is_halted:
            return "halted"
        if self.is_stopping:
            return "stopping"
        if self.is_paused:
            return "paused"
        if not data_is_good:
            return "data_bad"
        if not has_reference:
            return "no_reference"
        return "cooldown" if cools_down else "allowed"

    def throw(self, action: str) -> None:
        """Throw the switch of an operator's `action`: pause, resume, stop or halt; flatten throws none."""
        match action:
            case "pause":
                self.is_paused = True
            case "resume":
                self.is_paused = self.is_halted = False
            case "stop":
                self.is_stopping = True
            case "halt":
                self.is_halted = True
            case _:
                pass  # flatten closes positions and leaves quoting as it is
