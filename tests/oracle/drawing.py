"""Draws the steps of a world: a market that walks and jumps, its depth and trades, and somebody who trades in it."""

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from perpfsm.market.account_setting import AccountSetting, SetLeverage, SetMarginMode, SetPositionMode
from perpfsm.market.margin import MarginMode
from perpfsm.market.messages import BadQuote, DepthSnapshot, DepthUpdate, MarkPrice, Quote, Trade
from perpfsm.market.order import CancelOrder, OrderType, PlaceOrder, Role
from perpfsm.market.side import LegName, PositionMode, Side
from perpfsm.market.stop import PlaceStop, StopKind, TriggerBy
from tests.oracle.grids import CONTRACTS, translated
from tests.oracle.mishaps import draw_incident
from tests.oracle.worlds import MS, Ask, Look, Rules, Step, World, draw_rules

D = Decimal
HOUR_NS = 3600 * 10**9
START_NS = 1_000_000 * HOUR_NS - 2 * 10**9
TICK = D("0.1")


@dataclass
class Drawer:
    """A market in ticks and what has been asked of it so far."""

    chance: Random
    rules: Rules
    now_ns: int = START_NS
    bid: int = 1000
    ask: int = 1001
    update_id: int = 10
    ids: list[str] = field(default_factory=list)
    has_times: bool = True
    legs: tuple[LegName, ...] = ()
    mood: str = "lively"
    quote_ns: int | None = None

    def size(self) -> Decimal:
        return self.chance.choice(
            [D(1), D(2), D(3), D(5), D(8), D("0.5"), D("1.237"), D("2.001"), D("0.2"), D("0.153")]
        )

    def at(self, ticks: int) -> Decimal:
        return ticks * TICK

    def pass_time(self) -> None:
        """Let usually little time pass, sometimes none, now and then an hour."""
        step = self.chance.choice([0, 1, MS, MS, 2 * MS, 5 * MS, 7 * MS, 300 * MS, 3000 * MS])
        self.now_ns += HOUR_NS - 10**9 if self.chance.random() < 0.015 else step

    def exchange_ns(self) -> int | None:
        """Return the venue's time of something seen now: near, and not always in order."""
        if not self.has_times:
            return None
        return self.now_ns + self.chance.choice([0, 0, 0, -MS, -400 * MS, 900 * MS])

    def quote(self) -> Quote | BadQuote:
        chance = self.chance
        wild = chance.choice([9, -9, 40, -40, 120, -120])
        moves = {"calm": [0] * 12 + [1, -1], "lively": [0, 0, 0, 1, -1, 2, -3], "wild": [0, 0, 0, 1, -1, wild]}
        self.bid = min(1600, max(500, self.bid + chance.choice(moves[self.mood])))
        if chance.random() < 0.3:
            self.ask = self.bid + chance.choice([1, 1, 1, 1, 2, 3, 0, -1])
        self.ask = max(self.ask, self.bid) if self.ask > self.bid - 3 else self.bid + 1
        if self.ask > self.bid + 6:
            self.ask = self.bid + 1
        mark = None
        if chance.random() < 0.05:
            mark = self.at(self.bid + chance.randint(-8, 8)) + D("0.03")
        last = self.at(self.bid) if chance.random() < 0.05 else None
        crossed = 2 if chance.random() < 0.03 else 0
        bid, ask = self.at(self.bid + crossed), self.at(self.ask - crossed)
        self.quote_ns = self.exchange_ns()
        if crossed and self.bid % 2:
            return BadQuote(self.now_ns, "no bid is shown")
        return Quote(self.now_ns, bid, self.size(), ask, self.size(), mark, self.quote_ns, last)

    def trade(self) -> Trade:
        chance = self.chance
        aggressor = chance.choice(list(Side))
        best = self.bid if aggressor is Side.SELL else self.ask
        price = self.at(best - aggressor.sign * chance.choice([0, 0, 0, 0, 1, 2, -1, -2, -4]))
        at_ns = self.quote_ns if chance.random() < 0.2 else self.exchange_ns()
        return Trade(self.now_ns, price, self.size(), aggressor, at_ns)

    def mark(self) -> MarkPrice:
        chance = self.chance
        mark = self.at(self.bid + chance.choice([*[0, 1, 2, -2, -5, 5] * 3, 30, -30, 90, -90, 200, -200])) + D("0.07")
        funding_ns = None
        rate = None
        if chance.random() < 0.5:
            rate = D(chance.choice(["0.0001", "-0.0003", "0.01", "-0.02"]))
        if chance.random() < 0.5:
            funding_ns = (self.now_ns // HOUR_NS + chance.choice([1, 1, 1, 2])) * HOUR_NS
        return MarkPrice(self.now_ns, mark, rate, funding_ns, self.exchange_ns())

    def levels(self, side: Side) -> tuple[tuple[Decimal, Decimal], ...]:
        best = self.bid if side is Side.BUY else self.ask
        away = self.chance.sample(range(6), self.chance.randint(1, 4))
        return tuple((self.at(best - side.sign * ticks), self.size()) for ticks in away)

    def snapshot(self) -> DepthSnapshot:
        self.update_id += self.chance.choice([0, 1, 3])
        return DepthSnapshot(self.now_ns, self.update_id, self.levels(Side.BUY), self.levels(Side.SELL))

    def update(self) -> DepthUpdate:
        first = self.update_id + 1
        before = self.update_id if self.chance.random() < 0.93 else self.update_id + 1
        self.update_id += self.chance.choice([1, 2])
        gone = tuple((price, D(0)) for price, _ in self.levels(Side.BUY)[:1])
        bids, asks = self.levels(Side.BUY) + gone, self.levels(Side.SELL)
        return DepthUpdate(self.now_ns, first, self.update_id, before, bids, asks)

    def client_id(self) -> str:
        if self.ids and self.chance.random() < 0.03:
            return self.chance.choice(self.ids)
        self.ids.append(f"o{len(self.ids) + 1}")
        return self.ids[-1]

    def leg(self) -> LegName:
        if self.chance.random() < 0.01:
            return self.chance.choice(list(LegName))
        return self.chance.choice(self.legs)

    def order(self) -> PlaceOrder:
        chance, leg = self.chance, self.leg()
        reduce_only = chance.random() < (0.2 if self.rules.mode is PositionMode.ONE_WAY else 0.01)
        side = chance.choice([*Side, *leg.opening_sides, *leg.opening_sides])
        size = self.size() * chance.choice([1, 1, 1, 1, 4])
        if chance.random() < 0.04:
            size = chance.choice([D(0), D("0.001"), D("0.0305"), D("0.03"), D(2001), D("1.00001"), D("0.0015"), D(700)])
        closes = reduce_only or (leg is not LegName.BOTH and side not in leg.opening_sides)
        role = Role.CLOSE if closes else Role.QUOTE
        if chance.random() < 0.2:
            price = self.at(self.bid) if chance.random() < 0.02 else None
            return PlaceOrder(self.client_id(), leg, role, side, OrderType.MARKET, price, size, False, reduce_only)
        best = self.bid if side is Side.BUY else self.ask
        price = self.at(
            best + side.sign * chance.choice([0, 0, 0, 0, 0, -1, -1, -1, -2, -3, -5, -15, 1, 1, 2, 4, 10, 70])
        )
        if chance.random() < 0.03:
            price = chance.choice([price + D("0.05"), price + D("0.02"), -price, D(0), price * 2])
        post_only = chance.random() < 0.3
        kind = OrderType.LIMIT
        return PlaceOrder(self.client_id(), leg, role, side, kind, price, size, post_only, reduce_only)

    def entry(self) -> Ask:
        """Draw a MARKET order that opens a position, so that there is one from the start."""
        leg = self.chance.choice(self.legs)
        side = self.chance.choice(leg.opening_sides)
        size = self.chance.choice([D("0.3"), D(1), D(3), D(3), D(8)])
        return Ask(self.now_ns, PlaceOrder(self.client_id(), leg, Role.QUOTE, side, OrderType.MARKET, None, size))

    def stop(self) -> PlaceStop:
        """Draw a stop order, mostly one that may wait: away from the price on the side where its kind belongs."""
        chance, leg = self.chance, self.leg()
        side = chance.choice([*Side, *(side.opposite for side in leg.opening_sides)])
        kind = chance.choice(list(StopKind))
        away = side.sign if kind is StopKind.STOP else -side.sign
        ticks = chance.choice([1, 1, 2, 2, 3, 5, 9, 30, -1 if chance.random() < 0.3 else 1])
        trigger: Decimal | None = self.at(self.bid + away * ticks)
        size = chance.choice([None, None, self.size(), self.size(), D("0.001")])
        callback = None
        if kind is StopKind.TRAILING:
            callback = chance.choice([D("0.1"), D("0.2"), D("0.3"), D("0.3"), D(1)])
            trigger = chance.choice([None, trigger])
        match chance.randrange(24):
            case 0:
                trigger = chance.choice([None, D(0), D(-1), D("99.95")])
            case 1:
                size = chance.choice([D(0), D("0.0005"), D(2000)])
            case 2:
                callback = chance.choice([D("0.05"), D(11), None, D(1)])
            case _:
                pass
        by = chance.choice(list(TriggerBy))
        return PlaceStop(self.client_id(), leg, side, kind, trigger, size, by, callback)

    def setting(self) -> AccountSetting:
        chance = self.chance
        match chance.choice(["leverage", "leverage", "margin", "mode"]):
            case "leverage":
                return SetLeverage(chance.choice([1, 2, 5, 20, 100, 101, 0]))
            case "margin":
                return SetMarginMode(chance.choice(list(MarginMode)))
            case _:
                mode = chance.choice(list(PositionMode))
                self.legs = (*self.legs, *mode.legs, *mode.legs)
                return SetPositionMode(mode)

    def command(self) -> Ask:
        if self.chance.random() < 0.12:
            return Ask(self.now_ns, self.stop())
        if self.chance.random() < 0.03:
            return Ask(self.now_ns, self.setting())
        if self.chance.random() < 0.3:
            known = self.ids[-6:] if self.ids and self.chance.random() < 0.95 else ["nobody"]
            return Ask(self.now_ns, CancelOrder(self.chance.choice(known)))
        return Ask(self.now_ns, self.order())

    def step(self) -> Step:
        self.pass_time()
        what = self.chance.choices(
            ["quote", "trade", "mark", "snapshot", "update", "command", "look", "incident"], [28, 20, 4, 2, 8, 34, 5, 2]
        )[0]
        match what:
            case "quote":
                return self.quote()
            case "trade":
                return self.trade()
            case "mark":
                return self.mark()
            case "snapshot":
                return self.snapshot()
            case "update":
                return self.update()
            case "command":
                return self.command()
            case "incident":
                return draw_incident(self.chance, self.now_ns, self.rules.mode.legs, self.at(self.bid))
            case _:
                return Look(self.now_ns)


def draw_world(seed: int, length: int = 60) -> World:
    """Return the world of a seed."""
    chance = Random(seed)
    rules = draw_rules(chance)
    mood = chance.choice(["calm", "calm", "lively", "wild"])
    drawer = Drawer(chance, rules, has_times=chance.random() < 0.75, mood=mood, legs=rules.mode.legs)
    if chance.random() < 0.15:
        first: list[Step] = [drawer.command(), drawer.command(), drawer.command(), drawer.trade(), drawer.trade()]
    else:
        first = [drawer.quote(), drawer.entry()] if chance.random() < 0.6 else [drawer.quote()]
    steps = (*first, *(drawer.step() for _ in range(length)))
    return World(seed, rules, tuple(translated(step, CONTRACTS[rules.contract]) for step in steps))
