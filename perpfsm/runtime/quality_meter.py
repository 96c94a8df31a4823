"""The quality meter: a fold over a run's records and quotes that knows at any moment how well it traded."""

from decimal import Decimal

from perpfsm.engine.records import (
    CommandRecord,
    FillRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RunRecord,
    TransitionRecord,
)
from perpfsm.market.fill import Liquidity
from perpfsm.market.order import CancelOrder, PlaceOrder, Role
from perpfsm.runtime.markouts import MarkoutMeter
from perpfsm.runtime.quality import PERCENT, Inventory, Quality, QuoteFills, ratio
from perpfsm.runtime.stop_slippage import StopMeter

ZERO = Decimal(0)
SIZE_STEP = Decimal("1e-8")
GONE = frozenset({"canceled", "rejected", "expired"})


class QualityMeter:
    """Takes every uncrossed quote and every record of a run, in their order."""

    __slots__ = ("_inventory", "_markouts", "_orders", "_start_ns", "_stops", "remember", "see")

    def __init__(self, stop_loss_pct: Decimal = ZERO) -> None:
        """Start from nothing.

        Args:
            stop_loss_pct: `stop_loss_spread`, percent; 0 is no stop.
        """
        self._markouts = MarkoutMeter()
        self._orders = _Orders()
        self._inventory = _Inventory()
        self._stops = StopMeter(stop_loss_pct)
        self._start_ns: int | None = None
        self.see = self._markouts.see  # called for each quote, so without a step between
        self.remember = self._markouts.remember

    def add(self, record: Record) -> None:
        """Take the next record; cheap, as it is called for each of them."""
        if self._start_ns is None:
            self._start_ns = record.time_ns
        match record:
            case CommandRecord():
                self._orders.send(record.command)
            case OrderRecord():
                self._orders.hear(record)
            case FillRecord():
                self._markouts.add(record.fill)
                self._orders.fill(record)
                self._stops.fill(record)
                self._inventory.move(record.time_ns, record.leg, record.size_after, record.cost_after)
            case PositionRecord():
                self._inventory.move(record.time_ns, record.leg, record.size_after, record.cost_after)
            case TransitionRecord():
                self._stops.watch(record, self._inventory.position(record.leg), self._markouts.latest)
            case RunRecord():
                for leg, (size, cost) in record.positions.items():
                    self._inventory.move(record.time_ns, leg, size, cost)
            case _:
                pass  # nothing that trades

    def at(self, now_ns: int) -> Quality:
        """Return what is known at a moment, event time not before the newest record; what waits for later goes on."""
        start_ns = now_ns if self._start_ns is None else self._start_ns
        return Quality(
            self._markouts.executions(Liquidity.MAKER, now_ns),
            self._markouts.executions(Liquidity.TAKER, now_ns),
            self._orders.total(),
            self._inventory.total(start_ns, now_ns),
            self._stops.total(),
        )


class _Orders:
    """What became of orders."""

    def __init__(self) -> None:
        self._placed = self._filled = self._races = 0
        self._placed_size = self._filled_size = ZERO
        self._left: dict[str, Decimal] = {}  # quotes that may still fill, with what is left of them
        self._touched: set[str] = set()  # those of them that were filled in part
        self._canceling: set[str] = set()

    def send(self, command: PlaceOrder | CancelOrder) -> None:
        match command:
            case CancelOrder(client_id):
                self._canceling.add(client_id)
            case PlaceOrder(role=Role.QUOTE):
                self._placed += 1
                self._placed_size += command.size
                self._left[command.client_id] = command.size
            case _:
                pass  # an exit, which is no quote

    def hear(self, record: OrderRecord) -> None:
        if record.status in GONE:
            self._forget(record.client_id)

    def fill(self, record: FillRecord) -> None:
        client_id, size = record.fill.client_id, record.fill.size
        if client_id in self._canceling:
            self._races += 1
            self._canceling.discard(client_id)
        left = self._left.get(client_id)
        if left is None:
            return  # an exit, or a quote of an earlier run
        self._filled_size += size
        self._filled += client_id not in self._touched
        self._touched.add(client_id)
        self._left[client_id] = left - size
        if left == size:
            self._forget(client_id)

    def total(self) -> QuoteFills:
        share = ratio(self._filled, Decimal(self._placed), PERCENT) if self._placed else None
        return QuoteFills(self._placed, self._filled, share, self._placed_size, self._filled_size, self._races)

    def _forget(self, client_id: str) -> None:
        self._left.pop(client_id, None)
        self._touched.discard(client_id)
        self._canceling.discard(client_id)


class _Inventory:
    """Positions over time."""

    def __init__(self) -> None:
        self._positions: dict[str, tuple[Decimal, Decimal]] = {}
        self._since_ns = 0
        self._exposed_ns = 0
        self._size_ns = ZERO

    def move(self, time_ns: int, leg: str, size: Decimal, cost: Decimal) -> None:
        """Take a leg's position from a moment on."""
        self._exposed_ns, self._size_ns = self._until(time_ns)
        self._since_ns = time_ns
        self._positions[leg] = (size, cost)

    def position(self, leg: str) -> tuple[Decimal, Decimal]:
        """Return a leg's signed size and cost."""
        return self._positions.get(leg, (ZERO, ZERO))

    def total(self, start_ns: int, now_ns: int) -> Inventory:
        exposed_ns, size_ns = self._until(now_ns)
        whole_ns = Decimal(now_ns - start_ns)
        if not whole_ns:
            return Inventory()
        return Inventory(exposed_ns, ratio(exposed_ns, whole_ns, PERCENT), (size_ns / whole_ns).quantize(SIZE_STEP))

    def _until(self, now_ns: int) -> tuple[int, Decimal]:
        """Return for how long something was open up to a moment, and the sum of size times time."""
        carried = sum((abs(size) for size, _ in self._positions.values()), ZERO)
        passed_ns = now_ns - self._since_ns if carried else 0
        return self._exposed_ns + passed_ns, self._size_ns + carried * passed_ns
