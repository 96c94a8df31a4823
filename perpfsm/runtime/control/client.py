"""The asking end of the control socket: find the running bot that is meant, and ask it."""

import socket
from contextlib import closing, suppress
from pathlib import Path

from perpfsm.runtime.control import place
from perpfsm.runtime.control.protocol import (
    MESSAGE_BYTES_MAX,
    PATIENCE_S,
    VERSION,
    Arguments,
    ControlError,
    Refusal,
    Request,
    Result,
    answer_of,
    to_line,
)

_START = "Only a bot at a pace listens: perpfsm run STRATEGY --speed realtime."


def ask(address: Path, command: str, arguments: Arguments | None = None) -> Result:
    """Return what the bot at a control socket answers.

    Raises:
        ControlError: When it cannot be reached, or does not answer.
        PerpfsmError: What it refuses, in its own words.
    """
    line = _exchange(address, to_line(Request(VERSION, command, arguments or {})))
    if not line:
        raise ControlError("The bot ended, or hung up, before it answered.", where=str(address), remedy=_START)
    answer = answer_of(line)
    if answer.error is not None:
        raise _told(answer.error)
    return answer.result or {}


def bot_of_journal(journal: Path) -> Path:
    """Return the control socket of the bot that writes `journal`.

    Raises:
        ControlError: When no bot does.
    """
    address = place.socket_of(journal)
    if identity_of(address) is None:
        raise ControlError("No bot at a pace is writing this journal.", where=str(journal), remedy=_START)
    return address


def bot_of_strategy(strategy: Path) -> Path:
    """Return the control socket of the one bot that runs a strategy file.

    Raises:
        ControlError: When none or several do.
    """
    path = str(strategy.resolve())
    found = [(address, bot) for address, bot in _running() if bot.get("strategy") == path]
    if not found:
        remedy = f"`perpfsm validate` shows what it sets. {_START}"
        raise ControlError("No bot at a pace runs this file.", where=str(strategy), remedy=remedy)
    return _the_one(found, str(strategy))


def only_bot() -> Path:
    """Return the control socket of the one bot that this user runs.

    Raises:
        ControlError: When none or several run.
    """
    found = _running()
    if not found:
        raise ControlError("No bot at a pace is running.", remedy=_START)
    return _the_one(found, "")


def _running() -> list[tuple[Path, Result]]:
    """Return every bot of this user that answers."""
    known = ((address, identity_of(address)) for address in place.sockets())
    return [(address, bot) for address, bot in known if bot is not None]


def _the_one(found: list[tuple[Path, Result]], where: str) -> Path:
    if len(found) > 1:
        journals = ", ".join(sorted(str(bot.get("journal")) for _, bot in found))
        what = f"{len(found)} bots are meant; their journals are {journals}."
        raise ControlError(what, where=where, remedy="Name the journal of the one you mean with --journal.")
    return found[0][0]


def identity_of(address: Path) -> Result | None:
    """Return who listens at a socket; None when nobody does: a socket that is left over."""
    try:
        return ask(address, "identify")
    except ControlError:
        return None


def _exchange(address: Path, request: bytes) -> bytes:
    if len(request) > MESSAGE_BYTES_MAX:
        raise ControlError("This is too much for one request.", remedy="Set fewer parameters at once.")
    try:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(str(address))
            with suppress(BrokenPipeError):  # turned away before it was read; the reason is there to be read
                connection.sendall(request)
            with connection.makefile("rb") as answers:
                return answers.readline(MESSAGE_BYTES_MAX)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ControlError(f"The bot cannot be reached: {reason}.", where=str(address), remedy=_START) from error


def _told(refusal: Refusal) -> ControlError:
    return ControlError(refusal.what, where=refusal.where, remedy=refusal.remedy)
