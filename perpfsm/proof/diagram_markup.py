"""A lifecycle in the languages of drawing tools: mermaid, and dot of graphviz."""

from collections.abc import Iterator

from perpfsm.machine.definition import StateDefinition
from perpfsm.proof.diagram import Diagram, RowWords
from perpfsm.proof.diagram_words import UNBROKEN, wrapped

GUARDS_MAX = 2
LABEL_WIDTH = 48
INDENT = UNBROKEN * 4
FLAT, EXPOSED, CLOSING = "#f4f4f2", "#dbe9f6", "#f8e3c5"
LINE, TEXT = "#51606f", "#1d2733"
_MERMAID = {"#": "#35;", "<": "#lt;", ">": "#gt;", ";": "#59;", ":": "#58;", '"': "#quot;", "%": "#37;", "{": "#123;"}
_MERMAID |= {"}": "#125;", "`": "#96;", "\\": "#92;"}


def mermaid_of(diagram: Diagram, *, only_names: bool = False) -> str:
    """Return the lifecycle as a mermaid state diagram.

    Args:
        diagram: Of the lifecycle.
        only_names: Whether arrows carry the names of their rows and no more.
    """
    return "\n".join(_mermaid_lines(diagram, only_names=only_names)) + "\n"


def dot_of(diagram: Diagram, *, only_names: bool = False) -> str:
    """Return the lifecycle as a graph in dot.

    Args:
        diagram: Of the lifecycle.
        only_names: Whether arrows carry the names of their rows and no more.
    """
    return "\n".join(_dot_lines(diagram, only_names=only_names)) + "\n"


def _mermaid_lines(diagram: Diagram, *, only_names: bool) -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in diagram.states:
        yield f'  state "{_mermaid_text(state.name)}" as {_mermaid_id(state.name)}'
    yield f"  [*] --> {_mermaid_id(diagram.initial)}"
    for source, dest, rows in diagram.arrows():
        lines = _label(source, dest, rows, only_names=only_names, indent="")
        label = "<br/>".join(map(_mermaid_text, lines))
        yield f"  {_mermaid_id(source)} --> {_mermaid_id(dest)}: {label}"
    yield f"  classDef exposed fill:{EXPOSED},stroke:{LINE},color:{TEXT}"
    yield f"  classDef closing fill:{CLOSING},stroke:{LINE},color:{TEXT}"
    for state in diagram.states:
        if state.exposed or state.closing:
            yield f"  class {_mermaid_id(state.name)} {'closing' if state.closing else 'exposed'}"


def _mermaid_id(name: str) -> str:
    """Return an id that is no word of mermaid's own, whatever the state is called."""
    return f"s_{name}"


def _mermaid_text(text: str) -> str:
    return "".join(_MERMAID.get(char, char) for char in text)


def _dot_lines(diagram: Diagram, *, only_names: bool) -> Iterator[str]:
    yield f"digraph {_quoted(diagram.name)} {{"
    yield f'  graph [rankdir=TB, nodesep=0.6, ranksep=0.7, bgcolor="white", label={_quoted(diagram.name)}, labelloc=t,'
    yield f'    fontname="sans-serif", fontcolor="{TEXT}"]'
    yield f'  node [shape=box, style="rounded,filled", fontname="sans-serif", color="{LINE}", fontcolor="{TEXT}"]'
    yield f'  edge [fontname="sans-serif", fontsize=9, color="{LINE}", fontcolor="{TEXT}"]'
    yield f'  "" [shape=point, width=0.15, color="{LINE}"]'
    for state in diagram.states:
        yield f"  {_quoted(state.name)} [{_dot_look(state)}]"
    yield f'  "" -> {_quoted(diagram.initial)}'
    for source, dest, rows in diagram.arrows():
        lines = _label(source, dest, rows, only_names=only_names, indent=INDENT)
        label = "".join(f"{UNBROKEN}{_escaped(line)}\\l" for line in lines)
        yield f'  {_quoted(source)} -> {_quoted(dest)} [label="{label}"]'
    yield "}"


def _dot_look(state: StateDefinition) -> str:
    fill = CLOSING if state.closing else EXPOSED if state.exposed else FLAT
    return f'fillcolor="{fill}"' + (", peripheries=2" if state.exposed else "")


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _label(source: str, dest: str, rows: tuple[RowWords, ...], *, only_names: bool, indent: str) -> Iterator[str]:
    """Yield the lines beside an arrow: each row with its first guards, so that the longest does not hide the rest.

    Rows that stay in their state are named and no more: there are many, and they are what `--format text` is for.
    """
    if source == dest:
        yield from wrapped(", ".join(row.name for row in rows), LABEL_WIDTH)
        return
    for row in rows:
        if only_names:
            yield row.name
            continue
        guards = list(row.guards[:GUARDS_MAX]) + (["…"] if len(row.guards) > GUARDS_MAX else [])
        waits = "never" if row.never else ", ".join(guards)
        first, *more = wrapped(
            ", ".join(filter(None, (row.name, row.on))) + (f" [{waits}]" if waits else ""), LABEL_WIDTH
        )
        yield first
        yield from (f"{indent}{line}" for line in more)
