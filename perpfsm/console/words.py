"""Numbers and times as the desk writes them: ticks kept, thousands apart, PnL signed, UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from perpfsm.market.instrument import Instrument

SECOND_NS = 10**9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decimals(grid: Decimal) -> int:
    """Return how many decimals a number on `grid` (positive) needs: 1 for 0.5, 0 for 10."""
    exponent = grid.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def price(value: Decimal, instrument: Instrument) -> str:
    """Return a price (quote currency) with the tick's decimals."""
    return f"{value:,.{decimals(instrument.tick)}f}"


def size(value: Decimal, instrument: Instrument) -> str:
    """Return a size (base units) with the step's decimals."""
    return f"{value:,.{decimals(instrument.step)}f}"


def exact_size(value: Decimal, instrument: Instrument) -> str:
    """Return a size (base units) with the step's decimals, and with more where it does not lie on the step grid."""
    return f"{value:,.{max(decimals(instrument.step), decimals(value) if value else 0)}f}"


def mean_size(value: Decimal, instrument: Instrument) -> str:
    """Return a mean size (base units) with the step's decimals; one below a step with its first two digits."""
    places = 1 - value.adjusted() if 0 < value < instrument.step else decimals(instrument.step)
    return f"{value:,.{places}f}"


def base(instrument: Instrument) -> str:
    """Return the currency that is traded, BTC of BTC-USDT."""
    return instrument.symbol.partition("-")[0]


def quoted(instrument: Instrument) -> str:
    """Return the currency that it is priced in, USDT of BTC-USDT."""
    return instrument.symbol.partition("-")[2]


def money_places(*amounts: Decimal) -> int:
    """Return the decimals with which amounts of this magnitude (quote currency) read best side by side."""
    largest = max(map(abs, amounts), default=Decimal(0))
    if not largest or largest >= 100:
        return 2
    return 4 if largest >= Decimal("0.01") else 8


def money(value: Decimal, places: int) -> str:
    """Return an amount of quote currency without a plus sign."""
    return _without_negative_zero(f"{value:,.{places}f}")


def signed(value: Decimal, places: int) -> str:
    """Return a gain with + and a loss with -; what rounds to zero has no sign."""
    return _without_negative_zero(f"{value:+,.{places}f}")


def percent(value: Decimal) -> str:
    """Return a percentage, not signed, with one decimal."""
    return f"{value:.1f} %"


def signed_percent(value: Decimal) -> str:
    """Return a signed percentage with three decimals."""
    return f"{signed(value, 3)} %"


def distance(at: Decimal, *, reference: Decimal) -> str:
    """Return how far the price `at` lies from `reference` (positive), as a signed percentage of it, 999 at most."""
    away = (at / reference - 1) * 100
    return signed_percent(away) if away < 1000 else "> 999 %"


def duration(time_ns: int) -> str:
    """Return a length of time (negative counts as none) in its two largest units."""
    time_ns = max(0, time_ns)
    seconds = time_ns // SECOND_NS
    if not time_ns:
        return "0 s"
    if seconds < 1:
        return f"{time_ns // 10**6} ms"
    if seconds < 60:
        return f"{seconds}.{time_ns % SECOND_NS // 10**8} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    return f"{seconds // 86400:,} d {seconds % 86400 // 3600:02} h"


def date_and_time(time_ns: int) -> str:
    """Return a UTC moment to the second."""
    return f"{_moment(time_ns):%Y-%m-%d %H:%M:%S}"


def time_of_day(time_ns: int) -> str:
    """Return the UTC time of a moment to the millisecond."""
    return f"{_moment(time_ns):%H:%M:%S}.{time_ns % SECOND_NS // 10**6:03}"


def counted(count: int, one: str, many: str = "") -> str:
    """Return `count` with its noun: 1 fill, 2 fills."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _moment(time_ns: int) -> datetime:
    return _EPOCH + timedelta(seconds=time_ns // SECOND_NS)


def _without_negative_zero(text: str) -> str:
    return text if text.strip("+-0.,") else text.lstrip("+-")
