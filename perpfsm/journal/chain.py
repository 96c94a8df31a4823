"""The chain: an entry's hash is the SHA-256 of the canonical JSON of every other column, the hash before it included.

The text that is hashed is the line that `audit export --format jsonl` writes, without its `hash`.
"""

import hashlib

from perpfsm.journal.canonical import to_json

GENESIS = "0" * 64


def entry_json(
    body: bytes, *, seq: int, epoch: str, kind: str, time_ns: int, leg: str, stamp: int | None, previous: str
) -> bytes:
    """Return the canonical JSON of an entry without its hash; `body` is canonical JSON already."""
    return b'{"body":%b,"epoch":%b,"kind":%b,"leg":%b,"previous":%b,"seq":%d,"stamp":%b,"time_ns":%d}' % (
        body,
        to_json(epoch),
        to_json(kind),
        to_json(leg),
        to_json(previous),
        seq,
        to_json(stamp),
        time_ns,
    )


def chained(text: bytes) -> str:
    """Return the hash of an entry, 64 hexadecimal digits.

    Args:
        text: What `entry_json` makes of it.
    """
    return hashlib.sha256(text).hexdigest()
