"""What a feed may lack, in words."""

from perpfsm.market.offer import EVERYTHING, Offer, lacking


def test_what_is_lacking_is_said_in_words_in_one_order() -> None:
    assert lacking({Offer.TRADES}) == "no depth, no mark price, no funding rate"
    assert lacking([Offer.FUNDING, Offer.DEPTH]) == "no trades, no mark price"
    assert lacking(EVERYTHING) == ""
