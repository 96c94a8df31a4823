"""More bugs to plant in the exchange: about closing, money, stop orders and what is told."""

from decimal import ROUND_DOWN

import pytest

from perpfsm.exchange import arrivals, margin, matching
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.ledger import Ledger
from perpfsm.exchange.orders import OwnOrders
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.rates import PlacementRate
from perpfsm.exchange.stops import StopWatch
from perpfsm.exchange.waiting import WaitingStop
from perpfsm.market import position
from perpfsm.market.band import EVERYWHERE
from perpfsm.market.fill import Liquidity
from perpfsm.market.liquidation import is_liquidated
from perpfsm.market.margin import margin_after
from perpfsm.market.position import ZERO
from tests.oracle.plants import plant


@plant
def a_closing_order_is_not_clipped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Floor, "open_size", lambda _, working, size: max(ZERO, min(working.remaining, size)))


@plant
def a_closing_order_outlives_its_position(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Floor, "expire_closing", lambda *_: None)


@plant
def hedge_closing_orders_exceed_their_position(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OwnOrders, "closing_size", lambda *_: ZERO)


@plant
def a_fee_has_the_wrong_sign(patch: pytest.MonkeyPatch) -> None:
    book = Ledger.book
    patch.setattr(
        Ledger,
        "book",
        lambda self, leg, side, *, price, size, fee: book(self, leg, side, price=price, size=size, fee=-fee),
    )


@plant
def a_taker_pays_the_maker_fee(patch: pytest.MonkeyPatch) -> None:
    execute = Floor.execute

    def cheap(self, working, *, price, size, liquidity, now_ns):  # type: ignore[no-untyped-def]  # noqa: ARG001  # it is what it forgets
        execute(self, working, price=price, size=size, liquidity=Liquidity.MAKER, now_ns=now_ns)

    patch.setattr(Floor, "execute", cheap)


@plant
def a_partial_close_rounds_down(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(position, "ROUND_HALF_EVEN", ROUND_DOWN)


@plant
def an_isolated_margin_is_not_given_back(patch: pytest.MonkeyPatch) -> None:

    def greedy(own, before, now, *, leverage):  # type: ignore[no-untyped-def]
        return max(own, margin_after(own, before, now, leverage=leverage)) if now.size else ZERO

    patch.setattr("perpfsm.exchange.ledger.margin_after", greedy)


@plant
def every_size_is_offered_the_leverage_of_the_smallest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(margin, "leverage_max", lambda _, brackets: brackets[0].leverage_max)


@plant
def maintenance_is_that_of_the_first_bracket(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "perpfsm.exchange.liquidation.is_liquidated",
        lambda cash, held, mark, brackets: is_liquidated(cash, held, mark, brackets[:1]),
    )


@plant
def a_liquidation_comes_a_step_late(patch: pytest.MonkeyPatch) -> None:
    warned = set[int]()

    def late(cash, held, mark, brackets):  # type: ignore[no-untyped-def]
        key = hash((cash, tuple(held)))
        if not is_liquidated(cash, held, mark, brackets):
            return False
        was_warned = key in warned
        warned.add(key)
        return was_warned

    patch.setattr("perpfsm.exchange.liquidation.is_liquidated", late)


@plant
def a_liquidation_costs_nothing(patch: pytest.MonkeyPatch) -> None:
    liquidate = Ledger.liquidate

    def generous(self, legs, mark, *, fee_rate):  # type: ignore[no-untyped-def]
        return liquidate(self, legs, mark, fee_rate=fee_rate * 0)

    patch.setattr(Ledger, "liquidate", generous)


@plant
def a_debt_is_not_forgiven(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ledger, "forgive", lambda self: ([*self.positions][-1], ZERO))


@plant
def funding_has_the_wrong_sign(patch: pytest.MonkeyPatch) -> None:
    pay = Ledger.pay_funding
    patch.setattr(Ledger, "pay_funding", lambda self, leg, paid: pay(self, leg, -paid))


@plant
def the_mark_price_is_always_the_mid(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Floor, "mark_price", property(lambda self: self.book.quote.mid if self.book.quote else None))


@plant
def any_number_of_orders_is_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PlacementRate, "allows", lambda *_: True)


@plant
def a_lost_answer_arrives(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(arrivals, "answer", lambda floor, event: floor.say(event))


@plant
def the_band_is_too_wide(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PaperExchange, "band", lambda _: EVERYWHERE)


@plant
def what_is_due_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PaperExchange, "due", lambda _: 2**63 - 1)


@plant
def a_trade_executes_whatever_the_model(patch: pytest.MonkeyPatch) -> None:
    def eager(floor, trade):  # type: ignore[no-untyped-def]
        matching.match_trade(floor, trade)
        if floor.settings.fill_model != "queue":
            matching._consume(floor, trade.aggressor.opposite, trade)

    patch.setattr("perpfsm.exchange.paper.match_trade", eager)


@plant
def a_new_peak_triggers_a_trailing_stop(patch: pytest.MonkeyPatch) -> None:
    see = WaitingStop.see

    def hasty(self, price):  # type: ignore[no-untyped-def]
        before = self.best
        return see(self, price) or (before is not None and self.best != before)

    patch.setattr(WaitingStop, "see", hasty)


@plant
def a_trailing_stop_forgets_its_peak(patch: pytest.MonkeyPatch) -> None:
    see = WaitingStop.see

    def forgetful(self, price):  # type: ignore[no-untyped-def]
        triggers = see(self, price)
        self.best = None if self.best is None else price
        return triggers

    patch.setattr(WaitingStop, "see", forgetful)


@plant
def a_stop_that_would_trigger_at_once_is_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("perpfsm.exchange.stop_admission._would_trigger", lambda *_: None)


@plant
def a_stop_outlives_its_position(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StopWatch, "drop_orphans", lambda *_: None)


@plant
def every_stop_watches_the_mark_price(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("perpfsm.exchange.stops.watched_price", lambda floor, _: floor.mark_price)


@plant
def the_account_changes_whatever_is_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("perpfsm.exchange.account_changes._busy", lambda _: None)
