"""Before a run: a lifecycle that is refuted is not started, unless the operator says so."""

import typer

from perpfsm.config.documents import has_errors
from perpfsm.config.proofs import prove_strategy
from perpfsm.config.render import finding_lines
from perpfsm.config.strategy import Strategy
from perpfsm.errors import ConfigError

UNPROVED = "warning: The lifecycle is not proved, so nobody knows yet whether it can strand a position."
HINT = "Mend the lifecycle. With --no-prove it starts all the same."


class RefutedError(ConfigError):
    """A lifecycle that could strand a position, or that delays its stop."""


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
