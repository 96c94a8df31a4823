from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext

import pytest

from perpfsm.market.arithmetic import EXACT


def test_products_and_sums_of_large_and_tiny_amounts_are_exact() -> None:
    with localcontext(EXACT):
        assert str(Decimal("1234567.12345678") * Decimal("98765.12345678") * Decimal("0.00018")) == (
            "21947791.385500313856575034312"
        )
        assert Decimal("1e20") + Decimal("1e-30") - Decimal("1e20") == Decimal("1e-30")


def test_nonsense_is_raised_and_never_becomes_a_number() -> None:
    with localcontext(EXACT):
        with pytest.raises(DivisionByZero):
            Decimal(1) / Decimal(0)
        with pytest.raises(InvalidOperation):
            Decimal("nan") > Decimal(1)  # noqa: B015 - the comparison itself is what raises
