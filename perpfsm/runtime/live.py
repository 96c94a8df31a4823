"""Live changes to a running bot: checked beside it, put in force by it, one at a time (B16)."""

from collections.abc import Callable, Mapping
from functools import partial

import anyio
import anyio.to_thread

from perpfsm.config.live import check_live, described, effective, reread, with_settings
from perpfsm.config.nodes import Value
from perpfsm.config.strategy import Strategy
from perpfsm.config.wording import shown
from perpfsm.engine.configuration import LiveParameter, live_parameters
from perpfsm.errors import ConfigError, PerpfsmError, Severity
from perpfsm.runtime.driver import Driver
from perpfsm.runtime.inbox import Inbox

FILE = "strategy file"
Changes = dict[str, tuple[str, str]]


class LiveConfiguration:
    """The strategy as it is in force, and the two ways to change it.

    A file that is saved is taken over as a whole: what `config set` has changed before ends with it. What the command
    line of the run sets stays on top of either.
    """

    def __init__(self, strategy: Strategy, overrides: Mapping[str, str], driver: Driver, inbox: Inbox) -> None:
        """Begin with what the run was started with.

        Args:
            strategy: In force.
            overrides: What the command line of the run sets.
            driver: Of the run.
            inbox: Through which a change enters it.
        """
        self.strategy = strategy
        self._overrides = dict(overrides)
        self._set: dict[str, str] = {}
        self._driver = driver
        self._inbox = inbox
        self._turn = anyio.Lock()
        self._changed: dict[str, tuple[int, str]] = {}

    async def take_file(self, raw: bytes) -> Changes:
        """Take the strategy file over as it is now, and return what that changed.

        Args:
            raw: What the file holds.

        Raises:
            ConfigError: When it cannot be used; nothing has changed.
            PerpfsmError: When it would change what no running bot changes; nothing has changed.
        """
        async with self._turn:
            wanted = await _aside(partial(reread, self.strategy, raw, self._overrides))
            changes = await self._put_in_force(wanted, FILE)
            self._set = {}
            return changes

    async def set(self, settings: Mapping[str, str], who: str) -> Changes:
        """Set live parameters until the file is saved or the run ends, and return what that changed.

        Args:
            settings: Names to YAML texts; all of them or none.
            who: For the journal.

        Raises:
            ConfigError: When the whole would not be valid; nothing has changed.
            PerpfsmError: When a name is unknown or not live; nothing has changed.
        """
        check_live(settings)
        async with self._turn:
            together = self._set | dict(settings)
            wanted = await _aside(partial(with_settings, self.strategy, self._overrides | together))
            changes = await self._put_in_force(wanted, f"config set by {who}")
            self._set = together
            return changes

    async def refuse_file(self, why: str) -> None:
        """Journal that the file was refused."""
        await self._inbox.enter(lambda now_ns: self._driver.refuse(f"change of the {FILE}", why, now_ns))

    def listed(self) -> list[dict[str, object]]:
        """Return every parameter as `config list` shows it."""
        live = {each.name: each for each in live_parameters(self._driver.session.state)}
        return [self._described(name, value, live.get(name)) for name, value in effective(self.strategy).items()]

    def _described(self, name: str, value: Value, live: LiveParameter | None) -> dict[str, object]:
        default, unit = described(name)
        when, who = self._changed.get(name, (None, None))
        return {
            "name": name,
            "value": _text(value if live is None else live.value),
            "pending": None if live is None or live.pending is None else _text(live.pending),
            "waiting": [] if live is None else list(live.waiting),
            "default": None if default is None else _text(default),
            "unit": unit,
            "live": live is not None,
            "changed_ns": when,
            "changed_by": who,
        }

    async def _put_in_force(self, wanted: Strategy, who: str) -> Changes:
        """Change the engine and what is remembered here in one go, in the run's own turn."""
        before, after = effective(self.strategy), effective(wanted)
        changes = {name: (_text(before[name]), _text(after[name])) for name in before if before[name] != after[name]}

        def act(now_ns: int) -> None:
            self._driver.configure(wanted.parameters, who, now_ns)
            self.strategy = wanted
            self._changed |= dict.fromkeys(changes, (now_ns, who))

        await self._inbox.enter(act)
        return changes


def told(error: PerpfsmError) -> PerpfsmError:
    """Return a refusal in one message: of a file with several findings, every error."""
    if not isinstance(error, ConfigError):
        return error
    errors = [finding for finding in error.findings if finding.severity is Severity.ERROR]
    first = errors[0]
    more = "".join(f"\n{finding}" for finding in errors[1:])
    return PerpfsmError(first.what, where=first.place, remedy=f"{first.remedy}{more}")


async def _aside(read: Callable[[], Strategy]) -> Strategy:
    """Read and check in a thread, so that prices and stops go on meanwhile."""
    return await anyio.to_thread.run_sync(read)


def _text(value: Value) -> str:
    return "none" if value is None else shown(value)
