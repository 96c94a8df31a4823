"""How the parameters of a price source fit together: what each source needs, and what does nothing with another."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from perpfsm.config.nodes import Complaint, Path
from perpfsm.config.settings import Settings, described_parameters
from perpfsm.config.source import is_secret_name
from perpfsm.config.wording import plain, shown
from perpfsm.decisions.parameters import PriceSource

CURRENT, EXTERNAL, CUSTOM = PriceSource.CURRENT_MARKET, PriceSource.EXTERNAL_MARKET, PriceSource.CUSTOM_API
NEEDED = {EXTERNAL: ("price_source_derivative", "price_source_market"), CUSTOM: ("price_source_custom_api",)}
SECOND_FEED = "paper.price_source_feed"
URL: Path = ("price_source_custom_api",)


def source_has_what_it_needs(settings: Settings) -> Iterator[Complaint]:
    """A source without its name, address or market data could never give a price."""
    source = settings.text("price_source")
    for name in NEEDED.get(PriceSource(source), ()) if source else ():
        if name in settings.values and settings.values[name] is None:
            what = f"price_source {source} needs {name}."
            yield Complaint(("price_source",), "price-source", what, f"Add {name}, or use {CURRENT}.")
    if source == EXTERNAL and not any(name.startswith(SECOND_FEED) for name in settings.explicit):
        what = f"price_source {source} needs market data of its own."
        remedy = f"Add {SECOND_FEED}, such as {{file: other.gz}} or {{synthetic: {{seed: 8}}}}."
        yield Complaint(("price_source",), "price-source", what, remedy)


def source_uses_its_parameters(settings: Settings) -> Iterator[Complaint]:
    """A parameter of another source is a misunderstanding about where prices come from."""
    source = settings.text("price_source")
    if source is None:
        return
    parameters = described_parameters()
    for name in parameters:
        owner = _owner(name)
        is_at_default = settings.values.get(name) == parameters[name].get("default")
        if owner is not None and owner != source and name in settings.explicit and not is_at_default:
            what = f"{name} belongs to price_source {owner}, and it is {source} here."
            yield Complaint(tuple(name.split(".")), "price-source", what, f"Remove it, or use {owner}.")


def age_outlasts_the_interval(settings: Settings) -> Iterator[Complaint]:
    """An answer that is too old before the next one can be there would take the price away each time."""
    age, interval, timeout = (
        settings.number(f"custom_api_{name}") for name in ("max_age", "update_interval", "timeout")
    )
    if settings.text("price_source") != CUSTOM or age is None or interval is None or timeout is None:
        return
    if age <= interval + timeout:
        what = (
            f"custom_api_max_age {plain(age)} s is over before the next answer, which may take "
            f"{plain(interval + timeout)} s (custom_api_update_interval and custom_api_timeout)."
        )
        remedy = "Raise it, or ask more often."
        yield Complaint(("custom_api_update_interval",), "price-source", what, remedy)


def address_is_safe(settings: Settings) -> Iterator[Complaint]:
    """An address gives nothing away, names a host, and is encrypted wherever it leaves this computer."""
    url = settings.text("price_source_custom_api")
    if url is None:
        return
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        keys = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError as error:
        yield Complaint(URL, "address", f"The address cannot be read: {error}.", "Check host and port.")
        return
    if not host or "\\" in url:
        yield Complaint(URL, "address", "The address names no host.", "Write https://HOST/PATH.")
    elif parts.username is not None or any(is_secret_name(key) for key in keys):
        what = "The address holds a password or a key, and secrets never stand in a file that is kept and shown."
        yield Complaint(
            URL, "secret", what, "Use a source that needs none; a key that stood in a file is better replaced."
        )
    elif parts.scheme == "http" and not (
        _is_loopback(host) and settings.values.get("custom_api_allow_private") is True
    ):
        what = f"http to {shown(host)} is neither secret nor sure; anybody on the way could change the price."
        remedy = "Use https; http is for 127.0.0.1, ::1 or localhost with custom_api_allow_private: true."
        yield Complaint(URL, "address", what, remedy)
    elif _is_private(host) and settings.values.get("custom_api_allow_private") is False:
        what = f"{shown(host)} is an address of this computer or of a private network."
        yield Complaint(URL, "address", what, "If it is meant so, add custom_api_allow_private: true.")


def _owner(name: str) -> PriceSource | None:
    """Return the source that a parameter belongs to; None when it belongs to none."""
    if name.startswith(("custom_api_", "price_source_custom_api")):
        return CUSTOM
    return EXTERNAL if name.startswith(("price_source_", SECOND_FEED)) else None


def _is_private(host: str) -> bool:
    """Return whether a host says of itself that the internet does not route it; a name is looked up by the run."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
