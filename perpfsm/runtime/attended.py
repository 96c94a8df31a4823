"""A paced run with its doors open: the strategy file is watched and the control socket answers while it goes on."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio

from perpfsm.config.strategy import Strategy
from perpfsm.errors import PerpfsmError
from perpfsm.runtime.assembly import Assembled
from perpfsm.runtime.control.protocol import Arguments, Result
from perpfsm.runtime.control.server import ControlServer
from perpfsm.runtime.inbox import Inbox
from perpfsm.runtime.live import Changes, LiveConfiguration, told
from perpfsm.runtime.polling import PolledPrice
from perpfsm.runtime.run import Clock, Ending, Stop, run_paced
from perpfsm.runtime.watch import watch_file


@dataclass(frozen=True, slots=True)
class Doors:
    """What is open to the outside while a run goes on.

    Attributes:
        strategy: As the run was started with it.
        overrides: What the command line of the run sets.
        journal: Of the run.
        report: Called with what a person should know: what was changed, what was refused, which door stays shut.
    """

    strategy: Strategy
    overrides: Mapping[str, str]
    journal: Path
    report: Callable[[str], None]


async def run_attended(
    assembled: Assembled,
    stop: Stop,
    clock: Clock,
    doors: Doors,
    *,
    speed: float,
    duration_ns: int | None,
    look: Callable[[int], None],
    source: PolledPrice | None = None,
) -> Ending:
    """Run as `run_paced` does, with the doors open; a door that fails is reported, and the run goes on.

    Args:
        assembled: Ready.
        stop: As in `run_paced`.
        clock: As in `run_paced`.
        doors: Who may come in.
        speed: As in `run_paced`.
        duration_ns: As in `run_paced`.
        look: As in `run_paced`.
        source: As in `run_paced`.
    """
    inbox = Inbox()
    live = LiveConfiguration(doors.strategy, doors.overrides, assembled.driver, inbox)
    ending: Ending | None = None
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_watch, doors, live)
            tasks.start_soon(_serve, doors, live)
            try:
                ending = await run_paced(
                    assembled,
                    stop,
                    clock,
                    speed=speed,
                    duration_ns=duration_ns,
                    look=look,
                    attend=inbox.attend,
                    source=source,
                )
            finally:
                tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise _only(group) from None
    assert ending is not None  # noqa: S101  # only the end of the run, or its failure, ends the tasks
    return ending


async def _watch(doors: Doors, live: LiveConfiguration) -> None:
    async def take(raw: bytes) -> None:
        changes = await live.take_file(raw)
        if changes:
            doors.report(f"{doors.strategy.path}: {in_words(changes)}, at the next refresh.")

    async def refuse(error: PerpfsmError) -> None:
        refusal = told(error)
        doors.report(f"refused: {refusal}\nThe bot goes on as it was.")
        await live.refuse_file(str(refusal))

    await watch_file(doors.strategy.path, doors.strategy.text.encode(), take, refuse)


async def _serve(doors: Doors, live: LiveConfiguration) -> None:
    async def identify(_: Arguments, __: str) -> Result:
        return {
            "pid": os.getpid(),
            "strategy": str(doors.strategy.path.resolve()),
            "journal": str(doors.journal.resolve()),
            "market": doors.strategy.parameters.market,
        }

    async def list_parameters(_: Arguments, __: str) -> Result:
        return {"parameters": live.listed()}

    async def set_parameters(settings: Arguments, who: str) -> Result:
        try:
            changes = await live.set(settings, who)
        except PerpfsmError as error:
            raise told(error) from error
        if changes:
            doors.report(f"config set by {who}: {in_words(changes)}, at the next refresh.")
        return {"changes": changes, "parameters": live.listed()}

    commands = {"identify": identify, "config.list": list_parameters, "config.set": set_parameters}
    try:
        await ControlServer(doors.journal, commands).serve()
    except (PerpfsmError, OSError) as error:
        doors.report(f"warning: {error} The run goes on without its control socket.")


def in_words(changes: Changes) -> str:
    """Return a diff as `bid_spread 0.02 → 0.03`."""
    return ", ".join(f"{name} {before} → {after}" for name, (before, after) in changes.items())


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the one failure that matters of a group: that of the run itself, which ended everything else."""
    first = group.exceptions[0]
    return _only(first) if isinstance(first, BaseExceptionGroup) else first
