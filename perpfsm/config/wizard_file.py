"""A strategy file from the wizard's answers: commented by the schema, with every further parameter within reach."""

import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

from perpfsm.config.nodes import Value
from perpfsm.config.schema import Schema, load_schema, properties
from perpfsm.config.settings import described_parameters, settle
from perpfsm.config.table import equivalent
from perpfsm.config.translate import describe
from perpfsm.config.wording import plain, shown

# Sections that say how the paper exchange's contract and market look, which a first file leaves alone.
_LEFT_OUT = ("paper.instrument.", "paper.brackets", "paper.feed.", "paper.bars.", "paper.price_source_feed.")


def strategy_text(answers: Mapping[str, Value], *, path: Path, schema: Path) -> str:
    """Return the text of a strategy file.

    Args:
        answers: By parameter, in the file's order; each has passed the checks.
        path: Where the file will be, absolute.
        schema: Where the strategy schema is, absolute.
    """
    return "\n".join([*_head(path, schema), *_answered(answers), *_defaults(answers), ""])


def schema_link(path: Path, schema: Path) -> str:
    """Return how an editor finds `schema` from the file at `path`: relative within a checkout, else an address.

    Blanks and the like are escaped, because an editor reads up to the first blank.
    """
    checkout = schema.parent.parent
    if not path.is_relative_to(checkout):
        return schema.as_uri()
    return quote("../" * len(path.parent.relative_to(checkout).parts) + f"{schema.parent.name}/{schema.name}")


def next_command(path: Path) -> str:
    """Return what to type to run the file at `path`."""
    return f"perpfsm run {shlex.quote(str(path))}"


def _head(path: Path, schema: Path) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={schema_link(path, schema)}"
    yield "#"
    yield "# Made by perpfsm create. Spreads, rates and fees are percent: 0.02 is 0.02 %. Times are seconds."
    yield "#"
    yield f"#   perpfsm validate {shown(shlex.quote(path.name))}"
    yield f"#   {shown(next_command(Path(path.name)))}"


def _answered(answers: Mapping[str, Value]) -> Iterator[str]:
    settings = settle(dict(answers), ())
    for name, value in answers.items():
        schema = described_parameters()[name]
        price = equivalent(name, settings, schema)
        yield ""
        yield f"# {schema['description']}"
        if "const" not in schema:
            yield f"# May be {describe(schema)}{f'; {shown(value)} % {price}' if price else ''}."
        yield f"{name}: {_scalar(value)}"


def _defaults(answers: Mapping[str, Value]) -> Iterator[str]:
    """Yield what was not asked as comments: taking the `# ` away from a line, and from its section's, sets it."""
    yield ""
    yield "# What follows has its default. To change it, take the first two characters of its line away,"
    yield "# and of its section's line, if it is indented."
    section: tuple[str, ...] = ()
    for name, schema in described_parameters().items():
        if name in answers or not _is_offered(name, schema):
            continue
        *above, last = name.split(".")
        parts = properties(load_schema("strategy"))
        for depth, part in enumerate(above):
            if section[: depth + 1] != tuple(above[: depth + 1]):
                if not depth:
                    yield "#"
                yield f"# {'  ' * depth}{part}:    # {parts[part]['description']}"
            parts = properties(parts[part])
        section = tuple(above)
        indent = "  " * len(above)
        yield f"# {indent}{last}: {_scalar(schema['default'])}    # {schema['description']}"


def _is_offered(name: str, schema: Schema) -> bool:
    """Return whether a parameter that was not asked is worth a line."""
    return not (
        "default" not in schema
        or schema.get("x-built") is False
        or "x-prompt-when" in schema  # it belongs to the other way to manage positions, where it does nothing
        or name.startswith(_LEFT_OUT)
    )


def _scalar(value: Value) -> str:
    """Return a value as YAML: numbers in plain notation; texts here are words without a special meaning."""
    return plain(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else shown(value)
