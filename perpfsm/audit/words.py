"""Records in words: one line for a trader, numbers and moments as a person writes them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.errors import PerpfsmError
from perpfsm.market.band import NEVER
from perpfsm.market.order import CancelOrder, Command, PlaceOrder
from perpfsm.market.side import Side

NONE = "none"
_SECOND_NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = re.compile(r"[0-9]{9,4000}")
_FRACTION = re.compile(r"[.,](\d{1,9})(?=$|Z|[+-])")


def moment(time_ns: int, *, digits: int = 9) -> str:
    """Return a time as `2024-08-08 12:00:01.123`, UTC, with at most `digits` and at least three decimals."""
    seconds, rest = divmod(time_ns, _SECOND_NS)
    fraction = f"{rest:09d}"[:digits]
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}.{fraction[:3]}{fraction[3:].rstrip('0')}"


def moment_ns(text: str) -> int:
    """Return the nanoseconds since the epoch that `text` names.

    Args:
        text: ISO 8601, UTC unless it has an offset, or whole nanoseconds since the epoch.

    Raises:
        PerpfsmError: When it is neither.
    """
    fraction = _FRACTION.search(text)
    try:
        if _NANOSECONDS.fullmatch(text):
            time_ns = int(text)
        else:
            read = datetime.fromisoformat(_FRACTION.sub("", text, count=1))
            since = (read if read.tzinfo else read.replace(tzinfo=UTC)) - _EPOCH
            rest = int(fraction[1].ljust(9, "0")) if fraction else 0
            time_ns = (since.days * 86_400 + since.seconds) * _SECOND_NS + rest
    except ValueError as error:
        raise _no_moment(text) from error
    if not -NEVER <= time_ns <= NEVER:
        raise _no_moment(text)
    return time_ns


def _no_moment(text: str) -> PerpfsmError:
    return PerpfsmError(
        f"{text!r} is no moment between 1678 and 2262.",
        remedy="Write 2024-08-08T12:00:00Z, 2024-08-08, or nanoseconds since the epoch.",
    )


def duration(span_ns: int) -> str:
    """Return a span as `1 h 02 min 03 s`, below a minute in seconds with at most three decimals."""
    seconds = Decimal(span_ns) / _SECOND_NS
    if seconds < 60:
        return f"{number(seconds.quantize(Decimal('0.001')))} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min {rest:02d} s" if hours else f"{minutes} min {rest:02d} s"


def number(value: Decimal) -> str:
    """Return `value` exactly, thousands set apart and without trailing zeros."""
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def signed(value: Decimal) -> str:
    """Return `value` as `number` does, a gain with its plus."""
    return f"+{number(value)}" if value > 0 else number(value)


def quantity(name: str, text: str) -> str:
    """Return a metric's value with the unit that its name ends in; words stay as they are."""
    unit = " %" if name.endswith("_pct") else " s" if name.endswith("_s") else ""
    try:
        return f"{number(Decimal(text))}{unit}"
    except InvalidOperation:
        return text


def short_id(client_id: str) -> str:
    """Return `#12` for `pf-<epoch>-12`; another hand's id stays whole."""
    tail = client_id.rpartition("-")[2]
    return f"#{tail}" if client_id.startswith("pf-") and tail.isdigit() else client_id


def summary(record: Record) -> str:
    """Return one line that says what happened."""
    match record:
        case TransitionRecord():
            notes = "".join(f" — {note}" for note in record.notes)
            return f"{moved(record)}, by {row_name(record)} on {record.trigger}{notes}"
        case CommandRecord():
            return _command(record.command)
        case RefusalRecord():
            return f"{'not sent' if record.leg else 'refused'}: {record.what}; {record.why}"
        case OrderRecord():
            detail = f": {record.detail}" if record.detail else ""
            return f"{short_id(record.client_id)} {record.status.replace('_', ' ')}{detail}"
        case FillRecord() | PositionRecord() | FundingRecord() | ClosingRecord():
            return _booked(record)
        case DataRecord():
            return _data(record)
        case OperatorRecord():
            return f"{record.action} by {record.who}{f': {record.why}' if record.why else ''}"
        case ConfigurationRecord():
            changes = ", ".join(f"{name} {before} → {after}" for name, (before, after) in record.changes.items())
            return f"{changes}, by {record.who}"
        case RunRecord():
            return _run(record)
        case EndRecord():
            return _end(record)


def moved(record: TransitionRecord) -> str:
    """Return which way a row led, with the exit reason in force."""
    way = f"stays {record.source}" if record.source == record.dest else f"{record.source} → {record.dest}"
    return way if record.reason == NONE else f"{way} ({record.reason})"


def row_name(record: TransitionRecord) -> str:
    """Return the row's number and name."""
    number_only = f"row {record.row}"
    return number_only if record.name == number_only else f"{number_only} `{record.name}`"


def order_terms(order: PlaceOrder) -> str:
    """Return what an order asks for."""
    price = "at market" if order.price is None else f"@ {order.price:,f}"
    purpose = order.role.replace("_", " ")
    if order.role.is_exit:
        purpose += f" ({order.reason})" if order.reason not in {NONE, order.role.value} else ""
    else:
        purpose += f" level {order.level}"
    flags = "".join(f", {flag}" for flag, is_on in _flags(order) if is_on)
    return f"{short_id(order.client_id)} {order.side} {number(order.size)} {price}, {purpose}{flags}"


def _data(record: DataRecord) -> str:
    if record.health == "no_reference":
        return f"no reference price: {record.detail}"
    return f"market data {record.health}{f': {record.detail}' if record.detail else ''}"


def _command(command: Command) -> str:
    match command:
        case PlaceOrder():
            return f"place {order_terms(command)}"
        case CancelOrder():
            return f"cancel {short_id(command.client_id)}"


def _flags(order: PlaceOrder) -> tuple[tuple[str, bool], ...]:
    return (("post-only", order.post_only), ("reduce-only", order.reduce_only))


def _booked(record: FillRecord | PositionRecord | FundingRecord | ClosingRecord) -> str:
    match record:
        case FillRecord():
            return _fill(record)
        case PositionRecord():
            return (
                f"position {number(record.size_after)} by {record.cause}: realised {signed(record.realised)}, "
                f"wallet {number(record.wallet_after)}"
            )
        case ClosingRecord():
            held = duration(record.time_ns - record.opened_ns)
            return (
                f"flat by {record.reason}: realised {signed(record.realised)}, fees {number(record.fees)}"
                f"{_funded(record.funding)}, held {held}"
            )
        case FundingRecord(paid=paid):
            exchanged = f"received {number(-paid)}" if paid < 0 else f"paid {number(paid)}"
            return f"funding {exchanged}: {number(record.rate * 100)} % at a mark price of {record.mark:,f}"


def _fill(record: FillRecord) -> str:
    fill = record.fill
    verb = "bought" if fill.side is Side.BUY else "sold"
    fee = f"fee {number(fill.fee)}" if fill.fee >= 0 else f"rebate {number(-fill.fee)}"
    realised = f", realised {signed(record.realised)}" if record.effect in {"reduced", "closed"} else ""
    return (
        f"{short_id(fill.client_id)} {verb} {number(fill.size)} @ {fill.price:,f} as {fill.liquidity}, "
        f"{fee}: {record.effect}{realised}, position {number(record.size_after)}"
    )


def _funded(funding: Decimal) -> str:
    """Return funding as a part of a sentence; nothing where there was none."""
    return f", funding {number(funding)}" if funding else ""


def _run(record: RunRecord) -> str:
    name = record.settings.get("strategy", "strategy")
    found = "".join(f", found {leg} {number(size)}" for leg, (size, _) in record.positions.items() if size)
    return f"run {record.run}: {name} on {record.feed}, wallet {number(record.balance)}{found}"


def _end(record: EndRecord) -> str:
    left = "".join(f", left open {leg} {number(size)}" for leg, (size, _) in record.positions.items() if size)
    return (
        f"end ({record.why}): wallet {number(record.wallet)}, realised {signed(record.realised)}, "
        f"fees {number(record.fees)}{_funded(record.funding)}, open {signed(record.open_pnl)}{left}"
    )
