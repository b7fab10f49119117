"""Low cover told district by district: one alert for all areas of a district that lie bare."""

import numpy as np
import pytest

from optimiser import alerts
from optimiser.alerts.events import Event
from optimiser.errors import InputError

AREAS = ("N", "S")
# five minutes inside an area, twenty from one to the other
TRAVEL = np.array([[300.0, 1200.0], [1200.0, 300.0]])


def test_low_cover_by_district():
    """Both areas in one district, three in four urgent calls in the south, which U2 alone reaches: one alert."""
    told = alerts.Districts(("both", "both"), np.array([1.0, 3.0]))
    events = [Event(0, "on", "U1", area="N"), Event(0, "on", "U2", area="S"), Event(3600, "off", "U2")]
    events += [Event(5000, "off", "U1"), Event(7200, "on", "U1", area="N")]

    def at(share_frac: float, **more) -> list[tuple[str, float]]:
        rule = alerts.AlertRule(
            name="low", kind="cover", target_s=600, by="district", share_frac=share_frac, **more
        )
        found = alerts.replay(events, (rule,), AREAS, TRAVEL, districts=told)
        spans = found.low_cover[("low", "both")]
        assert [one.n_breaches for one in alerts.judged(found)] == [len(spans)]
        return [(c.subject, c.at_s) for c in found.changes if c.state == "raised"]

    assert at(0.75) == [("both", 3600)]
    assert at(0.76) == [("both", 5000)]  # bare of both from then on
    assert at(0.5, areas=("N",)) == [("both", 5000)]  # the north alone counts
    assert at(0.5, raise_after_s=3500) == [("both", 7100)]
    rule = alerts.AlertRule(name="low", kind="cover", target_s=600, by="district", share_frac=0.2)
    with pytest.raises(InputError, match=r"'low' is by district, but the areas name no"):
        alerts.replay(events, (rule,), AREAS, TRAVEL)
    (said,) = {
        c.said for c in alerts.replay(events, (rule,), AREAS, TRAVEL, districts=told).changes if c.said
    }
    assert said == "areas with 75 % of both's urgent demand have fewer than 1 free units there in time"
