"""The wizard's questions, from the schema: answers so far lead to the next question, pure and without a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from perpfsm.config.flaws import complaints_about
from perpfsm.config.nodes import Complaint, Value
from perpfsm.config.numbers import is_number
from perpfsm.config.schema import Schema, complaints
from perpfsm.config.settings import Settings, described_parameters, settle
from perpfsm.config.source import Source
from perpfsm.config.strategy_build import paper_settings, parameters
from perpfsm.config.strategy_checks import check_strategy, reference_price
from perpfsm.config.table import equivalent
from perpfsm.config.terms import terms_of
from perpfsm.config.translate import describe
from perpfsm.config.wording import listed, plain, shown
from perpfsm.config.yaml_reader import read_yaml
from perpfsm.errors import Severity
from perpfsm.market.brackets import BRACKETS
from perpfsm.proof.flaw import SourceFile
from perpfsm.proof.lint import lint


@dataclass(frozen=True, slots=True)
class Question:
    """What the wizard asks next.

    Attributes:
        name: The parameter's.
        prompt: In the documents' words, connector and base currency filled in.
        meaning: What the parameter is.
        form: What an answer may be, and for percentages what one is in price.
        default: What an empty answer means; None when it means nothing. An answer that was gone back over counts.
        number: Which question this is, from 1.
        count: How many there are, as far as the answers so far tell.
    """

    name: str
    prompt: str
    meaning: str
    form: str
    default: Value
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer that stands.

    Attributes:
        interview: One answer further.
        price: What the answer is in price; empty where it is no percentage.
        warnings: Why it is seldom meant, if it is.
    """

    interview: "Interview"
    price: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that cannot stand: every reason, each with its remedy."""

    reasons: tuple[Complaint, ...]


@dataclass(frozen=True, slots=True)
class Interview:
    """The answers so far.

    Attributes:
        answers: By parameter, in the order of the questions.
        remembered: The last answer to each question that was ever asked; it is offered again after going back.
    """

    answers: Mapping[str, Value] = field(default_factory=dict)
    remembered: Mapping[str, Value] = field(default_factory=dict)

    def question(self) -> Question | None:
        """Return the next question; None when everything is answered."""
        asked = self._asked()
        name = next((name for name in asked if name not in self.answers), None)
        if name is None:
            return None
        schema = asked[name]
        return Question(
            name,
            self._filled_in(str(schema["x-prompt"])),
            str(schema["description"]),
            self._form(name, schema),
            self.remembered.get(name, schema.get("default")),
            list(asked).index(name) + 1,
            len(asked),
        )

    def answer(self, text: str) -> Accepted | Refused:
        """Return the interview one answer further, or why the answer cannot stand.

        Args:
            text: As it was typed; blanks around it do not count, and an empty one takes the default.

        Raises:
            ValueError: When everything is answered.
        """
        question = self.question()
        if question is None:
            raise ValueError("everything is answered")
        name, schema = question.name, described_parameters()[question.name]
        value = _read(name, schema, text.strip(), question.default)
        if isinstance(value, Refused):
            return value
        answers = {**self.answers, name: value}
        settings, found = _judge(answers)
        errors = tuple(complaint for complaint in found if complaint.severity is Severity.ERROR)
        if errors := errors or _ruinous(answers, settings):
            return Refused(errors)
        warnings = tuple(f"{each.what} {each.remedy}".rstrip() for each in found if each.path == (name,))
        price = equivalent(name, settings, schema)
        further = Interview(answers, {**self.remembered, name: value})
        return Accepted(further, f"{shown(value)} % {price}" if price else "", warnings)

    def back(self) -> Self | None:
        """Return the interview at the question before this one; None at the first."""
        if not self.answers:
            return None
        *kept, _ = self.answers
        return type(self)({name: self.answers[name] for name in kept}, self.remembered)

    def _asked(self) -> dict[str, Schema]:
        """Return the questions that these answers lead to, in the schema's order."""
        known = {name: self.answers.get(name, schema.get("default")) for name, schema in described_parameters().items()}
        return {name: schema for name, schema in described_parameters().items() if _is_asked(schema, known)}

    def _filled_in(self, prompt: str) -> str:
        base = str(self.answers.get("market", "")).partition("-")[0]
        return prompt.replace("[connector]", str(self.answers.get("derivative"))).replace("[base]", base)

    def _form(self, name: str, schema: Schema) -> str:
        form = _form(schema)
        one_percent = equivalent(name, _judge({**self.answers, name: 1})[0], schema)
        return f"{form}; 1 % {one_percent}" if one_percent else form


def reference_price_text() -> str:
    """Return the price at which a new strategy shows its percentages."""
    price = reference_price(_judge({})[0])
    assert price is not None  # noqa: S101  # without a recording there is the synthetic market's
    return plain(price, grouped=True)


def _is_asked(schema: Schema, known: Mapping[str, Value]) -> bool:
    condition = schema.get("x-prompt-when", {})
    assert isinstance(condition, dict)  # noqa: S101  # the shipped schema's own form
    return schema["x-prompt-on-new"] is True and all(known[name] == value for name, value in condition.items())


def _offered(schema: Schema) -> tuple[str, ...]:
    """Return the values that can be chosen today; none where the choice is free."""
    if "const" in schema:
        return (shown(schema["const"]),)
    built, choices = schema.get("x-built"), schema.get("enum", [])
    offered = built if isinstance(built, list) else choices
    return tuple(map(shown, offered)) if isinstance(offered, list) else ()


def _form(schema: Schema) -> str:
    """Return in words what may be answered."""
    offered = _offered(schema)
    return listed(offered) if offered else describe(schema)


def _read(name: str, schema: Schema, text: str, default: Value) -> Value | Refused:
    """Return the value that an answer stands for, read as a strategy file reads it."""
    if text == "":
        if default is not None:
            return default
        what = f"{name} has no default."
        return Refused((Complaint((name,), "empty-value", what, f"Enter {_form(schema)}."),))
    if schema.get("type") in {"number", "integer"} and is_number(text):
        node, findings = read_yaml(Source(name, text))
        if findings or node is None:
            return Refused(tuple(Complaint((name,), found.code, found.what, found.remedy) for found in findings))
        return node.value
    same = [choice for choice in _offered(schema) if choice.lower() == text.lower()]
    return same[0] if same else text


def _ruinous(answers: Mapping[str, Value], settings: Settings) -> tuple[Complaint, ...]:
    """Return the errors that the numbers come to, once all that has no default is answered."""
    if any(found.code == "missing-parameter" for found in complaints(dict(answers), "strategy")):
        return ()
    terms = terms_of(settings, paper_settings(Path(), settings, None, BRACKETS), is_fed_elsewhere=False)
    flaws = lint(parameters(settings), terms, frozenset(described_parameters()))
    return tuple(each for each in complaints_about(flaws, SourceFile.STRATEGY) if each.severity is Severity.ERROR)


def _judge(answers: Mapping[str, Value]) -> tuple[Settings, tuple[Complaint, ...]]:
    """Return the parameters that answers set, and what a strategy file with them would be told."""
    value = dict(answers)
    against = tuple(found for found in complaints(value, "strategy") if found.code != "missing-parameter")
    settings = settle(value, against)
    return settings, (*against, *check_strategy(settings))
