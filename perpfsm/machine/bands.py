"""The band of a leg: the region of prices and the time within which none of its rows can fire."""

from perpfsm.machine.build import Lifecycle
from perpfsm.machine.leg import Leg
from perpfsm.machine.region import Region
from perpfsm.machine.view import Reading, View
from perpfsm.market.band import Band


def band_of(lifecycle: Lifecycle, leg: Leg, view: View) -> Band:
    """Return the band of a leg at rest: inside it offering `market` is in vain.

    Each row is shut by some requirement that is not met now; one that stays unmet is enough for it. A row that
    could fire now leaves nothing inside.

    Args:
        lifecycle: The built machine.
        leg: At rest: no row of it fires on `view`.
        view: The inputs that the bounds are relative to.
    """
    reading = Reading(leg, view)
    region = Region(reading)
    for compiled in lifecycle.market_rows[leg.state]:
        unmet = [
            requirement.check.keep
            for requirement in compiled.requirements
            if requirement.check.holds(reading) is not requirement.wanted
        ]
        if unmet:
            region.narrow_by_best(unmet)
        else:
            region.close()
    return region.band()
