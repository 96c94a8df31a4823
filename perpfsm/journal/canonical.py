"""Canonical JSON: one text for one record, so that hashes and whole journals compare.

Keys are sorted, nothing is spaced, text is UTF-8. A decimal is a string in plain notation with the digits that it came
with (`1.00` stays `1.00`, `1E-8` is `0.00000001`), an enumerated value is its value, a tuple is a list.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from perpfsm.engine.records import (
    ClosingRecord,
    CommandRecord,
    ConfigurationRecord,
    DataRecord,
    EndRecord,
    FillRecord,
    FundingRecord,
    Json,
    OperatorRecord,
    OrderRecord,
    PositionRecord,
    Record,
    RefusalRecord,
    RunRecord,
    TransitionRecord,
)
from perpfsm.market.order import CancelOrder, Command, PlaceOrder

Body = dict[str, Json]


class Kind(StrEnum):
    """What an entry records, one kind for each class of record."""

    RUN = "run"
    TRANSITION = "transition"
    COMMAND = "command"
    REFUSAL = "refusal"
    ORDER = "order"
    FILL = "fill"
    POSITION = "position"
    CLOSING = "closing"
    FUNDING = "funding"
    DATA = "data"
    OPERATOR = "operator"
    CONFIGURATION = "configuration"
    END = "end"


KINDS = frozenset(kind.value for kind in Kind)
to_json = msgspec.json.Encoder(order="sorted").encode


def plain(value: Json) -> Json:
    """Return `value` with decimals as text and tuples as lists, nothing shared with it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value


def described(record: Record) -> tuple[str, str, Body]:
    """Return the kind of a record, its leg (empty when it has none) and its other fields but the time."""
    match record:
        case TransitionRecord():
            return "transition", record.leg, _transition(record)
        case CommandRecord():
            return "command", record.leg, _command(record.command)
        case OrderRecord():
            return "order", record.leg, _order(record)
        case FillRecord() | PositionRecord() | FundingRecord() | ClosingRecord():
            return _booked(record)
        case RefusalRecord():
            return "refusal", record.leg, {"what": record.what, "why": record.why}
        case DataRecord():
            return "data", "", {"health": record.health, "detail": record.detail}
        case OperatorRecord():
            return "operator", "", {"action": record.action, "who": record.who, "why": record.why}
        case ConfigurationRecord():
            changes: Body = {name: list(values) for name, values in record.changes.items()}
            return "configuration", "", {"who": record.who, "changes": changes}
        case RunRecord():
            return "run", "", _run(record)
        case EndRecord():
            return "end", "", _end(record)


def _booked(record: FillRecord | PositionRecord | FundingRecord | ClosingRecord) -> tuple[str, str, Body]:
    match record:
        case FillRecord():
            return "fill", record.leg, _fill(record)
        case PositionRecord():
            return "position", record.leg, _position(record)
        case FundingRecord():
            return "funding", record.leg, _funding(record)
        case ClosingRecord():
            return "closing", record.leg, _closing(record)


def _transition(record: TransitionRecord) -> Body:
    return {
        "trigger": record.trigger,
        "row": record.row,
        "name": record.name,
        "source": record.source,
        "dest": record.dest,
        "reason": record.reason,
        "saw": dict(record.saw),
        "held": list(record.held),
        "passed": [list(pair) for pair in record.passed],
        "notes": list(record.notes),
        "facts": {name: plain(fact) for name, fact in record.facts.items()},
    }


def _command(command: Command) -> Body:
    match command:
        case PlaceOrder():
            return {
                "type": "place",
                "client_id": command.client_id,
                "leg": command.leg,
                "role": command.role,
                "side": command.side,
                "order_type": command.type,
                "price": None if command.price is None else f"{command.price:f}",
                "size": f"{command.size:f}",
                "post_only": command.post_only,
                "reduce_only": command.reduce_only,
                "reason": command.reason,
                "level": command.level,
            }
        case CancelOrder():
            return {"type": "cancel", "client_id": command.client_id}


def _order(record: OrderRecord) -> Body:
    return {"client_id": record.client_id, "status": record.status, "detail": record.detail}


def _fill(record: FillRecord) -> Body:
    fill = record.fill
    return {
        "fill": {
            "trade_id": fill.trade_id,
            "client_id": fill.client_id,
            "leg": fill.leg,
            "side": fill.side,
            "price": f"{fill.price:f}",
            "size": f"{fill.size:f}",
            "fee": f"{fill.fee:f}",
            "liquidity": fill.liquidity,
            "time_ns": fill.time_ns,
        },
        "role": record.role,
        "reason": record.reason,
        "effect": record.effect,
        "realised": f"{record.realised:f}",
        "size_after": f"{record.size_after:f}",
        "cost_after": f"{record.cost_after:f}",
        "wallet_after": f"{record.wallet_after:f}",
    }


def _position(record: PositionRecord) -> Body:
    return {
        "cause": record.cause,
        "realised": f"{record.realised:f}",
        "size_after": f"{record.size_after:f}",
        "cost_after": f"{record.cost_after:f}",
        "wallet_after": f"{record.wallet_after:f}",
    }


def _funding(record: FundingRecord) -> Body:
    return {
        "rate": f"{record.rate:f}",
        "mark": f"{record.mark:f}",
        "paid": f"{record.paid:f}",
        "wallet_after": f"{record.wallet_after:f}",
    }


def _closing(record: ClosingRecord) -> Body:
    return {
        "reason": record.reason,
        "realised": f"{record.realised:f}",
        "fees": f"{record.fees:f}",
        "funding": f"{record.funding:f}",
        "opened_ns": record.opened_ns,
    }


def _run(record: RunRecord) -> Body:
    return {
        "epoch": record.epoch,
        "run": record.run,
        "version": record.version,
        "strategy": record.strategy,
        "strategy_hash": record.strategy_hash,
        "machine": record.machine,
        "machine_hash": record.machine_hash,
        "feed": record.feed,
        "feed_hash": record.feed_hash,
        "settings": dict(record.settings),
        "balance": f"{record.balance:f}",
        "positions": _positions(record.positions),
    }


def _end(record: EndRecord) -> Body:
    return {
        "why": record.why,
        "wallet": f"{record.wallet:f}",
        "realised": f"{record.realised:f}",
        "fees": f"{record.fees:f}",
        "funding": f"{record.funding:f}",
        "open_pnl": f"{record.open_pnl:f}",
        "positions": _positions(record.positions),
    }


def _positions(positions: Mapping[str, tuple[Decimal, Decimal]]) -> Body:
    return {leg: [f"{size:f}", f"{cost:f}"] for leg, (size, cost) in positions.items()}
