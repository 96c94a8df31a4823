"""Before a run: a refuted lifecycle is not started, nor a stop that lies beyond the liquidation price."""

from dataclasses import replace
from decimal import Decimal

import typer

from perpfsm.config.documents import has_errors
from perpfsm.config.proofs import prove_strategy
from perpfsm.config.render import finding_lines
from perpfsm.config.strategy import Strategy
from perpfsm.errors import ConfigError, PerpfsmError, Severity
from perpfsm.proof.lint_liquidation import stop_comes_before_liquidation

UNPROVED = "warning: The lifecycle is not proved, so nobody knows yet whether it can strand a position."
HINT = "Mend the lifecycle. With --no-prove it starts all the same."


class RefutedError(ConfigError):
    """A lifecycle that could strand a position, or that delays its stop."""


def refuse_late_stop(strategy: Strategy, price: Decimal | None, feed: str) -> None:
    """Hold the stop against liquidation at the first price of a market that the strategy file did not know.

    Args:
        strategy: What is about to run.
        price: Quote currency; None when the market begins without one.
        feed: Its name, for the message.

    Raises:
        PerpfsmError: When the venue would close a position before the stop does.
    """
    if strategy.terms.price is not None or price is None:
        return
    terms = replace(strategy.terms, price=price)
    written = strategy.values.get("waive")
    waived = written if isinstance(written, dict) else {}
    for flaw in stop_comes_before_liquidation(strategy.parameters, terms, strategy.reads):
        where = f"{strategy.path} on {feed}"
        if flaw.severity is Severity.ERROR:
            raise PerpfsmError(flaw.what, where=where, remedy=flaw.remedy)
        if flaw.code not in waived:
            typer.echo(f"{where}: warning[{flaw.code}]: {flaw.what}\n  {flaw.remedy}", err=True)


def refuse_refuted(strategy: Strategy, *, proves: bool) -> None:
    """Put the lifecycle to the proof, and say on standard error what stays open.

    Args:
        strategy: What is about to run.
        proves: Whether it is to be proved.

    Raises:
        RefutedError: When a claim is refuted.
    """
    if not proves:
        typer.echo(UNPROVED, err=True)
        return
    findings = prove_strategy(strategy).findings
    if has_errors(findings):
        raise RefutedError(findings)
    for finding in findings:
        for line in finding_lines(finding):
            typer.echo(line.text, err=True)
