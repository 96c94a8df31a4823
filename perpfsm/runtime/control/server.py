"""The bot's end of the control socket: bounded, owner-only, and unable to hold up or end the run behind it."""

import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from perpfsm.errors import PerpfsmError
from perpfsm.runtime.control import place
from perpfsm.runtime.control.protocol import (
    CONNECTIONS_MAX,
    MESSAGE_BYTES_MAX,
    PATIENCE_S,
    VERSION,
    Answer,
    Arguments,
    ControlError,
    Refusal,
    Request,
    Result,
    request_of,
    to_line,
)

Command = Callable[[Arguments, str], Awaitable[Result]]
ROOT = 0
_CREDENTIALS = struct.Struct("3i")


class ControlServer:
    """Answers requests, each connection one at a time.

    Attributes:
        path: The socket.
    """

    def __init__(self, journal: Path, commands: Mapping[str, Command]) -> None:
        """Answer for the bot that writes `journal`.

        Args:
            journal: Locked by this process, so that whatever socket is there is left over.
            commands: By name; each is given its arguments and who asks.
        """
        self.path = place.socket_of(journal)
        self._commands = commands
        self._connections = 0

    async def serve(self) -> None:
        """Listen until cancelled; the socket goes with it.

        Raises:
            ControlError: When the socket cannot be made.
        """
        place.prepare()
        try:
            listener = await anyio.create_unix_listener(self.path, mode=0o600)
        except OSError as error:
            raise ControlError(
                f"The control socket cannot be made: {error.strerror}.", where=str(self.path), remedy="Free the path."
            ) from error
        try:
            async with listener:
                await listener.serve(self._serve_client)
        finally:
            self.path.unlink(missing_ok=True)

    async def _serve_client(self, stream: SocketStream) -> None:
        """Answer one client until it goes, is silent for too long, or says what nobody can read."""
        async with stream:
            try:
                uid = peer_uid(stream.extra(SocketAttribute.raw_socket))  # noqa: S610  # no Django here
                if not is_allowed(uid):
                    await _send(stream, _refused("This bot is another user's.", "Ask its owner."))
                elif self._connections >= CONNECTIONS_MAX:
                    await _send(stream, _refused(f"{CONNECTIONS_MAX} clients are connected already.", "Try again."))
                else:
                    await self._converse(stream, _name_of(uid))
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, TimeoutError):
                pass  # the client has gone, or does not listen

    async def _converse(self, stream: SocketStream, who: str) -> None:
        self._connections += 1
        try:
            lines = BufferedByteReceiveStream(stream)
            while True:
                with anyio.fail_after(PATIENCE_S):
                    line = await lines.receive_until(b"\n", MESSAGE_BYTES_MAX)
                await _send(stream, await self._answer(line, who))
        except anyio.DelimiterNotFound:
            await _send(stream, _refused(f"A message has at most {MESSAGE_BYTES_MAX:,} bytes.", "Send less."))
        except (anyio.IncompleteRead, anyio.EndOfStream):
            pass  # half a message is none
        finally:
            self._connections -= 1

    async def _answer(self, line: bytes, who: str) -> Answer:
        try:
            request = request_of(line)
            return Answer(VERSION, result=await self._command(request)(request.arguments, who))
        except PerpfsmError as error:
            return Answer(VERSION, error=Refusal(error.what, error.where, error.remedy))
        except Exception as error:  # noqa: BLE001  # what a client asks must never end a run that holds a position
            return _refused(f"The bot failed at this: {type(error).__name__}: {error}.", "It goes on; report this.")

    def _command(self, request: Request) -> Command:
        command = self._commands.get(request.command)
        if command is None:
            known = ", ".join(sorted(self._commands))
            raise ControlError(f"{request.command[:60]!r} is no command of this bot.", remedy=f"Use one of: {known}.")
        return command


def is_allowed(uid: int | None) -> bool:
    """Return whether a user may steer this bot: its own, the superuser, or where the system does not tell."""
    return uid in {None, os.geteuid(), ROOT}


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user at the other end; None where the system does not tell, and only the file's mode protects."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, uid, _ = _CREDENTIALS.unpack(raw)
    return int(uid)


def _name_of(uid: int | None) -> str:
    try:
        return pwd.getpwuid(os.geteuid() if uid is None else uid).pw_name
    except KeyError:
        return f"user {uid}"


def _refused(what: str, remedy: str) -> Answer:
    return Answer(VERSION, error=Refusal(what, remedy=remedy))


async def _send(stream: SocketStream, answer: Answer) -> None:
    with anyio.fail_after(PATIENCE_S):
        await stream.send(to_line(answer))
