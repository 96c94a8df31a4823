"""`perpfsm graph`: a lifecycle as a picture, with its guards on the arrows and a strategy's values in them."""

import shutil
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perpfsm.cli.errors import EXIT_ERROR, errors_told
from perpfsm.errors import PerpfsmError

if TYPE_CHECKING:
    from perpfsm.proof.diagram import Diagram

EPILOG = "Example: perpfsm graph strategies/triple_barrier.yaml --format svg --output triple_barrier.svg"
DOT_TIMEOUT_S = 60
YAML = {".yaml", ".yml"}
SUFFIXES = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".txt": "text", ".svg": "svg"}


class Form(StrEnum):
    """The language of a picture."""

    TEXT = "text"
    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


@errors_told()
def graph(
    file: Annotated[Path, typer.Argument(help="A strategy or machine file.", metavar="STRATEGY|MACHINE")],
    form: Annotated[
        Form | None,
        typer.Option(
            "--format",
            help="Text for a terminal, mermaid, dot, or SVG drawn by graphviz; by the suffix of --output, else text.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write to this file; what is there is replaced.", metavar="FILE"),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Name the rows on the arrows, without their guards.")] = False,
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Use ASCII alone in text.")] = False,
) -> None:
    """Draw a lifecycle: its states, and the rows between them with the guards that they wait for.

    A strategy's values stand in the guards; a machine file shows the parameters' names.
    """
    chosen = form or (Form(SUFFIXES.get(output.suffix.lower(), "text")) if output is not None else Form.TEXT)
    picture = _drawn(_diagram(file), chosen, only_names=rows)
    if ascii_only and chosen is Form.TEXT:
        from perpfsm.proof.diagram_text import plain

        picture = "".join(f"{plain(line)}\n" for line in picture.splitlines())
    if output is None:
        _show(picture, chosen)
    else:
        _write(picture, output)


def _write(picture: str, output: Path) -> None:
    """Write a picture to `output`.

    Raises:
        PerpfsmError: When that is no place for one; strategies and lifecycles are never drawn over.
    """
    from perpfsm.config.writing import whole_file

    if output.suffix.lower() in YAML or output.is_dir():
        what = (
            "This is a folder." if output.is_dir() else "A picture is no YAML file, and may not take the place of one."
        )
        raise PerpfsmError(what, where=str(output), remedy="Name another file with --output, such as lifecycle.svg.")
    with whole_file(output, picture, overwrite=True):
        pass


def _diagram(file: Path) -> "Diagram":
    """Return what is drawn of a file.

    Raises:
        typer.Exit: After every finding, when the file has an error.
        PerpfsmError: When it is of another kind.
    """
    from perpfsm.config.examine import examine
    from perpfsm.config.libraries import installed_library
    from perpfsm.config.render import finding_lines
    from perpfsm.proof.diagram import diagram_of

    report = examine(file)
    if report.strategy is not None:
        return diagram_of(report.strategy.machine, installed_library(), report.strategy.parameters)
    if report.machine is not None:
        return diagram_of(report.machine, installed_library())
    if report.is_valid:
        what = f"This is a {report.kind} file, which has no lifecycle to draw."
        raise PerpfsmError(what, where=str(file), remedy="Name a strategy or a machine file.")
    for finding in report.findings:
        for line in finding_lines(finding):
            typer.echo(line.text, err=True)
    raise typer.Exit(EXIT_ERROR)


def _drawn(diagram: "Diagram", form: Form, *, only_names: bool) -> str:
    from perpfsm.proof.diagram_markup import dot_of, mermaid_of
    from perpfsm.proof.diagram_text import text_of

    match form:
        case Form.TEXT:
            return "".join(f"{line}\n" for line in text_of(diagram, only_names=only_names))
        case Form.MERMAID:
            return mermaid_of(diagram, only_names=only_names)
        case Form.DOT:
            return dot_of(diagram, only_names=only_names)
        case Form.SVG:
            return _rendered(dot_of(diagram, only_names=only_names))


def _rendered(dot: str) -> str:
    """Return a graph in dot as SVG.

    Raises:
        PerpfsmError: When graphviz is not there, or fails.
    """
    program = shutil.which("dot")
    if program is None:
        what = "SVG is drawn by graphviz, and there is no program `dot` on the PATH."
        raise PerpfsmError(what, remedy="Install graphviz, or use --format dot, mermaid or text.")
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=dot, capture_output=True, encoding="utf-8", timeout=DOT_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", None) or error).strip()
        what = f"graphviz could not draw it: {said.rstrip('.')}."
        raise PerpfsmError(what, where=program, remedy="Use --format dot, mermaid or text.") from error
    return done.stdout


def _show(picture: str, form: Form) -> None:
    """Print a picture; a terminal that has no lines to draw with gets it in ASCII."""
    if form is Form.TEXT and not (sys.stdout.encoding or "").lower().startswith("utf"):
        from perpfsm.proof.diagram_text import plain

        for line in picture.splitlines():
            print(plain(line))
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # drawing tools read nothing else
    print(picture, end="")
