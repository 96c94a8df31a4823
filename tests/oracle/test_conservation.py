"""In random worlds nothing is made and nothing lost: what we and everybody else have is what there was, exactly."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest

from perpfsm.decisions.approval import Approved
from perpfsm.errors import PerpfsmError
from perpfsm.market.account_setting import SetPositionMode
from perpfsm.market.incident import Silence
from perpfsm.market.side import LegName, Side
from tests.oracle.both import exchange_books, exchange_of, oracle_of
from tests.oracle.counterparties import INSURANCE, Held, Marks, Others, number
from tests.oracle.drawing import draw_world
from tests.oracle.purse import Holding, Purse
from tests.oracle.telling import told
from tests.oracle.terms import Told
from tests.oracle.worlds import NONE, Ask, Look, World

F = Fraction
SEEDS = range(50_000, 50_040)


def imbalances(world: World) -> Iterator[str]:
    """Play a world without delays to the exchange and yield each moment after which the books do not sum to zero."""
    venue, marks = exchange_of(world.rules), Marks()
    others = Others(F(world.rules.liquidation_fee_pct) / 100)
    purse = oracle_of(world.rules).state.purse
    for step in world.steps:
        match step:
            case Look():
                pass
            case Ask(time_ns, command):
                venue.submit(Approved(command), time_ns)
            case _:
                marks.see(step)
                with suppress(PerpfsmError):  # an incident on a leg that the account has not
                    venue.on_market(step)
        for event in venue.take(step.time_ns):
            each = told(event)
            before: Held = {str(leg): (held.size, held.cost) for leg, held in purse.legs.items()}
            others.book(each, before, marks)
            follow(purse, each)
        books = exchange_books(venue)
        ours = books.wallet - sum(cost for _, cost in books.positions.values())
        if ours + others.worth() != F(world.rules.wallet):
            yield f"after {step}: {ours + others.worth() - F(world.rules.wallet)} from nowhere"
        if books.wallet != purse.wallet:
            yield f"after {step}: the wallet is {books.wallet}, by what was told {purse.wallet}"
        total = purse.realised - purse.fees - purse.funding + purse.forced
        if books.wallet != F(world.rules.wallet) + total:
            yield f"after {step}: the wallet is not what was realised, less fees and funding"
        if any(size + others.contracts[leg] for leg, (size, _) in books.positions.items()):
            yield f"after {step}: contracts from nowhere"
        if others.paid[INSURANCE] > 0:
            yield f"after {step}: the insurance gained"


def follow(purse: Purse, event: Told) -> None:
    """Keep our own books of what the events tell."""
    match event:
        case ("filled", _, _, LegName() as leg, Side() as side, price, size, fee, *_):
            purse.book(leg, side, number(price), number(size))
            purse.pay_fee(number(fee))
        case ("funding", _, _, _, paid, _):
            purse.wallet -= number(paid)
            purse.funding += number(paid)
        case ("liquidated", LegName() as leg, realised, _):
            purse.legs[leg] = Holding()
            purse.wallet += number(realised)
            purse.forced += number(realised)
        case ("changed", SetPositionMode(mode), _):
            purse.legs = {leg: Holding() for leg in mode.legs}
        case ("position", LegName() as leg, size, cost, realised, _):
            purse.legs[leg].size, purse.legs[leg].cost = number(size), number(cost)
            purse.gain(number(realised))
        case _:
            pass


def undelayed(seed: int) -> World:
    """Return a world in which everything is told at once, so that prices and events belong together."""
    world = draw_world(seed, 120)
    steps = tuple(step for step in world.steps if not isinstance(step, Silence))
    return replace(world, steps=steps, rules=replace(world.rules, order=NONE, cancel=NONE, ack=NONE, market_data=NONE))


def test_what_we_have_and_what_others_have_sums_to_what_there_was() -> None:
    assert [(seed, flaw) for seed in SEEDS for flaw in imbalances(undelayed(seed))] == []


def test_a_fee_that_nobody_gets_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Others, "book", lossy(Others.book))
    assert any(flaw for seed in SEEDS for flaw in imbalances(undelayed(seed)))


def lossy(book: Callable[[Others, Told, Held, Marks], None]) -> Callable[[Others, Told, Held, Marks], None]:
    def without_fees(others: Others, event: Told, before: Held, marks: Marks) -> None:
        book(others, (*event[:7], F(0), *event[8:]) if event[0] == "filled" else event, before, marks)

    return without_fees
