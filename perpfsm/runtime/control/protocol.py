"""The protocol of the control socket: one JSON object per line, a request from the client, an answer from the bot.

A request is `{"perpfsm": 1, "command": "config.set", "arguments": {…}}`, an answer `{"perpfsm": 1, "result": …}` or
`{"perpfsm": 1, "error": {"what": …, "where": …, "remedy": …}}`. A connection may carry several, one after the other.
"""

import msgspec

from perpfsm.errors import PerpfsmError

VERSION = 1
MESSAGE_BYTES_MAX = 64 * 1024
CONNECTIONS_MAX = 16
PATIENCE_S = 10.0  # how long either side waits for the other

Arguments = dict[str, str]
Result = dict[str, object]


class ControlError(PerpfsmError):
    """A running bot cannot be reached, or does not understand."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client asks.

    Attributes:
        perpfsm: Version of the protocol.
        command: Such as `config.set`.
        arguments: Of the command, by name.
    """

    perpfsm: int
    command: str
    arguments: Arguments = {}


class Refusal(msgspec.Struct, frozen=True):
    """Why the bot did not do it: what, where and the remedy, as every error of perpfsm says."""

    what: str
    where: str = ""
    remedy: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bot answers: a result, or why there is none.

    Attributes:
        perpfsm: Version of the protocol.
        result: Of the command.
        error: None when all is well.
    """

    perpfsm: int
    result: Result | None = None
    error: Refusal | None = None


def to_line(message: Request | Answer) -> bytes:
    """Return a message as its line."""
    return msgspec.json.encode(message) + b"\n"


def request_of(line: bytes) -> Request:
    """Return the request in a line.

    Raises:
        ControlError: When it is none of this version.
    """
    try:
        request = msgspec.json.decode(line, type=Request)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ControlError(f"This is no request: {error}.", remedy=_SHAPE) from error
    if request.perpfsm != VERSION:
        raise ControlError(
            f"The request is of protocol {request.perpfsm}, and this bot speaks {VERSION}.",
            remedy="Use the perpfsm that runs it.",
        )
    return request


def answer_of(line: bytes) -> Answer:
    """Return the answer in a line.

    Raises:
        ControlError: When it is none.
    """
    try:
        return msgspec.json.decode(line, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ControlError("The bot's answer cannot be read.", remedy="Use the perpfsm that runs it.") from error


_SHAPE = f'Send {{"perpfsm": {VERSION}, "command": "identify"}} and a line feed.'
