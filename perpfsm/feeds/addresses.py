"""Which network addresses a price may come from, and the one look-up of a name."""

import ipaddress
import socket

import anyio

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Return whether the internet routes an address to one computer, whatever it is wrapped in."""
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_loopback(address: Address) -> bool:
    """Return whether an address is this computer."""
    inner = _inside(address)
    return address.is_loopback if inner is None else inner.is_loopback


async def look_up(host: str, port: int) -> tuple[Address, ...]:
    """Return every address of `host`, in the order in which the system would try them.

    Raises:
        OSError: When the name is not known, or nobody answers.
        UnicodeError: When it cannot be a name.
    """
    found = await anyio.to_thread.run_sync(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), abandon_on_cancel=True
    )
    return tuple(dict.fromkeys(ipaddress.ip_address(where[0]) for *_, where in found))


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for; None where it stands for itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
