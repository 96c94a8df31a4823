"""A counterexample as a feed: rows of a quotes CSV on which a run of the strategy shows the fault for real."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from perpfsm.decisions.exits import take_profit_price
from perpfsm.decisions.parameters import Parameters
from perpfsm.machine.view import Value
from perpfsm.market.arithmetic import EXACT
from perpfsm.market.instrument import Instrument, round_size
from perpfsm.market.moments import later
from perpfsm.market.order import Role
from perpfsm.market.position import Position
from perpfsm.market.ratio import Ratio
from perpfsm.proof.events import Kind
from perpfsm.proof.happening import Fired, Happening
from perpfsm.proof.replay_prices import Prices
from perpfsm.proof.replay_rows import FeedRows

START_NS = 1_704_067_200_000_000_000  # 2024-01-01
STEP_NS = 100_000_000
FOREVER_S = 10_000_000
BACKOFF_OVER_S = Decimal(31)
SHOWN_TIMES = 1_000  # how often the order amount the book shows, so that nothing fills in part by accident
AFTERMATH_S = (1, 60, 600, 3_600)  # how long the market stays as it is at the end, so that a fault can be seen to last
SWITCHED = frozenset({"halted", "paused", "stopping", "cooldown", "no_reference"})
BAD = frozenset({"crossed", "stale", "missing", "invalid"})
# The moment that an age counts from.
SINCE = {"quotes_age_s": "quotes", "since_fill_s": "fill", "position_age_s": "open", "exit_age_s": "exit"}


@dataclass(frozen=True, slots=True)
class Replay:
    """A counterexample as a feed.

    Attributes:
        text: The CSV, header first.
        missing: What in it no feed can show, such as an operator's command; empty when it is complete.
    """

    text: str
    missing: tuple[str, ...]


def replay(way: Sequence[Happening], parameters: Parameters, instrument: Instrument) -> Replay:
    """Return the feed on which `way` happens to a strategy, from its start with an empty journal.

    The position is a long one. Prices are chosen so that metrics are what the way says, moments so that ages are;
    exits that are not to fill yet are kept back by a silence of the venue.

    Args:
        way: From the proof with these parameters.
        parameters: Of the strategy.
        instrument: Grids and minima.
    """
    with localcontext(EXACT):
        player = _Player(parameters, instrument)
        for number, happening in enumerate(way):
            player.play(happening, way[number + 1 :])
        player.rest()
    return Replay(player.text(), tuple(dict.fromkeys(player.missing)))


class _Player:
    """Plays happenings onto rows."""

    def __init__(self, parameters: Parameters, instrument: Instrument) -> None:
        """Start before the first quote."""
        self.missing: list[str] = []
        self._parameters = parameters
        self._instrument = instrument
        self._now_ns = START_NS
        self._rows = FeedRows(parameters.order_amount * SHOWN_TIMES)
        self._moments: dict[str, int] = {}
        self._lost_ns: int | None = None
        self._prices = Prices(parameters, instrument.tick)

    def text(self) -> str:
        """Return the feed."""
        return self._rows.text()

    def play(self, happening: Happening, ahead: Sequence[Happening]) -> None:
        """Add the rows of one event."""
        match happening.kind:
            case Kind.MARKET:
                self._market(happening, ahead)
            case Kind.QUOTE_FILLS:
                self._quote_fills(happening)
            case Kind.EXIT_FILLS:
                self._exit_fills(happening)
            case Kind.EXIT_GOES | Kind.QUOTE_GOES:
                self._order_goes(happening)
            case Kind.DATA:
                self._crossed()
            case Kind.VENUE:
                self._another_hand(happening)
            case Kind.OPERATOR:
                self._miss(happening.says)
        if happening.kind is not Kind.MARKET:
            self._note(happening.fired, ahead)

    def rest(self) -> None:
        """Let the market stay as it is for a while."""
        for seconds in AFTERMATH_S:
            self._now_ns += seconds * 10**9
            self._quote(self._now_ns)
        self._rows.end_silence(self._now_ns + FOREVER_S * 10**9)

    def _market(self, happening: Happening, ahead: Sequence[Happening]) -> None:
        values = happening.values
        self._now_ns = self._due(values)
        if values.get("quoting") in SWITCHED:
            self._miss(f"quoting {values['quoting']}")
        if values.get("remainder") == "dust":
            self._miss("a remainder below the venue's minimum")
        if values.get("data") in BAD or values.get("quoting") == "data_bad":
            self._note(happening.fired, ahead)
            self._crossed()
            return
        mark = self._prices.move_to(values)
        self._note(happening.fired, ahead)
        self._quote(self._now_ns, mark)
        if any(effects.settles and "peak" in effects.sets for fired in happening.fired for effects in fired.effects):
            self._prices.peak = self._prices.bid

    def _due(self, values: Mapping[str, Value]) -> int:
        """Return the first moment at which every age is what it is to be."""
        due = self._now_ns + STEP_NS
        for metric, since in SINCE.items():
            age = values.get(metric)
            if isinstance(age, Ratio) and since in self._moments:
                due = max(due, later(self._moments[since], age.numerator / age.denominator))
        backoff = values.get("exit_backoff_left_s")
        if isinstance(backoff, Ratio) and backoff.numerator <= 0 and self._lost_ns is not None:
            due = max(due, later(self._lost_ns, BACKOFF_OVER_S))
        return due

    def _quote_fills(self, happening: Happening) -> None:
        if happening.before.exposed or not (happening.before.same or happening.before.opposite):
            self._miss(happening.says)
            return
        self._now_ns += STEP_NS
        self._prices.entry = self._prices.quoted()
        self._prices.bid = self._prices.entry - 2 * self._instrument.tick
        after = happening.after
        is_part = "in part" in happening.says and self._parameters.order_levels == 1
        amount = self._parameters.order_amount
        shown = round_size(amount / 2, step=self._instrument.step) if is_part and after is not None else None
        self._quote(self._now_ns, self._prices.neutral_mark(), shown=shown, spread=self._instrument.tick)
        self._moments["fill"] = self._moments["open"] = self._now_ns

    def _exit_fills(self, happening: Happening) -> None:
        if "in part" in happening.says or "less than" in happening.says:
            self._miss(happening.says)
        self._now_ns += STEP_NS
        if "take-profit" in happening.says and self._prices.entry is not None:
            amount, tick = self._parameters.order_amount, self._instrument.tick
            position = Position(amount, amount * self._prices.entry)
            self._prices.bid = take_profit_price(position, self._parameters, tick=tick) + tick
            self._quote(self._now_ns)
        self._rows.end_silence(self._now_ns)
        self._moments["fill"] = self._now_ns
        self._prices.forget_position()
        self._moments.pop("exit", None)

    def _order_goes(self, happening: Happening) -> None:
        self._now_ns += STEP_NS
        if "another hand" in happening.says:
            self._miss(happening.says)
        elif "is lost" in happening.says:
            is_quote = happening.kind is Kind.QUOTE_GOES
            if is_quote or "take-profit" in happening.says:
                self._rows.incident(self._now_ns, "expire quotes" if is_quote else "expire exits")
            self._rows.end_silence(self._now_ns)
            self._lost_ns = self._now_ns

    def _another_hand(self, happening: Happening) -> None:
        self._now_ns += STEP_NS
        amount, price = self._parameters.order_amount, self._prices.bid
        leg = self._parameters.position_mode.legs[0]
        if "liquidates" in happening.says:
            self._miss(happening.says)
        elif "closes" in happening.says:
            self._rows.incident(self._now_ns, f"trade {leg} sell {amount:f} {price:f}")
            self._prices.entry = None
        else:
            self._rows.incident(self._now_ns, f"trade {leg} buy {amount:f} {price:f}")
            self._prices.entry = self._prices.entry or price
            self._moments.setdefault("open", self._now_ns)

    def _note(self, fired: Sequence[Fired], ahead: Sequence[Happening]) -> None:
        """Remember the moments of what rows placed, and see to what becomes of an exit."""
        for each in fired:
            for effects in each.effects:
                if Role.QUOTE in effects.places or "quotes_ns" in effects.sets:
                    self._moments["quotes"] = self._now_ns
                if Role.CLOSE in effects.places and each.after.exposed:
                    self._moments["exit"] = self._now_ns
                    self._prices.limit = self._prices.at(self._prices.bid, -self._parameters.stop_loss_slippage_buffer)
                    self._decide_fate(ahead)
                if Role.TAKE_PROFIT in effects.places:
                    self._moments["exit"] = self._now_ns

    def _decide_fate(self, ahead: Sequence[Happening]) -> None:
        """Keep a closing order's answer back until the way says what became of it."""
        fate = next((each for each in ahead if each.kind in {Kind.EXIT_FILLS, Kind.EXIT_GOES}), None)
        is_lost = fate is not None and fate.kind is Kind.EXIT_GOES
        if fate is not None and fate is ahead[0] and not is_lost:
            return
        self._rows.begin_silence(self._now_ns - 2)
        if is_lost:
            self._rows.incident(self._now_ns - 1, "reject 1")

    def _crossed(self) -> None:
        """Show a bid above the ask: data that is bad."""
        self._now_ns += STEP_NS
        self._rows.quote(self._now_ns, self._prices.bid + 2 * self._instrument.tick, self._prices.bid)

    def _quote(
        self, time_ns: int, mark: Decimal | None = None, *, shown: Decimal | None = None, spread: Decimal | None = None
    ) -> None:
        ask = self._prices.bid + (spread or 2 * self._instrument.tick)
        if mark is None and self._prices.entry is not None:
            mark = self._prices.neutral_mark()
        self._rows.quote(time_ns, self._prices.bid, ask, mark, shown)

    def _miss(self, what: str) -> None:
        self.missing.append(what)
