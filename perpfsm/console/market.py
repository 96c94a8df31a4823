"""The market as it is seen: best bid and ask, spread, mark price, health and age of the data."""

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from perpfsm.console import words
from perpfsm.console.look import GAIN, LOSS, QUIET, Look, add_row, columns, framed, one_line
from perpfsm.engine.status import SessionStatus
from perpfsm.market.instrument import Instrument
from perpfsm.market.messages import Quote


def market_panel(status: SessionStatus, instrument: Instrument, look: Look) -> Panel:
    """Return the market in a frame."""
    table = columns(look, "", "", "")
    _add_prices(table, status, instrument)
    add_row(table, Text("Data", style=QUIET), health(status, look), age(status))
    add_row(table, Text("Quoting", style=QUIET), quoting(status, look))
    return framed("Market", table, look)


def _add_prices(table: Table, status: SessionStatus, instrument: Instrument) -> None:
    quote = status.quote
    if quote is None:
        add_row(table, Text("No quote yet", style=QUIET))
    else:
        add_row(table, *_priced("Ask", words.price(quote.ask, instrument), words.size(quote.ask_size, instrument)))
        add_row(table, *_priced("Bid", words.price(quote.bid, instrument), words.size(quote.bid_size, instrument)))
        add_row(table, *_priced("Spread", words.price(quote.ask - quote.bid, instrument), spread_pct(quote)))
    if status.mark is not None:
        add_row(table, *_priced("Mark", words.price(status.mark, instrument), ""))


def _priced(label: str, price: str, beside: str) -> tuple[Text, Text, Text]:
    return Text(label, style=QUIET), Text(price), Text(beside, style=QUIET)


def market_line(status: SessionStatus, instrument: Instrument, look: Look) -> Text:
    """Return the market in one line, the most important first."""
    quote = status.quote
    return one_line(
        look,
        "no quote yet"
        if quote is None
        else f"{words.price(quote.bid, instrument)} / {words.price(quote.ask, instrument)}",
        "" if status.mark is None else f"mark {words.price(status.mark, instrument)}",
        Text.assemble("data ", health(status, look), " ", age(status)),
        Text.assemble("quoting ", quoting(status, look)),
    )


def spread_pct(quote: Quote) -> str:
    """Return the spread in percent of the mid price."""
    return words.signed_percent((quote.ask - quote.bid) / quote.mid * 100).lstrip("+")


def health(status: SessionStatus, look: Look) -> Text:
    """Return the health of the data, which says it in words and adds a colour."""
    return Text(look.name(status.data), style=GAIN if status.data == "good" else LOSS)


def age(status: SessionStatus) -> Text:
    """Return how old the newest quote is; nothing before the first."""
    if status.quote is None:
        return Text()
    return Text(f"{words.duration(status.time_ns - status.quote.time_ns)} old", style=QUIET)


def quoting(status: SessionStatus, look: Look) -> Text:
    """Return whether quotes may leave."""
    return Text(look.name(status.quoting), style="" if status.quoting == "allowed" else LOSS)
