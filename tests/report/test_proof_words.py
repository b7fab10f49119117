"""What a judged objective says of better plans: never "at most 0.0 %", and never less than is true."""

import pytest

from optimiser.solve.result import Judged


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (None, "nothing proved yet about better plans"),
        (100_000.0, "proven best for these inputs and rules"),
        (99_999.0, "less than 0.1 % better can exist"),
        (99_960.0, "less than 0.1 % better can exist"),
        (99_900.0, "at most 0.1 % better can exist"),
        (99_859.0, "at most 0.2 % better can exist"),
        (96_500.0, "at most 3.5 % better can exist"),
    ],
)
def test_open_share_in_words(bound, text):
    """Of 100,000: 1 is 0.001 %, 40 is 0.04 %, 141 is 0.141 % (so 0.2 at most), 3,500 is 3.5 %."""
    assert Judged("drive", "s", "min", 100_000.0, bound).in_words() == text
