"""Who may use a way, and in which direction."""

import numpy as np
import pytest

from optimiser.errors import InputError
from optimiser.roads.access import MODES, mode_bits, openness, swapped

BOTH, AHEAD, BACK, SHUT = "both", "ahead", "back", "shut"


def who(tags: dict[str, str]) -> dict[str, str]:
    byte = openness(tags)
    return {mode: (SHUT, AHEAD, BACK, BOTH)[byte >> (2 * i) & 3] for i, mode in enumerate(MODES)}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, (BOTH, BOTH, BOTH, BOTH)),
        ({"highway": "residential", "oneway": "yes"}, (AHEAD, AHEAD, AHEAD, BOTH)),
        ({"highway": "residential", "oneway": "-1"}, (BACK, BACK, BACK, BOTH)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (AHEAD, AHEAD, BOTH, BOTH)),
        ({"highway": "tertiary", "junction": "roundabout"}, (AHEAD, AHEAD, AHEAD, BOTH)),
        ({"highway": "motorway"}, (AHEAD, AHEAD, SHUT, SHUT)),
        ({"highway": "motorway", "oneway": "no"}, (BOTH, BOTH, SHUT, SHUT)),
        ({"highway": "service", "access": "private"}, (SHUT, BOTH, SHUT, SHUT)),
        ({"highway": "service", "access": "no"}, (SHUT, BOTH, SHUT, SHUT)),
        ({"highway": "service", "access": "no", "emergency": "no"}, (SHUT, SHUT, SHUT, SHUT)),
        ({"highway": "residential", "access": "private", "motor_vehicle": "yes"}, (BOTH, BOTH, SHUT, SHUT)),
        ({"highway": "residential", "access": "yes", "motor_vehicle": "no"}, (SHUT, BOTH, BOTH, BOTH)),
        ({"highway": "residential", "access": "destination"}, (BOTH, BOTH, BOTH, BOTH)),
        ({"highway": "residential", "access": "unbekannt"}, (BOTH, BOTH, BOTH, BOTH)),
        ({"highway": "busway"}, (SHUT, BOTH, SHUT, BOTH)),
        ({"highway": "track"}, (SHUT, BOTH, BOTH, BOTH)),
        ({"highway": "track", "tracktype": "grade1"}, (BOTH, BOTH, BOTH, BOTH)),
        ({"highway": "footway"}, (SHUT, SHUT, SHUT, BOTH)),
        ({"highway": "footway", "bicycle": "yes"}, (SHUT, SHUT, BOTH, BOTH)),
        ({"highway": "footway", "emergency": "yes"}, (SHUT, BOTH, SHUT, BOTH)),
        ({"highway": "primary", "motorroad": "yes"}, (BOTH, BOTH, SHUT, SHUT)),
        ({"highway": "primary", "bicycle": "no", "foot": "no"}, (BOTH, BOTH, SHUT, SHUT)),
        ({"highway": "construction"}, (SHUT, SHUT, SHUT, SHUT)),
        ({"highway": "pedestrian", "area": "yes"}, (SHUT, SHUT, SHUT, SHUT)),
        ({"waterway": "river"}, (SHUT, SHUT, SHUT, SHUT)),
    ],
)
def test_tags_open_a_way_to_the_right_modes(tags: dict[str, str], expected: tuple[str, ...]) -> None:
    """Each line is a rule of the wiki page Key:access, or of this package's emergency exception."""
    assert tuple(who(tags).values()) == expected


def test_turning_a_segment_round_twice_changes_nothing() -> None:
    """Contraction orients bytes; a slip there would reverse one-way streets."""
    every = np.arange(256, dtype=np.uint8)
    assert (swapped(swapped(every)) == every).all()
    assert swapped(np.array([0x55], dtype=np.uint8))[0] == 0xAA


def test_an_unknown_mode_is_refused() -> None:
    """A typing error must not read an empty network."""
    with pytest.raises(InputError, match="lorry"):
        mode_bits(("lorry",))
