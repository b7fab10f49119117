"""How the engine's loops are compiled.

``_nrt=False`` leaves out the counting of references. The loops make no array, so there is nothing to count, and
every call would otherwise count all of its arrays up and down: measured, 20 to 30 times the time of the whole
engine. ``leaf`` is inlined where it is called.
"""

from __future__ import annotations

import numba

compiled = numba.njit(cache=True, nogil=True, _nrt=False)
leaf = numba.njit(cache=True, nogil=True, _nrt=False, forceinline=True)
