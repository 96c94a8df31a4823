"""Lifecycles proved for a strategy, each question once, with what refutes them placed in the machine file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from perpfsm.config.documents import in_file_order
from perpfsm.config.flaws import complaints_about
from perpfsm.config.libraries import installed_library
from perpfsm.config.machine_file import MachineFile, read_machine_source
from perpfsm.config.source import Source
from perpfsm.config.strategy import Strategy
from perpfsm.decisions.parameters import Parameters
from perpfsm.errors import Finding
from perpfsm.machine.definition import MachineDefinition, ParameterOperand
from perpfsm.machine.library import Library
from perpfsm.machine.shipped import shipped_library
from perpfsm.proof.check_reads import comparisons_of
from perpfsm.proof.flaw import Flaw, SourceFile
from perpfsm.proof.prove import Proof, prove
from perpfsm.proof.representative import parameters_for

PROOFS_KEPT = 64
# What decides on orders and prices, and on nothing that is claimed of a lifecycle.
OF_QUOTES = (
    *("market", "leverage", "margin_mode", "risk", "order_amount", "order_override", "bid_spread", "ask_spread"),
    *("order_levels", "order_level_amount", "order_level_spread", "order_optimization_enabled"),
    *("bid_order_optimization_depth", "ask_order_optimization_depth", "price_ceiling", "price_floor"),
    *("stop_loss_slippage_buffer", "on_stop", "on_start_position"),
)
ANY = Parameters("ANY-ANY", 1, Decimal(1), Decimal(1), Decimal(1), Decimal(1))
# One missing row can refute a claim in many places; mended, it is gone from all of them.
FLAWS_TOLD_MAX = 3


@dataclass(frozen=True, slots=True)
class Proved:
    """A lifecycle that was put to the proof.

    Attributes:
        proof: The claims and what became of them.
        findings: What refutes them, in the order of the machine file.
    """

    proof: Proof
    findings: tuple[Finding, ...]


def prove_strategy(strategy: Strategy) -> Proved:
    """Return what is proved of a strategy's lifecycle with its parameters."""
    source, library = Source(str(strategy.machine_path), strategy.machine_text), installed_library()
    asked = what_is_asked(strategy.machine, strategy.parameters)
    return _proved(source, library, asked, is_alone=False)


def what_is_asked(definition: MachineDefinition, parameters: Parameters) -> Parameters:
    """Return the same parameters as far as they matter to a proof, so that strategies that differ elsewhere are one.

    How much is quoted, and where, matters to no claim, unless a guard compares it. What a package's metric reads,
    nobody knows.

    Args:
        definition: The lifecycle.
        parameters: Of the strategy.
    """
    compared: set[str | None] = set()
    for guard in definition.guards.values():
        for each in comparisons_of(guard, definition):
            operand = each.operand.name if isinstance(each.operand, ParameterOperand) else None
            compared |= {each.parameter, each.when_set, operand}
            if each.metric is not None and each.metric not in shipped_library().metrics:
                return parameters
    return replace(parameters, **{name: getattr(ANY, name) for name in OF_QUOTES if name not in compared})


def prove_machine(file: MachineFile, definition: MachineDefinition) -> Proved:
    """Return what is proved of a lifecycle alone, with parameters that set everything that can be set.

    Args:
        file: Without errors.
        definition: What it says.
    """
    return _proved(Source(str(file.path), file.text), installed_library(), parameters_for(definition), is_alone=True)


@lru_cache(maxsize=PROOFS_KEPT)
def _proved(source: Source, library: Library, parameters: Parameters, *, is_alone: bool) -> Proved:
    """Return what is proved of a lifecycle without errors; the same question is answered once."""
    file = read_machine_source(source, library)
    assert file.definition is not None  # noqa: S101  # only what was read without errors is asked for
    assert file.document is not None  # noqa: S101  # what has a definition was read
    proof = prove(file.definition, library, parameters, is_alone=is_alone)
    findings = file.document.findings(complaints_about(_few(proof.flaws), SourceFile.MACHINE))
    return Proved(proof, in_file_order((), findings))


def _few(flaws: tuple[Flaw, ...]) -> Iterator[Flaw]:
    """Yield the first flaws of each code, which are the shortest to show, and with the last of them how many follow."""
    counts = Counter(flaw.code for flaw in flaws)
    told: Counter[str] = Counter()
    for flaw in flaws:
        told[flaw.code] += 1
        more = counts[flaw.code] - FLAWS_TOLD_MAX
        if told[flaw.code] < FLAWS_TOLD_MAX or more <= 0:
            yield flaw
        elif told[flaw.code] == FLAWS_TOLD_MAX:
            yield replace(flaw, remedy=f"{flaw.remedy} ({more} more place{'s' * (more > 1)} not shown.)")
