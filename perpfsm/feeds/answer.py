"""What a price server answered, read as a price: plain text, or JSON and a pointer into it; exact, finite, positive."""

import json
import re
from decimal import Decimal

from perpfsm.feeds.bad_line import BadLine
from perpfsm.feeds.numbers import Unusable, to_decimal

DIGITS_MAX = 30  # sums and products with it stay exact

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


class NoPrice(Exception):
    """An answer that gives no price; the message says why, in words that stay the same while the cause does."""


def read_price(body: bytes, pointer: str | None) -> Decimal:
    """Return the price in an answer.

    Args:
        body: As it came.
        pointer: JSON pointer (RFC 6901), empty for the whole document; None when the body is the price itself.

    Raises:
        NoPrice: When there is none, or one that cannot be traded on.
    """
    try:
        text = body.decode("utf-8")
        price = to_decimal(text if pointer is None else _found(text, pointer))
    except UnicodeDecodeError as error:
        raise NoPrice("the answer is not UTF-8 text") from error
    except BadLine as error:
        raise NoPrice("the answer is not a number" if pointer is None else f"{pointer!r} is not a number") from error
    except Unusable as why:
        is_missing = str(why) == "is missing"
        raise NoPrice("the answer is empty" if is_missing else "the price is not finite") from why
    if price <= 0:
        raise NoPrice("the price is not positive")
    if len(price.as_tuple().digits) > DIGITS_MAX:
        raise NoPrice("the price has too many digits")
    return price


def _found(text: str, pointer: str) -> str:
    """Return the text of the number, quoted or not, that `pointer` leads to."""
    try:
        node = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NoPrice("the answer is not JSON") from error
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        match node:
            case dict() if name in node:
                node = node[name]
            case list() if _INDEX.fullmatch(name) and int(name) < len(node):
                node = node[int(name)]
            case _:
                raise NoPrice(f"the answer has nothing at {pointer!r}")
    if not isinstance(node, str):
        raise NoPrice(f"{pointer!r} is not a number")
    return node
