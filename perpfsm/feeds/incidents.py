"""Injected incidents as a line of a feed holds them."""

from perpfsm.errors import PerpfsmError
from perpfsm.feeds.bad_line import BadLine
from perpfsm.market.incident import Incident, parse_incidents


def read_incidents(text: str, time_ns: int) -> tuple[Incident, ...]:
    """Return the incidents that `text` holds, none when it is blank.

    Raises:
        BadLine: When a part of it is no incident.
    """
    try:
        return parse_incidents(text, time_ns)
    except PerpfsmError as problem:
        raise BadLine(problem.what, remedy=problem.remedy) from problem
