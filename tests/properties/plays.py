"""A world played through session, paper exchange and driver, from its first message or again after a crash."""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

from perpfsm.engine.records import Record
from perpfsm.engine.session import Session
from perpfsm.engine.setup import SessionSetup
from perpfsm.exchange.paper import PaperExchange
from perpfsm.exchange.settings import ExchangeSettings
from perpfsm.machine.build import Lifecycle
from perpfsm.market.arithmetic import EXACT
from perpfsm.runtime.driver import Driver
from perpfsm.runtime.recovery import Recovered, recover
from tests.builders import NOW, SECOND
from tests.properties.worlds import EPOCH, Happening, World

TAKER_RATE = Decimal("0.0005")


class Kept:
    """A journal in memory."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = list(records)

    def write(self, records: Sequence[Record]) -> None:
        """Keep them."""
        self.records += records

    def commit(self) -> None:
        """Nothing has to be waited for."""


class Play:
    """A world while it is played.

    Attributes:
        driver: Of the session.
        epoch: Part of its order ids.
        records: Everything that was written so far.
    """

    def __init__(
        self,
        world: World,
        *,
        bands: bool = True,
        lifecycle: Lifecycle | None = None,
        driver: type[Driver] = Driver,
        before: "Play | None" = None,
        recovered: Recovered | None = None,
    ) -> None:
        """Set the world up, before its first message, or again after a crash.

        Args:
            world: What is played.
            bands: Whether quotes inside the band are passed over.
            lifecycle: The machine; else the shipped one.
            driver: What drives.
            before: The play that crashed.
            recovered: What its journal says.
        """
        of, mode = world.parameters, world.parameters.position_mode
        known = recovered or recover([world.header()], world.machine.definition.initial)
        account = known.account(mode, world.balance)
        setup = SessionSetup(
            lifecycle or world.machine,
            of,
            world.instrument,
            world.maker_rate,
            EPOCH if before is None else f"{before.epoch}-again",
            account.wallet,
            known.legs,
            known.orders,
            known.is_halted,
            known.last_price,
            brackets=world.brackets,
        )
        self.epoch: str = setup.epoch
        settings = ExchangeSettings(
            world.instrument,
            mode,
            of.leverage,
            world.maker_rate,
            TAKER_RATE,
            world.model,
            margin_mode=of.margin_mode,
            brackets=world.brackets,
            funding_rate=world.funding_rate,
            funding_interval_ns=2 * SECOND,
            queue_cancels=world.queue_cancels,
            latency=world.latency,
        )
        exchange = PaperExchange(settings, account, first_trade_id=known.trades + 1, use_band=bands)
        kept = Kept([world.header()] if before is None else before.records)
        self.records: list[Record] = kept.records
        self.driver = driver(Session(setup), exchange, kept, observe=lambda _: None, use_bands=bands)
        self.driver.start(NOW if before is None else before.driver.now_ns)

    def go(self, happenings: Sequence[Happening], *, after: Callable[["Play"], None] | None = None) -> "Play":
        """Let everything happen, call `after` each of them, and return itself."""
        with localcontext(EXACT):
            for happening in happenings:
                if isinstance(happening, str):
                    self.driver.operate(happening, "operator", "it was drawn", self.driver.now_ns)
                else:
                    self.driver.on_message(happening)
                if after is not None:
                    after(self)
        return self
