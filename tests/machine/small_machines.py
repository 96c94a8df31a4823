"""Random small machines: guards of every kind over the shipped metrics, combined, in a few rows."""

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from perpfsm.machine.build import Lifecycle
from perpfsm.machine.definition import AllOf, AnyOf, Comparison, Guard, Not, Operand, Operator, ParameterOperand, Row
from perpfsm.machine.metrics import SHIPPED_METRICS
from tests.builders import guarded, leg, row, view
from tests.machine.worlds import MOMENTS, POSITIONS, PRICES, World, decimals, legs, on_a_threshold, quotes, views

NUMBERS = [spec for spec in SHIPPED_METRICS if spec.values is None]
CHOICES = [spec for spec in SHIPPED_METRICS if spec.values is not None]
BOUNDS: dict[str, SearchStrategy[Operand]] = {
    "percent": st.one_of(
        decimals("-100", "-1", "-0.25", "0", "0.13", "0.5", "1", "100"),
        st.builds(
            ParameterOperand, st.sampled_from(("stop_loss_spread", "ts_callback_rate", "minimum_spread")), st.booleans()
        ),
    ),
    "seconds": st.one_of(
        decimals("-1", "0", "0.5", "1", "10", "60", "0.0000000005"),
        st.builds(ParameterOperand, st.sampled_from(("order_refresh_time", "filled_order_delay", "exit_retry_s"))),
    ),
    "base": decimals("0", "1", "2"),
    "count": decimals("0", "1", "2"),
}
OFF_VALUES = st.sampled_from((None, None, None, "stop_loss_spread", "minimum_spread"))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """Draw a guard that compares one metric, or now and then a parameter."""
    kind = draw(st.sampled_from(("number", "number", "number", "number", "choice", "parameter")))
    operator = draw(st.sampled_from(Operator))
    equality = draw(st.sampled_from((Operator.IS, Operator.IS_NOT)))
    if kind == "parameter":
        return Comparison(operator, draw(BOUNDS["percent"]), parameter="ts_activation_spread")
    if kind == "choice":
        choice = draw(st.sampled_from(CHOICES))
        names = draw(st.lists(st.sampled_from(choice.values or ()), min_size=1, max_size=3, unique=True))
        return Comparison(equality, tuple(names), metric=choice.name)
    spec = draw(st.sampled_from(NUMBERS))
    return Comparison(
        operator,
        draw(BOUNDS[spec.unit]),
        metric=spec.name,
        when_set=draw(OFF_VALUES),
        when_undefined=draw(st.booleans()),
    )


def combined(parts: SearchStrategy[Guard]) -> SearchStrategy[Guard]:
    """Return guards made of `parts`."""
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(several.map(AllOf), several.map(AnyOf), parts.map(Not))


GUARDS: SearchStrategy[Guard] = st.recursive(comparisons(), combined, max_leaves=4)


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Draw a machine of up to three rows in one state."""
    guards = {f"g{number}": guard for number, guard in enumerate(draw(st.lists(GUARDS, min_size=1, max_size=4)))}
    names = st.lists(st.sampled_from(sorted(guards)), max_size=2, unique=True).map(tuple)
    rows: list[Row] = [
        row(f"row {number}", when=draw(names), unless=draw(names)) for number in range(draw(st.integers(1, 3)))
    ]
    return guarded(guards, *rows)


@st.composite
def small_worlds(draw: st.DrawFn) -> World:
    """Draw a leg on a machine that nobody would ship."""
    lifecycle, of, seen = draw(lifecycles()), draw(legs(["here"])), draw(views())
    return World(lifecycle, on_a_threshold(draw, of, seen), seen)


@st.composite
def watched_worlds(draw: st.DrawFn) -> World:
    """Draw a long or short whose only row waits for one price or one moment: where a wrong band shows soonest."""
    price = st.builds(
        Comparison,
        st.sampled_from(Operator),
        decimals("0", "0", "-0.5", "0.5"),
        metric=st.sampled_from(("pnl_pct", "mark_pnl_pct", "drawdown_pct")),
    )
    moment = st.builds(Comparison, st.just(Operator.AT_LEAST), decimals("60"), metric=st.just("position_age_s"))
    guards: dict[str, Guard] = {
        "waits": draw(st.one_of(price, moment)),
        "exposed": Comparison(Operator.ABOVE, Decimal(0), metric="position_size"),
    }
    lifecycle = guarded(guards, row(when=("exposed", "waits")))
    seen = view(draw(quotes()), mark=draw(st.one_of(st.none(), PRICES)))
    of = leg("here", draw(POSITIONS), peak=draw(PRICES))
    of.opened_ns = draw(MOMENTS)
    return World(lifecycle, on_a_threshold(draw, of, seen), seen)
