"""A desk as its user has it: a strategy file and quotes in, the exported journal out, all of it by the command line."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner, Result

from perpfsm.cli.main import build_app
from tests.strategies.story import Story

Value = str | int | float | Mapping[str, object]
Row = Sequence[float | str]
START_S = 1_700_000_000
SIZE = 1_000_000
QUOTE_COLUMNS = "timestamp,bid_price,ask_price,bid_size,ask_size,mark_price,last_price"

# A bid 20 % below the mid price and an ask 25 % above it make whole entry prices: see `long_from` and `short_from`.
BASE: dict[str, Value] = {
    "derivative": "paper",
    "market": "COIN-USDT",
    "leverage": 10,
    "bid_spread": 20,
    "ask_spread": 25,
    "order_refresh_time": 1000,
    "order_amount": 1,
    "long_profit_taking_spread": 1,
    "short_profit_taking_spread": 1,
    "stop_loss_spread": 2,
    "paper": {"balance": 100_000, "fill_model": "touch", "instrument": {"tick": 0.01, "step": 0.001}},
}
HEDGE: dict[str, Value] = {"position_mode": "Hedge"}
TRAILING: dict[str, Value] = {
    "position_management": "Trailing_stop",
    "long_profit_taking_spread": 0,
    "short_profit_taking_spread": 0,
    "ts_activation_spread": 10,
    "ts_callback_rate": 5,
    "stop_loss_spread": 20,
}


def mid_at(second: float, price: float | str, *, half: str = "0.01") -> Row:
    """Return a quote with `half` on either side of `price`."""
    middle, away = Decimal(str(price)), Decimal(half)
    return (second, str(middle - away), str(middle + away))


def bid_at(second: float, price: float | str) -> Row:
    """Return a quote whose best bid, a long's exit price, is `price`."""
    bid = Decimal(str(price))
    return (second, str(bid), str(bid + Decimal("0.01")))


def ask_at(second: float, price: float | str) -> Row:
    """Return a quote whose best ask, a short's exit price, is `price`."""
    ask = Decimal(str(price))
    return (second, str(ask - Decimal("0.01")), str(ask))


def long_from(price: float) -> list[Row]:
    """Return quotes on which the BASE desk buys at `price`, in second 1."""
    return [mid_at(0, str(Decimal(str(price)) * 5 / 4)), ask_at(1, price)]


def short_from(price: float) -> list[Row]:
    """Return quotes on which the BASE desk sells at `price`, in second 1."""
    return [mid_at(0, str(Decimal(str(price)) * 4 / 5)), bid_at(1, price)]


class Desk:
    """A folder with a strategy, its quotes and its journal, and the commands that a user would type there.

    Attributes:
        folder: Where the files are.
        strategy: The strategy file.
        journal: The journal.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.strategy = folder / "mine.yaml"
        self.journal = folder / "mine.journal"
        self._feeds = 0

    def write(self, *changes: Mapping[str, Value]) -> Path:
        """Write the strategy file: BASE, then each of `changes`; `risk` and `paper` are merged, the rest replaced."""
        merged = dict(BASE)
        for change in changes:
            for name, value in change.items():
                before = merged.get(name)
                merged[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        lines = (
            f"{name}: {json.dumps(value) if isinstance(value, dict) else value}\n" for name, value in merged.items()
        )
        self.strategy.write_text("".join(lines))
        return self.strategy

    def quotes(self, rows: Sequence[Row]) -> Path:
        """Write a quotes CSV of `(second, bid, ask[, bid_size, ask_size[, mark[, last]]])`; sizes are huge.

        A row of `(second, text)` is an incident at the venue.
        """
        self._feeds += 1
        path = self.folder / f"quotes{self._feeds}.csv"
        lines = [f"{QUOTE_COLUMNS},incident"]
        for second, *cells in rows:
            time_ns = int((START_S + Decimal(str(second))) * 1_000_000_000)
            if len(cells) == 1:
                lines.append(f"{time_ns},,,,,,,{cells[0]}")
                continue
            bid, ask, *more = cells
            bid_size, ask_size = more[:2] or (SIZE, SIZE)
            mark, last = (*more[2:], "", "")[:2]
            lines.append(f"{time_ns},{bid},{ask},{bid_size},{ask_size},{mark},{last},")
        path.write_text("\n".join(lines) + "\n")
        return path

    def run(self, rows: Sequence[Row], *changes: Mapping[str, Value], options: Sequence[object] = ()) -> Story:
        """Run the strategy on `rows`, prove its journal and return what the export says of the last run."""
        self.write(*changes)
        return self.go("--feed", self.quotes(rows), *options)

    def go(self, *options: object) -> Story:
        """Run the strategy as it is written, prove its journal and return what the export says of the last run."""
        done = command("run", self.strategy, "--journal", self.journal, "--json", *options)
        assert (done.exit_code, done.stderr) == (0, "")
        return self.story()

    def story(self) -> Story:
        """Prove the journal and return what its export says of the last run."""
        verdict = command("audit", "verify", self.journal)
        assert (verdict.exit_code, verdict.stderr) == (0, "")
        export = command("audit", "export", self.journal, "--format", "jsonl", "--deterministic")
        assert (export.exit_code, export.stderr) == (0, "")
        return Story.of(export.stdout.splitlines(), START_S)


def command(*words: object) -> Result:
    """Run `perpfsm` with `words` in this process."""
    arguments = [str(word) for word in words]
    return CliRunner().invoke(build_app(arguments[0]), arguments, prog_name="perpfsm", env={"COLUMNS": "120"})
