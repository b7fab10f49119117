"""The generator behind Cordeau's instances is glibc's, number for number."""

from __future__ import annotations

import ctypes
import platform

import numpy as np
import pytest

from tests.benchmarks.spec import SHARED
from tests.benchmarks.standby_data import cordeau, glibc_rand


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library here is not glibc")
def test_random_numbers_are_those_of_the_c_library():
    """5,000 numbers after srand(7)."""
    libc = ctypes.CDLL("libc.so.6")
    libc.srand(7)
    assert glibc_rand(7, 5000).tolist() == [libc.rand() for _ in range(5000)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published sample is in ../shared/data")
def test_sample_is_drawn_again():
    """Sites and customers of the published sample, to its six decimals; demands too (costs are drawn between)."""
    text = (SHARED / "location/mclp_cordeau/GRID_INST_n100_m1000_d1_100_f10_100_s1.dat").read_text()
    rows = [fields.split() for fields in text.splitlines()]
    sites, calls = cordeau(100, 1000, 1, chunk=300)
    chunks = list(calls)
    xy = np.concatenate([c for c, _ in chunks])
    assert [[f"{v:.6f}" for v in p] for p in sites.tolist()] == [r[2:4] for r in rows if r[0] == "F"]
    assert [[f"{v:.6f}" for v in p] for p in xy.tolist()] == [r[2:4] for r in rows if r[0] == "C"]
    demand = np.concatenate([w for _, w in chunks])
    assert demand.tolist() == [round(float(r[4])) for r in rows if r[0] == "C"]
