"""The pages of the documentation as what they claim: files to write, commands to run and what those print.

`python -m tests.docs.pages`, from the checkout, runs every command again and writes down what it prints now.

A fenced block says in its first line what it is, which a reader of the page does not see:

- ```` ```yaml file=mine.yaml ````: a whole file
- ```` ```yaml into=mine.yaml before="# quoting" ````: lines that go into it, before the first line with that text
- ```` ```yaml out-of=mine.yaml ````: lines that are deleted from it
- ```` ```yaml from=strategies/mine.yaml ````: an excerpt of a shipped file; a line `…` stands for what is left out
- ```` ```mermaid graph=strategies/machines/mine.yaml ````: what `perpfsm graph FILE --rows --format mermaid` draws
- ```` ```console ````: commands, each after `$ `, and what they print; a line `…` stands for what is left out
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
ELISION = "…"
PROMPT = "$ "
TIMEOUT_S = 120

_BLOCK = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
# What differs from machine to machine, or with every word of a strategy file: real time, hashes and epochs.
_VARIABLE = re.compile(r"(?<=messages in )[\d.,]+ \w+|\b[0-9a-f]{64}\b|(?<=pf-)[0-9a-f]{10}\b")


def pages() -> list[Path]:
    """Return every page, the README first."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        language: The first word behind the fence.
        options: What follows it, `name=value`.
        body: The text, each line with its line feed.
        span: Where the text begins and ends in the page.
    """

    language: str
    options: dict[str, str]
    body: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command of a session, and the lines that it prints."""

    command: str
    lines: list[str]

    def agrees(self, printed: list[str]) -> bool:
        """Return whether `printed` is what the page says, but for what varies and what it leaves out."""
        said, found = _comparable(self.lines), _comparable(printed)
        if ELISION not in said:
            return said == found
        cut = said.index(ELISION)
        head, tail = said[:cut], said[cut + 1 :]
        return len(found) > len(head) + len(tail) and found[:cut] == head and found[len(found) - len(tail) :] == tail

    def renewed(self, printed: list[str]) -> list[str]:
        """Return `printed` with as much left out as the page leaves out now; what varies stays while it agrees."""
        if self.agrees(printed):
            return self.lines
        if ELISION not in self.lines:
            return printed
        cut = self.lines.index(ELISION)
        kept = len(self.lines) - cut - 1
        return [*printed[:cut], ELISION, *printed[len(printed) - kept :]]


def blocks_of(text: str) -> list[Block]:
    """Return the fenced blocks of a page in order."""
    found = []
    for match in _BLOCK.finditer(text):
        language, *options = shlex.split(match["info"])
        named = dict(option.split("=", 1) for option in options)
        found.append(Block(language, named, match["body"], match.span("body")))
    return found


def session(block: Block) -> list[Exchange]:
    """Return the commands of a console block."""
    exchanges: list[Exchange] = []
    for line in block.body.splitlines():
        if line.startswith(PROMPT):
            exchanges.append(Exchange(line.removeprefix(PROMPT), []))
        else:
            exchanges[-1].lines.append(line)
    return exchanges


def carry_out(page: Path, folder: Path) -> Iterator[tuple[Block, list[tuple[Exchange, list[str]]]]]:
    """Write the files of a page into `folder` and run its commands there, in the order of the page.

    Args:
        page: The page.
        folder: Empty; it is given the shipped strategies.

    Yields:
        Each console block and each picture, and for each of its commands what was printed.
    """
    for name in ("schemas", "strategies"):
        shutil.copytree(ROOT / name, folder / name)
    for block in blocks_of(page.read_text("utf-8")):
        match block.options:
            case {"file": name}:
                (folder / name).write_text(block.body, "utf-8")
            case {"into": name, "before": mark}:
                text = (folder / name).read_text("utf-8")
                at = text.rindex("\n", 0, text.index(mark)) + 1
                (folder / name).write_text(text[:at] + block.body + text[at:], "utf-8")
            case {"out-of": name}:
                text = (folder / name).read_text("utf-8")
                (folder / name).write_text("".join(_without(text, block.body)), "utf-8")
            case {"graph": name}:
                drawn = Exchange(f"perpfsm graph {name} --rows --format mermaid", block.body.splitlines())
                yield block, [(drawn, _printed(drawn.command, folder))]
            case _ if block.language == "console":
                yield block, [(each, _printed(each.command, folder)) for each in session(block)]


def refresh(page: Path) -> bool:
    """Write into a page what its commands print now, and return whether that changed it."""
    text = page.read_text("utf-8")
    pieces, end = [], 0
    with TemporaryDirectory() as folder:
        for block, exchanges in carry_out(page, Path(folder)):
            pieces.append(text[end : block.span[0]])
            for exchange, printed in exchanges:
                if block.language == "console":
                    pieces.append(f"{PROMPT}{exchange.command}\n")
                pieces.extend(f"{line}\n" for line in exchange.renewed(printed))
            end = block.span[1]
    renewed = "".join(pieces) + text[end:]
    page.write_text(renewed, "utf-8")
    return renewed != text


def _without(text: str, lines: str) -> tuple[str, str]:
    before, found, after = text.partition(lines)
    assert found, f"the lines to be deleted are not there:\n{lines}"
    return before, after


def _printed(command: str, folder: Path) -> list[str]:
    program, *arguments = shlex.split(command)
    python = {"perpfsm": [sys.executable, "-m", "perpfsm"], "python": [sys.executable]}
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTHON"))}
    done = subprocess.run(
        [*python.get(program, [program]), *arguments],
        cwd=folder,
        env=environment | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=TIMEOUT_S,
    )
    return [line.rstrip() for line in done.stdout.splitlines()]


def _comparable(lines: list[str]) -> list[str]:
    return [_VARIABLE.sub("*", line.rstrip()) for line in lines]


if __name__ == "__main__":
    for each in pages():
        if refresh(each):
            sys.stdout.write(f"{each.relative_to(ROOT)} changed\n")
