"""Compare fill models and latencies on a recording, draw what came of it, and put the table into the guide.

Run it from the checkout: `.venv/bin/python docs/images/make_fills.py RECORDING` runs the command of the page and keeps
its answer in `fills.csv`; without a recording the picture and the table are made from that file again.
"""

# ruff: noqa: INP001 - a script beside its picture, not a package
import csv
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

CSV = Path("docs/images/fills.csv")
PICTURE = Path("docs/images/fills.svg")
PAGE = Path("docs/guide/fills.md")
BEGIN, END = "<!-- made by docs/images/make_fills.py -->", "<!-- until here -->"
RECORDING = "recording.gz"  # as the page calls it
COMMAND = (
    f"perpfsm run strategies/btcusdt_recording_profit_taking.yaml --feed {RECORDING} "
    "--compare-fills --latencies 0,10,100 --format csv "
    "--set bid_spread=0.0001 --set ask_spread=0.0001 --set order_refresh_time=1 --set order_refresh_tolerance_pct=0 "
    "--set filled_order_delay=0 --set long_profit_taking_spread=0.01 --set short_profit_taking_spread=0.01"
)

MODELS = {"touch": "#7f8c9b", "through": "#c8553d", "queue": "#2a6f97"}
HORIZONS = {"0": "spread_bps", "1": "markout_1s_bps", "5": "markout_5s_bps", "30": "markout_30s_bps"}
ADVERSE = ("adverse_1s_bps", "adverse_5s_bps", "adverse_30s_bps")
WIDTH, HEIGHT = 860, 320
LEFT, TOP, GAP = 52, 64, 24
PLOT_WIDTH, PLOT_HEIGHT = 244, 190
GRID_BPS = 0.5
TITLE = "What the fill of a resting order is worth, basis points"
FONT = "font-family='system-ui, sans-serif'"

Row = dict[str, str]


def read_rows(path: Path = CSV) -> list[Row]:
    """Return the lines of a comparison."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(rows: Sequence[Row]) -> str:
    """Return the page's table."""
    heading = ("model", "latency", "quotes filled", "net", "fees", "spread", "1 s", "5 s", "30 s")
    adverse = ("adverse 1 s", "5 s", "30 s")
    lines = [(*heading, *adverse), ("---", *["---:"] * (len(heading) + len(adverse) - 1))]
    for row in rows:
        money = (f"{float(row['net']):+.2f}", f"{float(row['fees']):.2f}")
        bps = (f"{float(row[name]):+.2f}" for name in (*HORIZONS.values(), *ADVERSE))
        filled = f"{row['filled']} of {row['quotes']}"
        lines.append((row["fill_model"], f"{row['latency_ms']} ms", filled, *money, *bps))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_table(page: str, rows: Sequence[Row]) -> str:
    """Return the page with the present table between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table(rows)}\n\n{END}{after}"


def picture(rows: Sequence[Row]) -> str:
    """Return the drawing: for each latency, what fills of each model were worth when they happened and later."""
    latencies = list(dict.fromkeys(row["latency_ms"] for row in rows))
    values = [float(row[name]) for row in rows for name in HORIZONS.values()]
    low = min(-GRID_BPS, *(GRID_BPS * (value // GRID_BPS) for value in values))
    high = max(GRID_BPS, *(GRID_BPS * -(-value // GRID_BPS) for value in values))
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' {FONT} font-size='12'>",
        f"<title>{TITLE}</title>",
        f"<rect width='{WIDTH}' height='{HEIGHT}' rx='6' fill='#ffffff'/>",
        f"<text x='16' y='26' font-size='15' font-weight='600' fill='#1b1f24'>{TITLE}</text>",
        *_legend(),
    ]
    for number, latency in enumerate(latencies):
        x = LEFT + number * (PLOT_WIDTH + GAP)
        of_it = [row for row in rows if row["latency_ms"] == latency]
        parts += _panel(of_it, latency, x, low, high, has_scale=number == 0)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    for number, (model, colour) in enumerate(MODELS.items()):
        x = 540 + number * 100
        yield f"<line x1='{x}' y1='22' x2='{x + 22}' y2='22' stroke='{colour}' stroke-width='3'/>"
        yield f"<text x='{x + 28}' y='26' fill='#1b1f24'>{model}</text>"


def _panel(rows: Sequence[Row], latency: str, x: int, low: float, high: float, *, has_scale: bool) -> Iterator[str]:
    """Yield one latency's panel, its left edge at `x`."""

    def height(bps: float) -> float:
        return round(TOP + PLOT_HEIGHT * (high - bps) / (high - low), 1)

    yield f"<text x='{x}' y='{TOP - 12}' font-weight='600' fill='#1b1f24'>latency {latency} ms each way</text>"
    for step in range(round((high - low) / GRID_BPS) + 1):
        bps = low + step * GRID_BPS
        colour = "#8a929b" if abs(bps) < GRID_BPS / 2 else "#e3e6e9"
        y = height(bps)
        yield f"<line x1='{x}' y1='{y}' x2='{x + PLOT_WIDTH}' y2='{y}' stroke='{colour}'/>"
        if has_scale:
            word = f"{bps:+.1f}" if abs(bps) >= GRID_BPS / 2 else "0.0"
            yield f"<text x='{x - 8}' y='{y + 4}' text-anchor='end' fill='#57606a'>{word}</text>"
    at = [x + 18 + number * (PLOT_WIDTH - 36) / (len(HORIZONS) - 1) for number in range(len(HORIZONS))]
    for place, horizon in zip(at, HORIZONS, strict=True):
        word = "at once" if horizon == "0" else f"{horizon} s"
        base = TOP + PLOT_HEIGHT + 18
        yield f"<text x='{place:.1f}' y='{base}' text-anchor='middle' fill='#57606a'>{word}</text>"
    for row in rows:
        colour = MODELS[row["fill_model"]]
        points = [(place, height(float(row[name]))) for place, name in zip(at, HORIZONS.values(), strict=True)]
        path = " ".join(f"{place:.1f},{y}" for place, y in points)
        yield f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2.5'/>"
        yield from (f"<circle cx='{place:.1f}' cy='{y}' r='3.5' fill='{colour}'/>" for place, y in points)
    nets = " ".join(
        f"<tspan dx='6' font-weight='600' fill='{MODELS[row['fill_model']]}'>{float(row['net']):+.2f}</tspan>"
        for row in rows
    )
    yield f"<text x='{x}' y='{TOP + PLOT_HEIGHT + 44}' fill='#57606a'>net, USDT:{nets}</text>"


def main() -> None:
    """Run the comparison where a recording is named, then write the picture and the table."""
    if len(sys.argv) > 1:
        words = [sys.argv[1] if word == RECORDING else word for word in shlex.split(COMMAND)[1:]]
        done = subprocess.run([sys.executable, "-m", "perpfsm", *words], capture_output=True, text=True, check=True)
        CSV.write_text(done.stdout, encoding="utf-8")
    rows = read_rows()
    PICTURE.write_text(picture(rows), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")


if __name__ == "__main__":
    main()
