"""How often each rule was exercised, and which never was."""

from collections import Counter

REQUIRED = """
E1 a cancel loses the race
E1 delayed on the way in
E1 delayed on the way out
E1 nothing overtakes on the way in
E10 a debt is forgiven
E10 liquidated cross, 1 legs
E10 liquidated cross, 2 legs
E10 liquidated isolated, 1 legs
E11 constant, paid
E11 constant, received
E11 the feed's, paid
E11 the feed's, received
E12 -1008
E12 -1102
E12 -1106
E12 -1111
E12 -1130
E12 -2021
E12 -2022
E12 -4003
E12 -4004
E12 -4005
E12 -4006
E12 -4023
E12 -4061
E12 -4116
E12 CONTRACT_PRICE triggers
E12 MARK_PRICE triggers
E12 STOP_MARKET is triggered
E12 TAKE_PROFIT_MARKET is triggered
E12 TRAILING_STOP_MARKET is triggered
E12 a stop goes with its position
E12 a stop is canceled
E12 closes a size
E12 closes the whole position
E13 -1008
E13 -1015
E13 -1106
E13 -1111
E13 -2019
E13 -2020
E13 -2022
E13 -2027
E13 -4001
E13 -4003
E13 -4004
E13 -4005
E13 -4014
E13 -4016
E13 -4023
E13 -4024
E13 -4028
E13 -4046
E13 -4059
E13 -4061
E13 -4067
E13 -4068
E13 -4116
E13 -4164
E13 -5022
E13 SetLeverage is carried out
E13 SetMarginMode is carried out
E13 SetPositionMode is carried out
E13 the account is changed
E14 Deleverage
E14 ExpireOrders
E14 Halt
E14 LoseAnswers
E14 ManualTrade
E14 RejectPlacements
E14 Silence
E14 nothing is taken from a book of before a quote that is no market
E14 nothing is taken from a book of before the halt
E2 a crossed quote is no market
E2 a quote without a side
E2 all that is shown is used
E2 less than a step is not taken
E3 a book at the price empties the queue
E3 a level that is seen at last shows more
E3 a sweep is not used twice
E3 a trade at the price fills
E3 a trade before the first quote
E3 a trade consumes the queue
E3 a trade from before the order
E3 a trade is used up
E3 a trade that a book has shown already
E3 a trade through fills
E3 joins at the best
E3 joins behind
E3 joins behind, unseen
E3 joins in front
E3 proportional cancels
E3 queue book through fills
E3 risk-averse cancels
E3 through book through fills
E3 touch book at fills
E3 touch book through fills
E4 takes at the best
E4 takes beyond what is shown
E4 takes into depth
E4 the rest of a limit rests
E5 expires for a limit
E5 expires for a taker
E6 clipped to the position
E7 maker fee
E7 rebate
E7 taker fee
E8 adds
E8 adds (isolated)
E8 closes
E8 closes (isolated)
E8 opens
E8 opens (isolated)
E8 reduces
E8 reduces (isolated)
E8 turns round
E8 turns round (isolated)
expired: closed
expired: injected
expired: liquidation
expired: self-trade prevention
expired: unfilled
"""


def required() -> list[str]:
    """Return what a run has to exercise, one line each."""
    return [line for line in REQUIRED.strip().splitlines() if line]


def missing(exercised: Counter[str]) -> list[str]:
    """Return what was never exercised."""
    return [what for what in required() if not exercised[what]]


def table(exercised: Counter[str], worlds: int) -> str:
    """Return a line for each thing that was exercised, with how often."""
    lines = [f"{exercised[what]:9,d}  {what}" for what in sorted({*required(), *exercised})]
    return "\n".join((f"{worlds:,d} worlds", *lines))
