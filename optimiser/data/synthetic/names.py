"""Made-up names of places, streets and bridges."""

from __future__ import annotations

import numpy as np

# fmt: off
_HEADS = (
    "Bran", "Tol", "Wex", "Harl", "Mard", "Osk", "Pell", "Quen", "Rusk", "Selv", "Thorn", "Ulm", "Vend",
    "Wyc", "Yar", "Zell", "Brock", "Cald", "Dunn", "Elv", "Farr", "Gort", "Hesk", "Irl", "Jarr", "Kest",
    "Lorn", "Murr", "Nesk", "Orl",
)
_MIDDLES = (
    "a", "e", "i", "o", "en", "er", "in", "el", "ing", "and",
)
_TAILS = (
    "bury", "ford", "combe", "stead", "wick", "mere", "holt", "ley", "thorpe", "brook", "field", "gate",
    "moor", "dale", "by", "hurst",
)
_STREETS = (
    "Alder", "Birch", "Candle", "Dyer", "Ember", "Fennel", "Glover", "Harrow", "Ivory", "Juniper", "Kiln",
    "Larch", "Maple", "Needle", "Orchard", "Pepper",
)
_MORE = (
    "Quarry", "Ropewalk", "Saddler", "Tanner", "Umber", "Violet", "Weaver", "Yarrow", "Beacon", "Copper",
    "Drover", "Falcon", "Heron", "Lantern",
)
# fmt: on
_KINDS = ("Street", "Avenue", "Road", "Lane", "Way", "Drive", "Court", "Terrace")


def places(rng: np.random.Generator, count: int) -> list[str]:
    """Return ``count`` different made-up place names."""
    n_tails, n_middles = len(_TAILS), len(_MIDDLES)
    every = len(_HEADS) * n_middles * n_tails
    pick = rng.permutation(every)[: min(count, every)]
    stems = [
        _HEADS[k // (n_middles * n_tails)] + _MIDDLES[k // n_tails % n_middles] + _TAILS[k % n_tails]
        for k in pick
    ]
    return [stems[k % every] + (f" {k // every + 1}" if k >= every else "") for k in range(count)]


def streets(rng: np.random.Generator, count: int) -> list[str]:
    """Return ``count`` street names; they repeat, as streets do, with a number before them."""
    words = np.array(_STREETS + _MORE)[rng.integers(0, len(_STREETS) + len(_MORE), count)]
    kinds = np.array(_KINDS)[rng.integers(0, len(_KINDS), count)]
    return [f"{w} {k}" for w, k in zip(words, kinds, strict=True)]
