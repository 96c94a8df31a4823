"""A rig: a driver with a session, a paper exchange and a journal in memory, and all that went through it in order."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from perpfsm.decisions.approval import Approved
from perpfsm.decisions.parameters import CloseType, OnStop, PositionManagement, RiskLimits
from perpfsm.engine.records import ClosingRecord, CommandRecord, Record, TransitionRecord
from perpfsm.engine.session import Session
from perpfsm.engine.setup import SessionSetup
from perpfsm.errors import JournalError
from perpfsm.exchange.latency import NO_LATENCY, LatencySettings
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.machine.build import Lifecycle
from perpfsm.market.account import Account
from perpfsm.market.incident import FeedMessage
from perpfsm.market.instrument import Instrument
from perpfsm.market.order import CancelOrder, PlaceOrder, VenueCommand
from perpfsm.market.position import Position
from perpfsm.market.side import PositionMode
from perpfsm.runtime.driver import Driver
from tests.builders import BOTH, INSTRUMENT, NOW, SECOND, Number, parameters, quote, shipped

EXITS = {"long_profit_taking_spread": 2, "short_profit_taking_spread": 2, "stop_loss_spread": 5}


class Memory:
    """A journal in memory, which may run out of space."""

    def __init__(self) -> None:
        self.lines: list[Record | str] = []
        self.writes_left = self.commits_left = 10**9

    def write(self, records: Sequence[Record]) -> None:
        if not self.writes_left:
            raise JournalError("the disk is full")
        self.writes_left -= 1
        self.lines.extend(records)

    def commit(self) -> None:
        if not self.commits_left:
            raise JournalError("the disk is gone")
        self.commits_left -= 1
        self.lines.append("kept")


class Venue(PaperExchange):
    """The paper exchange, noting in the journal's lines when a command arrives."""

    lines: list[Record | str]

    def submit(self, approved: Approved, now_ns: int) -> None:
        self.lines.append(words(approved.command))
        super().submit(approved, now_ns)


class Rig:
    """A driver with its parts, and everything that it observed."""

    def __init__(
        self,
        machine: str | Lifecycle = "profit_taking",
        *,
        mode: PositionMode = PositionMode.ONE_WAY,
        risk: RiskLimits | None = None,
        close: CloseType = CloseType.LIMIT,
        use_bands: bool = True,
        held: Position | None = None,
        instrument: Instrument = INSTRUMENT,
        latency: LatencySettings = NO_LATENCY,
        on_stop: OnStop = OnStop.LEAVE,
        **changes: Number,
    ) -> None:
        lifecycle = shipped(machine) if isinstance(machine, str) else machine
        trails = machine == "trailing_stop"
        of = parameters(
            mode=mode,
            management=PositionManagement.TRAILING_STOP if trails else PositionManagement.PROFIT_TAKING,
            close=close,
            risk=risk,
            **{**EXITS, **changes},
        )
        of = replace(of, on_stop=on_stop)
        self.session = Session(SessionSetup(lifecycle, of, instrument, Decimal("0.0002"), "test", Decimal(10_000)))
        settings = ExchangeSettings(instrument, mode, 10, Decimal("0.0002"), Decimal("0.0005"), latency=latency)
        positions = {name: Position() for name in mode.legs}
        self.exchange = Venue(settings, Account(Decimal(10_000), positions if held is None else {BOTH: held}))
        self.journal = Memory()
        self.exchange.lines = self.journal.lines
        self.seen: list[Record] = []
        self.driver = Driver(self.session, self.exchange, self.journal, observe=self.seen.append, use_bands=use_bands)
        self.now_ns = NOW

    def quote(self, bid: Number, ask: Number, *, shown: Number = 10, mark: Number | None = None) -> None:
        self.say(quote(bid, ask, shown=shown, time_ns=self.now_ns, mark=mark))

    def say(self, message: FeedMessage) -> None:
        self.driver.on_message(message)

    def wait(self, seconds: Number) -> None:
        self.now_ns += int(Decimal(seconds) * SECOND)
        self.driver.advance(self.now_ns)

    @property
    def state(self) -> str:
        return self.session.state.legs[BOTH].state

    @property
    def sent(self) -> list[str]:
        return [line for line in self.journal.lines if isinstance(line, str) and line != "kept"]

    @property
    def closings(self) -> list[str]:
        return [record.reason for record in self.seen if isinstance(record, ClosingRecord)]

    def rows(self) -> list[tuple[int, str]]:
        """Return when each row fired, in seconds, and its name."""
        return [((r.time_ns - NOW) // SECOND, r.name) for r in self.seen if isinstance(r, TransitionRecord)]


def words(command: VenueCommand) -> str:
    if isinstance(command, CancelOrder):
        return f"cancel {command.client_id}"
    assert isinstance(command, PlaceOrder), "the engine asks for nothing else"
    at = "at market" if command.price is None else f"@ {command.price}"
    return f"{command.side} {command.size} {at}"


def orders(rig: Rig) -> list[PlaceOrder]:
    commands = [record.command for record in rig.seen if isinstance(record, CommandRecord)]
    return [command for command in commands if isinstance(command, PlaceOrder)]


def long(rig: Rig) -> Rig:
    """Return the rig long of 1 from 99, a little down."""
    rig.quote("99.9", "100.1")
    rig.quote("98.5", "98.7")
    assert rig.state == "open"
    return rig
