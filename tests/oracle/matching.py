"""What executes at the oracle: resting orders (E3), takers (E4), own crossings (E5), clips (E6), and what follows."""

from fractions import Fraction

from perpfsm.market.fill import Liquidity
from perpfsm.market.messages import Trade
from perpfsm.market.side import Side
from tests.oracle.resting import Resting
from tests.oracle.state import State
from tests.oracle.terms import Told

F = Fraction
CLOSED, STP, UNFILLED, FORCED, INJECTED = "closed", "self-trade prevention", "unfilled", "liquidation", "injected"


class Matching:
    """Executes orders against a state and tells what happened, undated, in `told`."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.told: list[Told] = []
        self.trades = 0

    def expire(self, order: Resting, why: str) -> None:
        self.state.orders.remove(order)
        self.state.hit(f"expired: {why}")
        self.told.append(("expired", order.client_id, why))

    def execute(self, order: Resting, price: Fraction, wanted: Fraction, liquidity: Liquidity) -> Fraction:
        """Execute up to `wanted` of an order, at most what it may close, and return how much that was."""
        purse = self.state.purse
        size = self.state.whole(wanted, order.left)
        if order.closing:
            held = purse.legs[order.leg].size
            self.state.hit("E6 clipped to the position", size > abs(held) > 0)
            size = min(size, abs(held)) if held * order.side.sign < 0 else F(0)
        if not size:
            return F(0)
        fee = price * size * (self.state.terms.maker if liquidity is Liquidity.MAKER else self.state.terms.taker)
        self.note_booking(order, size, fee, liquidity)
        purse.book(order.leg, order.side, price, size)
        purse.pay_fee(fee)
        self.trades += 1
        what = (self.trades, order.client_id, order.leg, order.side, price, size, fee, liquidity)
        self.told.append(("filled", *what))
        order.left -= size
        if not order.left:
            self.state.orders.remove(order)
            self.state.filled.add(order.client_id)
        self.end_closers()
        self.check_margin()
        return size

    def note_booking(self, order: Resting, size: Fraction, fee: Fraction, liquidity: Liquidity) -> None:
        held = self.state.purse.legs[order.leg].size * order.side.sign
        self.state.hit(f"E7 {liquidity} fee", fee >= 0)
        self.state.hit("E7 rebate", fee < 0)
        kinds = {"opens": held == 0, "adds": held > 0, "closes": held == -size, "reduces": held < -size < 0}
        name = next((name for name, holds in kinds.items() if holds), "turns round")
        self.state.hit(f"E8 {name}{' (isolated)' if self.state.purse.isolated else ''}")

    def end_closers(self) -> None:
        """Expire closing orders that have nothing left to close."""
        for each in list(self.state.orders):
            if each.closing and self.state.purse.legs[each.leg].size * each.side.sign >= 0:
                self.expire(each, CLOSED)

    def check_margin(self) -> None:
        """Liquidate what has to be, and let the insurance pay a debt when nothing is open any more (E10)."""
        self.liquidate()
        purse = self.state.purse
        if purse.wallet < 0 and not any(held.size for held in purse.legs.values()):
            for each in list(self.state.orders):
                self.expire(each, FORCED)
            self.state.hit("E10 a debt is forgiven")
            self.told.append(("liquidated", list(purse.legs)[-1], purse.forgive()))

        self.drop_orphans()

    def drop_orphans(self) -> None:
        """Expire the stops whose position is gone."""
        for stop in list(self.state.stops):
            if self.state.purse.legs[stop.command.leg].size * stop.command.side.sign >= 0:
                self.state.stops.remove(stop)
                self.state.hit("E12 a stop goes with its position")
                self.told.append(("expired", stop.client_id, CLOSED))

    def liquidate(self) -> None:
        """Liquidate what the mark price does not let live any longer."""
        mark = self.state.mark()
        doomed = [] if mark is None or self.state.is_halted() else self.state.purse.doomed(mark)
        if mark is None or not doomed:
            return
        for each in list(self.state.orders):
            if each.leg in doomed or not self.state.purse.isolated:
                self.expire(each, FORCED)
        self.state.hit(f"E10 liquidated {'isolated' if self.state.purse.isolated else 'cross'}, {len(doomed)} legs")
        for leg, realised in self.state.purse.liquidate(doomed, mark):
            self.told.append(("liquidated", leg, realised))

    def on_book(self) -> None:
        """Let the newest book move the queues, and execute what rests within its reach; buys first."""
        for each in self.state.orders:
            self.move_queue(each, self.state.quote_ns)
        best = self.state.book.best
        if best is None or self.state.is_halted():
            return
        for side in (Side.BUY, Side.SELL):
            against = side.opposite
            price = best[against][0]
            for order in self.state.by_priority(side):
                beyond = order.beyond(price)
                if beyond >= 0:
                    self.state.hit("E3 a book at the price empties the queue", order.ahead and not beyond)
                    order.stand_behind(F(0), self.state.quote_ns)
                if order in self.state.orders and (beyond > 0 or (beyond == 0 and self.state.terms.model == "touch")):
                    assert order.price is not None
                    done = self.execute(order, order.price, self.state.book.free(against), Liquidity.MAKER)
                    self.state.book.use(against, price, done)
                    self.state.hit(f"E3 {self.state.terms.model} book {'through' if beyond else 'at'} fills", done)
                    self.state.hit("E2 all that is shown is used", not done and order in self.state.orders)
                    if done and self.state.quote_ns is not None:
                        self.state.swept[side] = max(self.state.quote_ns, self.state.swept.get(side, 0))

    def move_queue(self, order: Resting, at_ns: int | None) -> None:
        """Shrink what is ahead by what the book of a venue's time shows of its level."""
        assert order.price is not None
        if order.ahead is None:
            self.line_up(order)
            return
        shown = self.state.book.shown(order.side, order.price)
        if shown is None:
            return
        ahead = order.ahead
        if order.seen is None and ahead:
            self.state.hit("E3 a level that is seen at last shows more", shown > ahead)
            ahead = shown
        fall = max(F(0), (order.seen or F(0)) - shown)
        explained = min(fall, order.traded)
        order.traded -= explained
        if self.state.terms.queue_cancels == "proportional" and order.seen and fall > explained:
            left = ahead * (1 - (fall - explained) / order.seen)
            ahead = -(-left // self.state.terms.step) * self.state.terms.step
            self.state.hit("E3 proportional cancels", 0 < ahead < shown)
        else:
            self.state.hit("E3 risk-averse cancels", ahead > shown)
        order.stand_behind(min(ahead, shown), at_ns)
        order.seen = shown

    def on_trade(self, trade: Trade) -> None:
        """Let a public trade consume queues and then us (only under the queue model)."""
        side, price, left = trade.aggressor.opposite, F(trade.price), F(trade.size)
        at_ns = trade.exchange_ns
        if self.state.is_halted():
            return
        if at_ns is not None and at_ns <= self.state.swept.get(side, -1):
            self.state.hit("E3 a sweep is not used twice", self.state.by_priority(side))
            return
        market = F(0)
        for order in self.state.by_priority(side):
            if order not in self.state.orders or order.beyond(price) < 0:
                continue
            if at_ns is not None and order.rested_ns is not None and at_ns < order.rested_ns:
                self.state.hit("E3 a trade from before the order")
                continue
            if order.beyond(price) > 0:
                self.state.hit("E3 a trade through fills")
                order.ahead = F(0)
            elif order.ahead is None:
                self.state.hit("E3 a trade before the first quote")
                continue
            else:
                is_late = at_ns is not None and order.printing_ns is not None and at_ns <= order.printing_ns
                self.state.hit("E3 a trade that a book has shown already", is_late and order.printing)
                if not is_late:
                    order.printing = F(0)
                    order.traded += F(trade.size)
                before_us = order.ahead + order.printing
                step = min(left, max(F(0), before_us - market))
                market, left = market + step, left - step
                before_us = max(F(0), before_us - market)
                order.ahead = min(order.ahead, before_us)
                order.printing = before_us - order.ahead
                self.state.hit("E3 a trade consumes the queue", step)
                if before_us:
                    continue
            assert order.price is not None
            done = self.execute(order, order.price, left, Liquidity.MAKER)
            self.state.hit("E3 a trade at the price fills", done and order.beyond(price) == 0)
            self.state.hit("E3 a trade is used up", left == done > 0)
            left -= done

    def arrive(self, order: Resting) -> None:
        """Let an admitted order take what it crosses, then rest or expire (E4, E5)."""
        self.state.orders.append(order)
        size = order.left
        book = self.state.book
        against = order.side.opposite
        if self.state.takes_nothing():
            now = "a quote that is no market" if self.state.is_unusable else "the halt"
            self.state.hit(f"E14 nothing is taken from a book of before {now}", not self.state.is_halted())
        elif book.best is not None and (order.price is None or order.beyond(book.best[against][0]) >= 0):
            self.take(order)
        else:
            self.yield_to(order, order.price)
        if order not in self.state.orders:
            return
        if order.price is None:
            self.expire(order, UNFILLED)
        else:
            self.state.hit("E4 the rest of a limit rests", order.left < size)
            self.join(order)

    def furthest(self, order: Resting) -> Fraction | None:
        """Return the worst price at which it may take: its limit, and the venue's price band."""
        mark, width = self.state.mark(), self.state.terms.band
        edge = None if mark is None or width is None else mark * (1 + order.side.sign * width)
        if order.price is None or edge is None:
            return edge if order.price is None else order.price
        return min(order.price, edge) if order.side is Side.BUY else max(order.price, edge)

    def take(self, order: Resting) -> None:
        against = order.side.opposite
        furthest = self.furthest(order)
        reach = self.reach(order, furthest)
        self.yield_to(order, reach)
        best = self.state.book.best
        assert best is not None
        for price, size in self.state.book.walk(against, furthest):
            if order not in self.state.orders:
                return
            done = self.execute(order, price, size, Liquidity.TAKER)
            if done:
                self.state.book.use(against, price, done)
                shown = price == best[against][0] or price in self.state.book.chain.levels[against]
                where = (
                    "at the best" if price == best[against][0] else "into depth" if shown else "beyond what is shown"
                )
                self.state.hit(f"E4 takes {where}")

    def reach(self, order: Resting, furthest: Fraction | None) -> Fraction | None:
        """Return the worst price at which it will take or rest."""
        left = may_take = order.left
        if order.closing:
            may_take = min(left, abs(self.state.purse.legs[order.leg].size))
        worst = None
        for price, shown in self.state.book.walk(order.side.opposite, furthest):
            size = min(self.state.whole(shown, left), may_take)
            if size:
                worst, left, may_take = price, left - size, may_take - size
            if not may_take:
                return worst
        return worst if order.price is None else order.price

    def yield_to(self, arriving: Resting, price: Fraction | None) -> None:
        """Expire own orders of the other side at or through `price` (E5)."""
        for each in self.state.by_priority(arriving.side.opposite):
            assert each.price is not None
            if price is not None and (price - each.price) * arriving.side.sign >= 0:
                self.state.hit(f"E5 expires for a {'taker' if arriving.price is None else 'limit'}")
                self.expire(each, STP)

    def join(self, order: Resting) -> None:
        """Come to rest behind what is shown at the price (E3)."""
        order.rested_ns = self.state.newest_ns()
        self.line_up(order)

    def line_up(self, order: Resting) -> None:
        """Stand behind what is shown at the price; before the first quote nobody knows what that is."""
        assert order.price is not None
        book = self.state.book
        if book.best is None:
            return
        order.seen = book.shown(order.side, order.price)
        order.ahead = book.best[order.side][1] if order.seen is None else order.seen
        where = (order.price - book.best[order.side][0]) * order.side.sign
        place = "in front" if where > 0 else "at the best" if not where else "behind"
        self.state.hit(f"E3 joins {place}{', unseen' if order.seen is None else ''}")
        if order.beyond(book.best[order.side.opposite][0]) >= 0:
            order.ahead = F(0)
