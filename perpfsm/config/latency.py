"""Latencies of the paper exchange: a number of milliseconds, an even draw between two, or a draw from a CSV."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from perpfsm.config.nodes import Complaint, Value
from perpfsm.config.numbers import is_number, is_too_long, read_number
from perpfsm.config.settings import Settings
from perpfsm.config.wording import listed, shown
from perpfsm.errors import PerpfsmError
from perpfsm.exchange.latency import NS_PER_MS, Delay, LatencySettings, Sampled, Uniform

SECTION = "paper.latency"
PATHS = ("order_ms", "cancel_ms", "ack_ms", "market_data_ms")
MS_MAX = 60_000
BYTES_MAX = 16 * 2**20
FORMS = "Write a number, {uniform: [low, high]} or {file: latencies.csv}."


def latency_settings(path: Path, settings: Settings) -> LatencySettings:
    """Return the latencies of a strategy file.

    Args:
        path: Of the strategy file, from whose folder a CSV's path starts.
        settings: Without errors.
    """
    order, cancel, ack, market_data = (_delay(path, settings.values[f"{SECTION}.{name}"]) for name in PATHS)
    seed = settings.number(f"{SECTION}.seed")
    return LatencySettings(order, cancel, ack, market_data, 0 if seed is None else int(seed))


def check_latency(path: Path, settings: Settings) -> Iterator[Complaint]:
    """Yield what is wrong with a latency beyond what the schema says, its CSV included."""
    for name in PATHS:
        place = (*SECTION.split("."), name)
        try:
            _delay(path, settings.values.get(f"{SECTION}.{name}", 0))
        except PerpfsmError as problem:
            where = f"{SECTION}.{name}"
            yield Complaint(place, "latency", f"{where} {problem.what}", problem.remedy)


def _delay(path: Path, value: Value) -> Delay:
    match value:
        case bool():
            raise PerpfsmError("is no latency.", remedy=FORMS)
        case int() | Decimal():
            return _ns(value)
        case {"uniform": [int() | Decimal() as low, int() | Decimal() as high], **rest} if not rest:
            if not 0 <= low <= high <= MS_MAX:
                what = f"draws from {shown(low)} to {shown(high)}; it may from 0 to {MS_MAX}, the lower first."
                raise PerpfsmError(what, remedy="Write {uniform: [low, high]}.")
            return Uniform(_ns(low), _ns(high))
        case {"file": str(name), **rest} if not rest:
            return Sampled(_read(path.parent / name))
        case dict():
            raise PerpfsmError(f"has {listed(map(shown, value), 'and') if value else 'nothing'}.", remedy=FORMS)
        case _:
            raise PerpfsmError("is no latency.", remedy=FORMS)


def _read(file: Path) -> tuple[int, ...]:
    """Return the latencies of a CSV of one column, with or without a heading, blank lines left out."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(BYTES_MAX + 1)
        lines = raw.decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = f"names {shown(str(file))}, which cannot be read."
        raise PerpfsmError(what, remedy="Check the path, which starts at the strategy file's folder.") from error
    if len(raw) > BYTES_MAX:
        raise PerpfsmError(f"names {shown(str(file))}, which is above {BYTES_MAX >> 20} MiB.", remedy="Take a sample.")
    values = []
    for number, line in enumerate(lines, start=1):
        cell = line.strip().strip('"')
        if not cell or (number == 1 and not is_number(cell)):
            continue
        if not is_number(cell) or is_too_long(cell) or not 0 <= (value := read_number(cell)) <= MS_MAX:
            what = f"names {shown(str(file))}, whose line {number} is {shown(cell)}."
            raise PerpfsmError(what, remedy=f"Write one number of milliseconds a line, 0 to {MS_MAX}.")
        values.append(_ns(value))
    if not values:
        raise PerpfsmError(f"names {shown(str(file))}, which holds no number.", remedy="Write one number a line.")
    return tuple(values)


def _ns(milliseconds: int | Decimal) -> int:
    """Return whole nanoseconds, what is finer cut off."""
    return int(milliseconds * NS_PER_MS)
