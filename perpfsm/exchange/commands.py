"""What a command of any kind does on reaching the venue."""

from perpfsm.exchange.account_changes import change_account
from perpfsm.exchange.arrivals import arrive
from perpfsm.exchange.floor import Floor
from perpfsm.exchange.stops import cancel_stop, place_stop
from perpfsm.market.order import CancelOrder, PlaceOrder, VenueCommand
from perpfsm.market.stop import PlaceStop


def carry_out(floor: Floor, command: VenueCommand, now_ns: int) -> None:
    """Let a command reach the venue. This is the one place where commands do.

    Args:
        floor: The exchange's.
        command: Placements and cancels of orders and stop orders, and changes of the account.
        now_ns: On the feed's clock, nanoseconds since the epoch.
    """
    match command:
        case PlaceStop():
            place_stop(floor, command, now_ns)
        case CancelOrder(client_id) if client_id in floor.stops.by_id:
            cancel_stop(floor, client_id, now_ns)
        case PlaceOrder() | CancelOrder():
            arrive(floor, command, now_ns)
        case _:
            change_account(floor, command, now_ns)
