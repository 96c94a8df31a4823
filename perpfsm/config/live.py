"""What a running bot's strategy may become: a whole one again, that differs in live parameters only (B16)."""

from collections.abc import Mapping
from dataclasses import replace

from perpfsm.config.documents import document_of, has_errors
from perpfsm.config.nodes import Value
from perpfsm.config.settings import described_parameters
from perpfsm.config.source import Source, source_of
from perpfsm.config.strategy import Strategy, check_strategy_document
from perpfsm.config.wording import did_you_mean, listed, shown
from perpfsm.errors import ConfigError, Finding, PerpfsmError


def live_names() -> tuple[str, ...]:
    """Return the parameters that may change while a bot runs, in the schema's order."""
    return tuple(name for name, schema in described_parameters().items() if schema["x-reconfigurable"] is True)


def reread(running: Strategy, raw: bytes, overrides: Mapping[str, str]) -> Strategy:
    """Return the strategy that the file has become.

    Args:
        running: What runs, and where its file is.
        raw: What the file holds now.
        overrides: What the command line of the run sets.

    Raises:
        ConfigError: With every finding, when the file cannot be used.
        PerpfsmError: When it would change what no running bot changes.
    """
    source = source_of(running.path, raw)
    if isinstance(source, Finding):
        raise ConfigError((source,))
    return _only_live(running, *_read(running, source, overrides))


def with_settings(running: Strategy, overrides: Mapping[str, str]) -> Strategy:
    """Return the running strategy with other live parameters; the file is not read.

    Args:
        running: What runs, as its file was when it was last taken over.
        overrides: What the command line of the run sets, and what `config set` has set and sets now.

    Raises:
        ConfigError: With every finding, when the whole would not be valid.
        PerpfsmError: When it would change what no running bot changes.
    """
    strategy, findings = _read(running, Source(str(running.path), running.text), overrides)
    return _only_live(running, strategy, tuple(map(_unprefixed, findings)))


def check_live(names: Mapping[str, str]) -> None:
    """Refuse names that `config set` cannot set.

    Raises:
        PerpfsmError: For the first that is unknown, or not live.
    """
    for name in names:
        check_known(name)
        if name not in live_names():
            raise not_live(name)


def check_known(name: str) -> None:
    """Refuse a name that is no parameter.

    Raises:
        PerpfsmError: With what may be meant.
    """
    if name not in described_parameters():
        what = f"{shown(name)} is not a parameter."
        raise PerpfsmError(what, remedy=did_you_mean(name, described_parameters()))


def not_live(name: str, change: str = "") -> PerpfsmError:
    """Return the refusal of a change that no running bot makes."""
    return PerpfsmError(
        f"{name} cannot change while the bot runs{change}.",
        remedy=f"Live are {listed(live_names(), 'and')}; for anything else stop the bot, and start it again.",
    )


def _read(
    running: Strategy, source: Source, overrides: Mapping[str, str]
) -> tuple[Strategy | None, tuple[Finding, ...]]:
    document, findings = document_of(source)
    if document is None:
        return None, findings
    return check_strategy_document(running.path, document, findings, overrides)


def _only_live(running: Strategy, strategy: Strategy | None, findings: tuple[Finding, ...]) -> Strategy:
    """Return `strategy` if it is valid and differs from `running` in live parameters at most."""
    if strategy is None or has_errors(findings):
        raise ConfigError(findings)
    before, after = effective(running), effective(strategy)
    for name in before.keys() - set(live_names()):
        if before[name] != after[name]:
            raise not_live(name, f" ({shown(before[name])} → {shown(after[name])})")
    if strategy.machine_text != running.machine_text:
        raise not_live(f"the lifecycle, {strategy.machine_path.name},")
    return strategy


def effective(strategy: Strategy) -> dict[str, Value]:
    """Return every parameter by dotted name: what is set, else its default."""
    values = strategy.values
    return {
        name: values[name] if name in values else schema.get("default")
        for name, schema in described_parameters().items()
    }


def described(name: str) -> tuple[Value, str]:
    """Return default and unit of a parameter."""
    schema = described_parameters()[name]
    return schema.get("default"), str(schema["x-unit"])


def _unprefixed(finding: Finding) -> Finding:
    """Return a finding about a setting without the option that it did not come by."""
    return replace(finding, place=replace(finding.place, path=finding.place.path.removeprefix("--set ")))
