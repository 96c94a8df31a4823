"""The real clock, the one place where perpfsm reads the time."""

import time

import anyio


class RealClock:
    """Monotonic time for pacing, wall time for the journal's stamps."""

    def now_s(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def wall_ns(self) -> int:
        """Return nanoseconds since the epoch."""
        return time.time_ns()

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await anyio.sleep(seconds)
