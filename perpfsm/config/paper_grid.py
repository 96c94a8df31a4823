"""The size grid that a paper exchange needs for the amounts of an imported configuration, which names no instrument."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from perpfsm.config.nodes import Value
from perpfsm.config.settings import described_parameters
from perpfsm.config.wording import plain

STEP = "paper.instrument.step"
LEAST = "paper.instrument.min_size"


# What the defaults of the paper exchange, and its synthetic market, are made for.
BASE = "BTC-"


def paper_grid(values: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Return a `paper` section under which every amount is an order of just that size, and what to know about it.

    The section is empty where the defaults do, or where orders go elsewhere.

    Args:
        values: Parameters of a strategy file by name.
    """
    amounts = [amount for amount in _amounts(values) if amount > 0]
    step, least = _default(STEP), _default(LEAST)
    if values.get("derivative") != "paper" or not amounts:
        return {}, ()
    market = str(values.get("market"))
    other = (
        f"Prices and grids of the paper exchange are those of BTC-USDT; set paper.instrument and a feed for {market}."
    )
    notes = () if market.startswith(BASE) else (other,)
    if any(amount % step for amount in amounts):
        step = min(Decimal((0, (1,), int(amount.normalize().as_tuple().exponent))) for amount in amounts)
    if step >= _default(STEP) and min(amounts) >= least:
        return {}, notes
    note = f"The paper exchange is given the size step {plain(step)}, so that the amounts fit; use your contract's."
    return {"paper": {"instrument": {"step": step, "min_size": step}}}, (note, *notes)


def _amounts(values: Mapping[str, Value]) -> Iterator[Decimal]:
    """Yield the size of the first and of the last level, and what each level adds."""
    first, more, levels = (_number(values.get(name)) for name in ("order_amount", "order_level_amount", "order_levels"))
    if first is not None:
        yield first
        if more and levels and levels > 1:
            yield abs(more)
            yield first + (levels - 1) * more


def _number(value: Value) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _default(name: str) -> Decimal:
    number = _number(described_parameters()[name]["default"])
    assert number is not None, name  # noqa: S101  # the schema gives one, which a test of the schema holds
    return number
