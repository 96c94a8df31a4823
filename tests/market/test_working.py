from perpfsm.market.working import OrderStatus


def test_an_order_lives_until_nothing_of_it_can_fill_and_unknown_is_alive() -> None:
    dead = {status for status in OrderStatus if not status.is_live}
    assert dead == {OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED}
