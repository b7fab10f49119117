"""Published ambulance traces, every response time and unit: an engine that others wrote, reproduced."""

import pytest

from tests.oracles import elaspy


@pytest.mark.skipif(not elaspy.FOLDER.is_dir(), reason="the shared data folder is not beside the repository")
def test_diesel_3():
    # 1,400 calls, 23 units: all response times to 1e-6 min, all units, all counts of free units (FORMATS.md 5.1)
    found = elaspy.run("3")
    assert found.n == 1400
    assert (found.same_response, found.same_unit, found.same_free) == (1400, 1400, 1400)
