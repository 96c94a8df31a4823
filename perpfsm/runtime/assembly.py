"""Assembly: from a strategy, a feed and a journal to a driver that is ready for the first message."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from perpfsm import __version__
from perpfsm.config.libraries import installed_library, packages_used
from perpfsm.config.strategy import Strategy
from perpfsm.decisions.parameters import OnStartPosition
from perpfsm.engine.records import Record, RunRecord
from perpfsm.engine.session import Session
from perpfsm.engine.setup import SessionSetup
from perpfsm.errors import FeedError, JournalError
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import FillModel
from perpfsm.feeds import Feed, is_market
from perpfsm.journal.decode import record_of
from perpfsm.journal.reader import read_entries
from perpfsm.journal.store import Journal
from perpfsm.machine.build import build_lifecycle
from perpfsm.market.account import Account
from perpfsm.market.incident import FeedMessage
from perpfsm.market.messages import DepthSnapshot, MarkPrice, Quote, ReferencePrice, Trade
from perpfsm.runtime.driver import Driver
from perpfsm.runtime.merge import merge
from perpfsm.runtime.paper_venue import exchange_settings, venue_words
from perpfsm.runtime.recovery import Recovered, recover

PERCENT = Decimal(100)
EPOCH_CHARACTERS = 10
START = "start"


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed of which the first message was read, so that what is wrong with it shows before anything is written.

    Attributes:
        feed: Where they come from.
        messages: All of them, the first included.
        start_ns: When the first one came, nanoseconds since the epoch.
        has_references: Whether reference prices are among them; a recording that has any begins with one.
        first_price: At which the market begins, quote currency; None when it begins with a message without one.
    """

    feed: Feed
    messages: Iterator[FeedMessage]
    start_ns: int
    has_references: bool = False
    first_price: Decimal | None = None

    def merged_with(self, references: Iterator[ReferencePrice]) -> "Opened":
        """Return the same feed with another market's reference prices among its messages."""
        return replace(self, messages=merge(self.messages, references, start_ns=self.start_ns), has_references=True)


def open_messages(feed: Feed, market: str) -> Opened:
    """Read the first messages of `feed` and make sure that it is of `market`, such as BTC-USDT.

    Raises:
        FeedError: When the feed cannot be read, is empty, or is of another market.
    """
    messages = feed.messages()
    head: list[FeedMessage] = []
    for message in messages:
        head.append(message)
        if not isinstance(message, DepthSnapshot):  # which does not say of what market it is
            break
    if not head:
        raise FeedError("The feed holds no message.", where=feed.name, remedy="Give another one with --feed.")
    if feed.symbol is not None and not is_market(feed.symbol, market):
        raise FeedError(
            f"This is a recording of {feed.symbol}, the strategy trades {market}.",
            where=feed.name,
            remedy="Give a recording of the strategy's market, or change `market`.",
        )
    has_references = isinstance(head[0], ReferencePrice)
    return Opened(feed, chain(head, messages), head[0].time_ns, has_references, _price_of(head[-1]))


def _price_of(message: FeedMessage) -> Decimal | None:
    match message:
        case Quote():
            return message.mid
        case Trade():
            return message.price
        case MarkPrice():
            return message.mark
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Assembled:
    """A run that is ready.

    Attributes:
        driver: Of the session, with the run's header journaled.
        messages: Of the feed, from its first one on.
        start_ns: When that came, nanoseconds since the epoch.
        is_resumed: Whether a halt of an earlier run was lifted.
        keep: Called with every message before the driver is; None keeps nothing.
        fill_model: What fills resting orders: what the strategy asks for, as far as the feed supports it.
    """

    driver: Driver
    messages: Iterator[FeedMessage]
    start_ns: int
    is_resumed: bool = False
    keep: Callable[[FeedMessage], None] | None = None
    fill_model: FillModel = FillModel.QUEUE

    def deliver(self, message: FeedMessage) -> None:
        """Keep a message where that is wanted, then give it to the driver."""
        if self.keep is not None:
            self.keep(message)
        self.driver.on_message(message)


def assemble(
    strategy: Strategy,
    opened: Opened,
    journal: Journal,
    *,
    settings: dict[str, str],
    observe: Callable[[Record], None],
    use_bands: bool = True,
    resume: str | None = None,
    keep: Callable[[FeedMessage], None] | None = None,
) -> Assembled:
    """Recover what the journal knows, write the run's header, reconcile with the paper venue.

    Args:
        strategy: Checked.
        opened: The feed.
        journal: Open for writing, possibly with earlier runs.
        settings: What the command line changed, for the header.
        observe: Called with every record of the run.
        use_bands: See `Driver`.
        resume: Why trading goes on although the last run was halted; None leaves a halt latched.
        keep: Called with every message before the driver is; None keeps nothing.

    Raises:
        JournalError: When the journal is another strategy's, cannot be written, or holds a position and
            `on_start_position` is `refuse`; nothing has been written then.
    """
    parameters = strategy.parameters
    start_ns = opened.start_ns
    recovered = _recovered(journal, strategy).rebased(start_ns)
    account = recovered.account(parameters.position_mode, strategy.paper.balance)
    found = [name for name, position in account.positions.items() if not position.is_flat]
    if found and parameters.on_start_position is OnStartPosition.REFUSE:
        raise _refusal(account, journal.path.name)
    venue = exchange_settings(strategy, opened.feed)
    header = _header(
        strategy,
        opened.feed,
        run=journal.runs + 1,
        start_ns=start_ns,
        settings=venue_words(venue) | settings,
        recovered=recovered,
    )
    session = _session(strategy, recovered, wallet=account.wallet, epoch=header.epoch)
    exchange = PaperExchange(venue, account, first_trade_id=recovered.trades + 1, use_band=use_bands)
    driver = Driver(session, exchange, journal, observe=observe, use_bands=use_bands)
    driver.note(header)
    driver.start(start_ns)
    if found and parameters.on_start_position is OnStartPosition.FLATTEN:
        driver.operate("flatten", START, "on_start_position is flatten", start_ns)
    is_resumed = resume is not None and recovered.is_halted
    if resume is not None and is_resumed:
        driver.operate("resume", "operator", resume, start_ns)
    return Assembled(driver, opened.messages, start_ns, is_resumed, keep, venue.fill_model)


def _session(strategy: Strategy, recovered: Recovered, *, wallet: Decimal, epoch: str) -> Session:
    """Return the session that goes on where the journal stopped, as far as the strategy's lifecycle fits it."""
    fitted = recovered.fitted(strategy.machine)
    return Session(
        SessionSetup(
            build_lifecycle(strategy.machine, installed_library()),
            strategy.parameters,
            strategy.paper.instrument,
            strategy.paper.maker_fee / PERCENT,
            epoch,
            wallet,
            fitted.legs,
            fitted.orders,
            fitted.is_halted,
            fitted.last_price,
            brackets=strategy.paper.brackets,
        )
    )


def _refusal(account: Account, journal: str) -> JournalError:
    held = ", ".join(f"{name} {position.size:f}" for name, position in account.positions.items() if position.size)
    what = f"A position is open ({held}), and on_start_position is refuse."
    return JournalError(what, where=journal, remedy="Start with on_start_position adopt, or flatten to close it.")


def _recovered(journal: Journal, strategy: Strategy) -> Recovered:
    """Return what the journal's earlier runs left."""
    records = (record_of(entry) for entry in read_entries(journal.path)) if journal.head.seq else iter(())
    leverage = strategy.parameters.isolated_leverage
    return recover(records, strategy.machine.initial, leverage=leverage).margined(leverage)


def _header(
    strategy: Strategy,
    feed: Feed,
    *,
    run: int,
    start_ns: int,
    settings: dict[str, str],
    recovered: Recovered,
) -> RunRecord:
    """Return the run's header; its epoch is made of everything that decides what the run will do."""
    parameters = strategy.parameters
    strategy_hash = _sha256(strategy.text)
    machine_hash = _sha256(strategy.machine_text)
    identity = {
        "strategy": strategy.path.name,
        "derivative": strategy.derivative,
        "market": parameters.market,
        "position_mode": parameters.position_mode.value,
    }
    packages = packages_used(strategy.machine)
    said = {**settings, **({"libraries": ", ".join(f"{k} {v}" for k, v in packages.items())} if packages else {})}
    decisive = (strategy_hash, machine_hash, feed.hash, str(run), *(f"{k}={v}" for k, v in sorted(said.items())))
    return RunRecord(
        start_ns,
        _sha256("\n".join(decisive))[:EPOCH_CHARACTERS],
        run,
        __version__,
        strategy.text,
        strategy_hash,
        strategy.machine_text,
        machine_hash,
        feed.name,
        feed.hash,
        {**identity, **said},
        strategy.paper.balance if recovered.wallet is None else recovered.wallet,
        {name.value: (leg.position.size, leg.position.cost) for name, leg in recovered.legs.items()},
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
