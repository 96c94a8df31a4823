"""Plays a world to the exchange and to the oracle, step by step, and says where they first disagree."""

from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from perpfsm.decisions.approval import Approved
from perpfsm.errors import PerpfsmError
from perpfsm.exchange.latency import LatencySettings, Sampled, Uniform
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.queue import QueueCancels
from perpfsm.exchange.settings import ExchangeSettings, FillModel, RateLimits
from perpfsm.market.account import Account
from perpfsm.market.brackets import Bracket
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import Quote
from tests.oracle.draws import path
from tests.oracle.grids import CONTRACTS
from tests.oracle.rules import digits
from tests.oracle.telling import told
from tests.oracle.terms import Delays, Terms, Tier, Told
from tests.oracle.venue import Oracle
from tests.oracle.worlds import Ask, Delay, Look, Rules, Step, World

D, F = Decimal, Fraction
TIERS = (
    ("0", "500", 100, "0.005", "0"),
    ("500", "2000", 50, "0.01", "2.5"),
    ("2000", "10000", 10, "0.025", "32.5"),
    ("10000", "200000", 5, "0.05", "282.5"),
    ("200000", "10000000", 2, "0.1", "10282.5"),
)


def exchange_of(rules: Rules) -> PaperExchange:
    """Return the exchange of a world."""
    settings = ExchangeSettings(
        CONTRACTS[rules.contract],
        rules.mode,
        rules.leverage,
        rules.maker,
        rules.taker,
        FillModel(rules.model),
        price_band_pct=rules.band_pct,
        rate_limits=RateLimits(rules.per_10s, rules.per_minute),
        queue_cancels=QueueCancels(rules.queue_cancels),
        latency=LatencySettings(
            order=delay_of(rules.order),
            cancel=delay_of(rules.cancel),
            ack=delay_of(rules.ack),
            market_data=delay_of(rules.market_data),
            seed=rules.latency_seed,
        ),
        margin_mode=MarginMode.ISOLATED if rules.isolated else MarginMode.CROSS,
        brackets=tuple(Bracket(D(a), D(b), leverage, D(rate), D(amount)) for a, b, leverage, rate, amount in TIERS),
        liquidation_rate=rules.liquidation_fee_pct / 100,
        funding_rate=rules.funding_pct / 100,
        funding_interval_ns=rules.funding_interval_h * 3600 * 10**9,
    )
    return PaperExchange(settings, Account(rules.wallet, {}))


def delay_of(choices: Delay) -> int | Uniform | Sampled:
    """Return a path's latency as the exchange is told it."""
    if isinstance(choices, range):
        return Uniform(choices[0], choices[-1])
    return choices[0] if len(choices) == 1 else Sampled(choices)


def oracle_of(rules: Rules) -> Oracle:
    """Return the oracle of the same world."""
    contract = CONTRACTS[rules.contract]
    terms = Terms(
        tick=F(contract.tick),
        step=F(contract.step),
        tick_digits=digits(contract.tick),
        step_digits=digits(contract.step),
        size_min=F(contract.size_min),
        size_max=None if contract.size_max is None else F(contract.size_max),
        notional_min=F(contract.notional_min),
        exempt=contract.reduce_only_exempt,
        mode=rules.mode,
        leverage=rules.leverage,
        maker=F(rules.maker),
        taker=F(rules.taker),
        model=rules.model,
        beyond_ticks=1000,
        delays=Delays(
            *(
                path(each, seed=rules.latency_seed, number=number)
                for number, each in enumerate((rules.order, rules.cancel, rules.ack, rules.market_data))
            )
        ),
        queue_cancels=rules.queue_cancels,
        isolated=rules.isolated,
        tiers=tuple(Tier(F(a), F(b), leverage, F(rate), F(amount)) for a, b, leverage, rate, amount in TIERS),
        liquidation_fee=F(rules.liquidation_fee_pct) / 100,
        funding_rate=F(rules.funding_pct) / 100,
        funding_interval_ns=rules.funding_interval_h * 3600 * 10**9,
        band=None if rules.band_pct is None else F(rules.band_pct) / 100,
        per_10s=rules.per_10s,
        per_minute=rules.per_minute,
    )
    return Oracle(terms, F(rules.wallet))


@dataclass(frozen=True)
class Books:
    """What an account holds: cash, each leg's size, cost and own margin, each order's rest by age; and races lost."""

    wallet: Fraction
    positions: dict[str, tuple[Fraction, Fraction]]
    margins: dict[str, Fraction]
    orders: list[tuple[str, Fraction]]
    races: int


def exchange_books(venue: PaperExchange) -> Books:
    account = venue.account()
    return Books(
        F(account.wallet),
        {leg: (F(each.size), F(each.cost)) for leg, each in account.positions.items()},
        {leg: F(margin) for leg, margin in account.margins.items() if margin},
        [(each.order.client_id, F(each.remaining)) for each in account.orders],
        venue.counters.races,
    )


def oracle_books(oracle: Oracle) -> Books:
    purse = oracle.state.purse
    return Books(
        purse.wallet,
        {leg: (each.size, each.cost) for leg, each in purse.legs.items()},
        {leg: each.margin for leg, each in purse.legs.items() if each.margin},
        [(each.client_id, each.left) for each in oracle.state.orders],
        oracle.races,
    )


@dataclass(frozen=True)
class Disagreement:
    """The first step after which the two differ, and in what."""

    number: int
    step: Step
    exchange: object
    oracle: object

    def __str__(self) -> str:
        return f"after step {self.number}, {self.step}:\n  exchange {self.exchange}\n  oracle   {self.oracle}"


def disagreement(world: World) -> Disagreement | None:
    """Play a world to both and return where they first disagree, None when they never do."""
    return play(world)[0]


class Sparing:
    """The exchange as a driver drives it: a quote that its band holds is left out until something else comes."""

    def __init__(self, world: World) -> None:
        self.venue = exchange_of(world.rules)
        self.spares = bool(world.seed % 2)
        self.left_out: Quote | None = None

    def do(self, step: Step) -> list[Told]:
        """Take a step and return what is received by then."""
        due_ns = self.venue.due()
        if isinstance(step, Quote) and self.spares and step.bid <= step.ask and self.venue.band().holds(step):
            self.left_out = carried(step, self.left_out)
            return []
        step = self.catch_up(step)
        match step:
            case Look():
                pass
            case Ask(time_ns, command):
                self.venue.submit(Approved(command), time_ns)
            case _:
                with suppress(PerpfsmError):  # an incident on a leg that the account has not: the oracle lets it pass
                    self.venue.on_market(step)
        received = self.venue.take(step.time_ns)
        early = [event for event in received if event.time_ns < min(due_ns, step.time_ns)]
        assert not early, f"{early} was received before {due_ns}, when something was due at the earliest"
        return [told(each) for each in received]

    def catch_up(self, step: Step) -> Step:
        """Show it the quote that it was spared, unless a newer one comes, which is returned with what that carries."""
        left_out = self.left_out
        if isinstance(step, Quote) and step.bid <= step.ask and self.venue.due() >= step.time_ns:
            step = carried(step, left_out)
        elif left_out is not None:
            self.venue.on_market(left_out)
        self.left_out = None
        return step


def carried(newer: Quote, older: Quote | None) -> Quote:
    """Return a quote with the mark and last price of one that was left out before it."""
    if older is None:
        return newer
    return replace(newer, mark=newer.mark or older.mark, last=newer.last or older.last)


def play(world: World) -> tuple[Disagreement | None, Oracle]:
    """Play a world to both; return where they first disagree, and the oracle with what it has exercised."""
    driven, oracle = Sparing(world), oracle_of(world.rules)
    for number, step in enumerate(world.steps):
        match step:
            case Look():
                pass
            case Ask(time_ns, command):
                oracle.submit(command, time_ns)
            case _:
                oracle.on_market(step)
        ours, theirs = driven.do(step), oracle.take(step.time_ns)
        if ours != theirs:
            return Disagreement(number, step, ours, theirs), oracle
        if exchange_books(driven.venue) != oracle_books(oracle):
            return Disagreement(number, step, exchange_books(driven.venue), oracle_books(oracle)), oracle
    return None, oracle
