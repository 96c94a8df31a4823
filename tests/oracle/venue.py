"""The oracle: the paper exchange a second time, from the rules alone, simple and slow, in exact fractions."""

from dataclasses import dataclass
from fractions import Fraction

from perpfsm.market.incident import (
    Deleverage,
    ExpireOrders,
    FeedMessage,
    Halt,
    LoseAnswers,
    ManualTrade,
    RejectPlacements,
    Silence,
)
from perpfsm.market.messages import BadQuote, DepthSnapshot, DepthUpdate, MarkPrice, Quote, Trade
from perpfsm.market.order import CancelOrder, PlaceOrder, VenueCommand
from perpfsm.market.stop import PlaceStop
from tests.oracle import stops
from tests.oracle.account import change
from tests.oracle.funding_plan import FundingPlan
from tests.oracle.incidents import befall
from tests.oracle.matching import Matching
from tests.oracle.resting import Resting, is_closing
from tests.oracle.rules import needed, refusal
from tests.oracle.state import State
from tests.oracle.terms import Terms, Told

F = Fraction
ASKED_AFTER_NS = 10**9


@dataclass(frozen=True)
class Due:
    """A command on its way."""

    at_ns: int
    command: VenueCommand


class Oracle:
    """Same seam as the exchange: submit, on_market, take."""

    def __init__(self, terms: Terms, wallet: Fraction) -> None:
        self.terms = terms
        self.state = State(terms, wallet)
        self.matching = Matching(self.state)
        self.way_in: list[Due] = []
        self.way_out: list[tuple[int, Told]] = []
        self.last_in_ns = self.last_out_ns = 0
        self.funding = FundingPlan(terms)
        self.races = 0
        self.late: list[tuple[int, Told]] = []

    def submit(self, command: VenueCommand, now_ns: int) -> None:
        delays, before_ns = self.terms.delays, self.last_in_ns
        path = delays.cancel if isinstance(command, CancelOrder) else delays.order
        arrival_ns = now_ns + path() + delays.market_data()
        self.last_in_ns = max(before_ns, arrival_ns)
        self.state.hit("E1 delayed on the way in", arrival_ns > now_ns)
        self.state.hit("E1 nothing overtakes on the way in", before_ns > arrival_ns)
        self.pass_time(now_ns, arrivals_too=self.last_in_ns == now_ns)
        self.way_in.append(Due(self.last_in_ns, command))
        if self.last_in_ns == now_ns:
            self.arrivals(now_ns)

    def on_market(self, message: FeedMessage) -> None:
        self.pass_time(message.time_ns)
        self.state.now_ns = message.time_ns
        self.see(message)
        self.funding.hear(message)
        if isinstance(message, MarkPrice | Trade | Quote):
            stops.watch(self.matching)
        self.tell(self.state.now_ns)

    def take(self, now_ns: int) -> list[Told]:
        self.pass_time(now_ns + 1)
        received = [(*told, at_ns) for at_ns, told in self.way_out if at_ns <= now_ns]
        self.way_out = self.way_out[len(received) :]
        return received

    def pass_time(self, until_ns: int, *, arrivals_too: bool = False) -> None:
        """Let happen what is due before `until_ns`: at one moment arrivals, then funding."""
        while True:
            coming = [due.at_ns for due in self.way_in]
            coming += self.funding.planned
            coming += [at_ns for at_ns, _ in self.late[:1]]
            now_ns = min(coming, default=until_ns)
            if now_ns >= until_ns:
                break
            self.arrivals(now_ns)
            if now_ns in self.funding.planned:
                self.fund(now_ns, self.funding.settle(now_ns))
            self.answer_late(now_ns)
        if arrivals_too:
            self.arrivals(until_ns)

    def answer_late(self, now_ns: int) -> None:
        """Say what became of a placement whose answer was lost, a second after it; not of an order that has ended."""
        while self.late and self.late[0][0] <= now_ns:
            _, answer = self.late.pop(0)
            if answer[0] == "rejected" or self.works(answer[1]):
                self.matching.told.append(answer)
                self.tell(now_ns)

    def works(self, client_id: object) -> bool:
        orders = [each.client_id for each in self.state.orders]
        return client_id in (*orders, *(each.client_id for each in self.state.stops))

    def arrivals(self, now_ns: int) -> None:
        while self.way_in and self.way_in[0].at_ns <= now_ns:
            due = self.way_in.pop(0)
            self.state.now_ns = now_ns
            self.arrive(due.command)
            self.tell(now_ns)

    def tell(self, now_ns: int) -> None:
        """Send what happened on its way back, stamped with when it will be received."""
        for told in self.matching.told:
            delay = max(0, self.terms.delays.ack() - self.terms.delays.market_data())
            self.state.hit("E1 delayed on the way out", delay)
            self.last_out_ns = max(self.last_out_ns, now_ns + delay, self.state.silent_until_ns)
            happened = (now_ns,) if told[0] == "filled" else ()
            self.way_out.append((self.last_out_ns, (*told, *happened)))
        self.matching.told.clear()

    def see(self, message: FeedMessage) -> None:
        state = self.state
        match message:
            case Quote():
                self.state.hit("E2 a crossed quote is no market", message.bid > message.ask)
                if message.mark is not None:
                    state.feed_mark = F(message.mark)
                if message.last is not None:
                    state.last = F(message.last)
                state.is_unusable = message.bid > message.ask
                if not state.is_unusable:
                    state.quote_ns, state.shown_ns = message.exchange_ns, message.time_ns
                    state.book.on_quote(message)
                    self.matching.on_book()
                self.matching.check_margin()
            case BadQuote():
                self.state.hit("E2 a quote without a side")
                state.is_unusable = True
            case DepthSnapshot() | DepthUpdate():
                state.book.on_depth(message)
                for order in state.orders:
                    self.matching.move_queue(order, message.exchange_ns)
            case MarkPrice():
                state.feed_mark = F(message.mark)
                self.matching.check_margin()
            case Trade():
                if self.terms.model == "queue":
                    self.matching.on_trade(message)
                state.last = F(message.price)
                state.trade_ns = message.exchange_ns
            case (
                Deleverage() | ManualTrade() | ExpireOrders() | RejectPlacements() | LoseAnswers() | Silence() | Halt()
            ):
                self.state.hit(f"E14 {type(message).__name__}")
                befall(self.matching, message)
                silent_ns = self.state.silent_until_ns
                self.way_out = [(max(at_ns, silent_ns), told) for at_ns, told in self.way_out]
            case _:
                pass

    def arrive(self, command: VenueCommand) -> None:
        match command:
            case CancelOrder(client_id):
                self.cancel(client_id)
            case PlaceOrder():
                self.place(command)
            case PlaceStop():
                code = self.overload() or stops.place(self.state, command)
                self.state.hit(f"E12 {code}", code)
                self.answer(command.client_id, code)
            case _:
                told = change(self.state, command)
                self.state.hit(f"E13 {told[2]}" if told[0] == "refused" else "E13 the account is changed")
                self.matching.told.append(told)

    def cancel(self, client_id: str) -> None:
        for order in self.state.orders:
            if order.client_id == client_id:
                self.state.orders.remove(order)
                self.matching.told.append(("canceled", client_id))
                return
        for stop in self.state.stops:
            if stop.client_id == client_id:
                self.state.stops.remove(stop)
                self.state.hit("E12 a stop is canceled")
                self.matching.told.append(("canceled", client_id))
                return
        self.races += client_id in self.state.filled
        self.state.hit("E1 a cancel loses the race", client_id in self.state.filled)
        self.matching.told.append(("cancel rejected", client_id, -2011))

    def overload(self) -> int | None:
        """Return the code of an injected overload, which refuses the placement that has just arrived."""
        if not self.state.refusals:
            return None
        self.state.refusals -= 1
        return -1008

    def answer(self, client_id: str, code: int | None) -> None:
        """Tell what became of a placement, or lose the answer."""
        answer = ("accepted", client_id) if code is None else ("rejected", client_id, code)
        if self.state.lost_answers:
            self.state.lost_answers -= 1
            self.matching.told.append(("unknown", client_id))
            self.late.append((self.state.now_ns + ASKED_AFTER_NS, answer))
        else:
            self.matching.told.append(answer)

    def place(self, order: PlaceOrder) -> None:
        code = self.overload() or refusal(self.state, order)
        self.state.hit(f"E13 {code}", code)
        self.answer(order.client_id, code)
        if code is not None:
            return
        self.state.known.add(order.client_id)
        reserve = F(0) if is_closing(order) else needed(self.state, order)
        price = None if order.price is None else F(order.price)
        closing, size = is_closing(order), F(order.size)
        self.matching.arrive(
            Resting(order.client_id, order.leg, order.side, price, size, closing, reserve, order.role.is_exit)
        )

    def fund(self, now_ns: int, rate: Fraction) -> None:
        self.state.now_ns = now_ns
        mark = self.state.mark()
        if mark is None:
            return
        for leg, held in self.state.purse.legs.items():
            if held.size:
                paid = self.state.purse.pay_funding(leg, rate, mark)
                source = "the feed's" if self.funding.is_told else "constant"
                self.state.hit(f"E11 {source}, {'paid' if paid > 0 else 'received' if paid < 0 else 'nothing'}")
                self.matching.told.append(("funding", leg, rate, mark, paid))
        self.matching.check_margin()
        self.tell(now_ns)
