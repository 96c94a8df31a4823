"""The shipped metrics: what guards may compare, with their unit and how they depend on the market."""

from collections.abc import Callable
from decimal import Decimal

from perpfsm.machine import readings
from perpfsm.machine.definition import REASONS
from perpfsm.machine.leg import NO_REASON
from perpfsm.machine.library import Declared, MetricSpec, Threshold
from perpfsm.machine.needs import CALLBACK, NOTHING, PROFITS, QUOTING, REFERENCE
from perpfsm.machine.view import Reading
from perpfsm.market.moments import age_s, later
from perpfsm.market.position import ZERO
from perpfsm.market.ratio import Ratio

ReadRatio = Callable[[Reading], Ratio | None]
ReadThresholds = Callable[[Reading, Decimal], tuple[Threshold, ...]]


def _reads(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _age_metric(name: str, doc: str, fact: str) -> MetricSpec:
    """Return the metric of the seconds since a moment that the leg remembers."""
    return MetricSpec(
        name,
        "seconds",
        doc,
        lambda reading: age_s(reading.view.now_ns, getattr(reading.leg, fact)),
        depends=Declared.TIME,
        may_be_undefined=True,
        moment_ns=lambda reading, bound: later(getattr(reading.leg, fact), bound),
        least=ZERO,
        reads=frozenset({"time", fact}),
    )


def _price_metric(
    name: str,
    doc: str,
    reads: str,
    read: ReadRatio,
    thresholds: ReadThresholds,
    *,
    parameters: frozenset[str] = NOTHING,
) -> MetricSpec:
    """Return a percent metric that moves with the market."""
    return MetricSpec(
        name,
        "percent",
        doc,
        read,
        depends=Declared.PRICE,
        may_be_undefined=True,
        thresholds=thresholds,
        reads=_reads(f"price {reads}"),
        parameters=parameters,
    )


def _count_metric(name: str, doc: str, reads: str, read: Callable[[Reading], int]) -> MetricSpec:
    """Return a metric that counts."""
    return MetricSpec(
        name,
        "count",
        doc,
        lambda reading: Ratio(Decimal(read(reading))),
        depends=Declared.FACT,
        least=ZERO,
        reads=_reads(f"amount {reads}"),
    )


def _choice_metric(
    name: str,
    doc: str,
    values: tuple[str, ...],
    reads: str,
    read: Callable[[Reading], str],
    *,
    depends: Declared = Declared.FACT,
    parameters: frozenset[str] = NOTHING,
) -> MetricSpec:
    """Return an enumerated metric; it always has a value."""
    return MetricSpec(
        name, "none", doc, read, depends=depends, values=values, reads=_reads(reads), parameters=parameters
    )


SHIPPED_METRICS = (
    _price_metric(
        "pnl_pct",
        "PnL at the exit price, percent of the cost, before leverage.",
        "position",
        readings.pnl_pct,
        readings.pnl_thresholds,
    ),
    _price_metric(
        "mark_pnl_pct",
        "PnL at the mark price (mid where there is none), percent of the cost.",
        "position",
        readings.mark_pnl_pct,
        readings.mark_pnl_thresholds,
    ),
    _price_metric(
        "nearest_quote_pct",
        "Distance of the nearest working quote from the reference price, percent of it.",
        "quotes",
        readings.nearest_quote_pct,
        readings.nearest_quote_thresholds,
        parameters=REFERENCE,
    ),
    MetricSpec(
        "quote_drift_pct",
        "percent",
        "Largest difference between a working quote and its proposal; undefined when their counts differ.",
        readings.quote_drift_pct,
        depends=Declared.ANYTHING,
        may_be_undefined=True,
        reads=_reads("quotes price book"),
        parameters=QUOTING,
    ),
    _price_metric(
        "drawdown_pct",
        "How far the exit price has come back from the peak.",
        "position peak amount",
        readings.drawdown_pct,
        readings.drawdown_thresholds,
    ),
    MetricSpec(
        "exit_estimate_pct",
        "percent",
        "PnL at the estimated exit price of the trailing stop; not above 0 is NILL.",
        readings.exit_estimate_pct,
        depends=Declared.FACT,
        may_be_undefined=True,
        parameters=CALLBACK,
        reads=_reads("position peak amount"),
    ),
    _price_metric(
        "exit_left_behind_pct",
        "How far the market has left the closing LIMIT behind, percent of its price.",
        "exits",
        readings.exit_left_behind_pct,
        readings.exit_left_behind_thresholds,
    ),
    _age_metric("quotes_age_s", "Seconds since the quotes were placed or kept.", "quotes_ns"),
    _age_metric("since_fill_s", "Seconds since the leg's last fill of any kind.", "last_fill_ns"),
    _age_metric("position_age_s", "Seconds since the position was opened.", "opened_ns"),
    MetricSpec(
        "exit_age_s",
        "seconds",
        "Seconds since the newest working exit left.",
        readings.exit_age_s,
        depends=Declared.TIME,
        may_be_undefined=True,
        moment_ns=readings.exit_age_moment,
        least=ZERO,
        reads=_reads("time exits"),
    ),
    MetricSpec(
        "exit_backoff_left_s",
        "seconds",
        "Seconds until an exit that was lost may be tried again; 0 when none waits.",
        readings.exit_backoff_left_s,
        depends=Declared.TIME,
        moment_ns=readings.exit_backoff_moment,
        least=ZERO,
        parameters=frozenset({"exit_retry_s"}),
        reads=_reads("time exit_losses exit_lost_ns exit_reason"),
    ),
    MetricSpec(
        "position_size",
        "base",
        "The open position, unsigned.",
        lambda reading: Ratio(abs(reading.leg.position.size)),
        depends=Declared.FACT,
        least=ZERO,
        reads=_reads("position amount"),
    ),
    _choice_metric(
        "position_side",
        "The side of the open position.",
        (NO_REASON, "long", "short"),
        "position side",
        readings.position_side,
    ),
    _count_metric(
        "exits_working",
        "Exits that can still fill, canceling and unknown ones included.",
        "exits",
        lambda reading: len(readings.exits_of(reading.view.orders)),
    ),
    _count_metric(
        "exit_replacements",
        "Replacements of the closing order since its reason came in force.",
        "exits_placed",
        lambda reading: max(0, reading.leg.exits_placed - 1),
    ),
    _count_metric(
        "exit_losses", "Exits lost or refused in a row.", "exit_losses", lambda reading: reading.leg.exit_losses
    ),
    _choice_metric(
        "exit_reason",
        "Why the position is being closed.",
        (NO_REASON, *REASONS),
        "exit_reason",
        lambda reading: reading.leg.exit_reason,
    ),
    _choice_metric(
        "fill_effect",
        "What the fill in hand did to the position.",
        (NO_REASON, "opened", "increased", "reduced", "closed"),
        "fill_effect",
        lambda reading: reading.leg.fill_effect,
    ),
    _choice_metric(
        "data",
        "Health of the market data.",
        ("good", "missing", "stale", "crossed", "jump", "invalid"),
        "data",
        lambda reading: reading.view.data,
    ),
    _choice_metric(
        "quoting",
        "Whether new quotes are allowed, and if not, why.",
        ("allowed", "paused", "stopping", "halted", "data_bad", "no_reference", "cooldown"),
        "quoting",
        lambda reading: reading.view.quoting,
    ),
    _choice_metric(
        "quoted_parameters",
        "Whether the leg last quoted with the parameters in force, or a live change came since.",
        ("current", "outdated"),
        "quotes_outdated",
        lambda reading: "outdated" if reading.leg.quotes_outdated else "current",
    ),
    _choice_metric(
        "exit_order_type",
        "The type of the exits at work.",
        (NO_REASON, "limit", "market"),
        "exits",
        readings.exit_order_type,
    ),
    _choice_metric(
        "take_profit_mismatch",
        "How the working take-profit differs from the one that belongs there.",
        (NO_REASON, "oversized", "differs"),
        "position exits amount",
        readings.take_profit_mismatch,
        parameters=PROFITS,
    ),
    _choice_metric(
        "remainder",
        "Whether the venue would let the open position be closed.",
        (NO_REASON, "dust", "closable"),
        "position price amount",
        readings.remainder,
        depends=Declared.ANYTHING,
    ),
    _choice_metric(
        "peak",
        "Whether trailing has a peak, and whether the present event set it.",
        (NO_REASON, "new", "old"),
        "peak peak_is_new",
        readings.peak,
        depends=Declared.ANYTHING,
    ),
)
