"""The oracle's book (E2): the newest uncrossed quote, the depth behind it, and what of each level is used."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from perpfsm.market.messages import Depth, DepthSnapshot, DepthUpdate, Level, Quote
from perpfsm.market.side import Side

F = Fraction


class Chain:
    """The depth as the venue tells how to keep it: a snapshot, then updates each of which names the one before."""

    def __init__(self) -> None:
        self.levels: dict[Side, dict[Fraction, Fraction]] = {Side.BUY: {}, Side.SELL: {}}
        self.last_id: int | None = None
        self.began = False
        self.waiting: list[DepthUpdate] = []

    def fold(self, message: Depth) -> None:
        if isinstance(message, DepthSnapshot):
            if self.last_id is not None and self.began and message.update_id <= self.last_id:
                return
            self.lose()
            self.last_id = message.update_id
            self.change(message.bids, message.asks)
            waiting, self.waiting = self.waiting, []
            for update in waiting:
                self.follow(update)
        else:
            self.follow(message)

    def follow(self, update: DepthUpdate) -> None:
        if self.last_id is None:
            self.waiting.append(update)
        elif not self.began and update.last_id < self.last_id:
            pass
        elif update.previous_id == self.last_id or (not self.began and update.first_id <= self.last_id):
            self.last_id, self.began = update.last_id, True
            self.change(update.bids, update.asks)
        else:
            self.lose()
            self.waiting.append(update)

    def change(self, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> None:
        for side, changes in ((Side.BUY, bids), (Side.SELL, asks)):
            for price, size in changes:
                self.levels[side].pop(F(price), None)
                if size:
                    self.levels[side][F(price)] = F(size)

    def lose(self) -> None:
        self.levels = {Side.BUY: {}, Side.SELL: {}}
        self.last_id, self.began = None, False


class Book:
    """What the venue shows, and what of it we have used."""

    def __init__(self, tick: Fraction, beyond_ticks: int) -> None:
        self.tick, self.beyond_ticks = tick, beyond_ticks
        self.best: dict[Side, tuple[Fraction, Fraction]] | None = None
        self.chain = Chain()
        self.used: dict[tuple[Side, Fraction], Fraction] = {}

    def on_quote(self, quote: Quote) -> None:
        self.best = {Side.BUY: (F(quote.bid), F(quote.bid_size)), Side.SELL: (F(quote.ask), F(quote.ask_size))}
        self.forget()

    def on_depth(self, message: Depth) -> None:
        self.chain.fold(message)
        self.forget()

    def forget(self) -> None:
        """Keep of what we used what the feed still shows, level by level."""
        for (side, price), size in list(self.used.items()):
            shown = self.shown(side, price)
            if shown is None or shown == 0:
                del self.used[side, price]
            else:
                self.used[side, price] = min(size, shown)

    def shown(self, side: Side, price: Fraction) -> Fraction | None:
        """Return the size shown at a price: nothing in front of the best, unknown behind what depth there is."""
        if self.best is None:
            return None
        best, size = self.best[side]
        if price == best:
            return size
        if (price - best) * side.sign > 0:
            return F(0)
        levels = self.chain.levels[side]
        is_covered = any((each - price) * side.sign <= 0 for each in levels)
        return levels.get(price, F(0)) if is_covered else None

    def free(self, side: Side) -> Fraction:
        """Return what is shown at the best of `side` and not used yet."""
        assert self.best is not None
        price, size = self.best[side]
        return max(F(0), size - self.used.get((side, price), F(0)))

    def use(self, side: Side, price: Fraction, size: Fraction) -> None:
        self.used[side, price] = self.used.get((side, price), F(0)) + size

    def walk(self, side: Side, furthest: Fraction | None) -> Iterator[tuple[Fraction, Fraction]]:
        """Yield prices of `side` and what can still be taken there, best first, none beyond `furthest` (E4)."""
        assert self.best is not None
        best = self.best[side]
        behind = sorted(self.chain.levels[side].items(), reverse=side is Side.BUY)
        ladder = [best, *(level for level in behind if (level[0] - best[0]) * side.sign < 0)]
        last, size = ladder[-1]
        beyond = ((last - side.sign * self.tick * n, size) for n in range(1, self.beyond_ticks + 1))
        for price, shown in chain(ladder, beyond):
            if price <= 0 or (furthest is not None and (price - furthest) * side.sign < 0):
                return
            yield price, max(F(0), shown - self.used.get((side, price), F(0)))
