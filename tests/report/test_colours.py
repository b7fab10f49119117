"""Neighbours differ on the map, in colour and in black and white."""

import numpy as np
import pytest

from optimiser.report.colours import BLACK_AND_WHITE, FILLS, fill_of, greedy_colours


def grid(n):
    """Neighbours of a grid of n x n with both diagonals of each cell left out, and one diagonal in."""
    at = np.arange(n * n).reshape(n, n)
    return np.concatenate(
        [
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
            np.column_stack([at[:-1, :-1].ravel(), at[1:, 1:].ravel()]),
        ]
    )


@pytest.mark.parametrize("n", [1, 2, 7, 20])
def test_colouring_of_a_planar_map_is_proper_and_within_the_palette(n):
    """A triangulated grid is planar: smallest-last needs six colours at most, the palette has eight."""
    pairs = grid(n)
    colour = greedy_colours(n * n, pairs)
    assert (colour[pairs[:, 0]] != colour[pairs[:, 1]]).all()
    assert colour.min() >= 0
    assert colour.max() < len(FILLS)


def test_colouring_is_proper_beyond_the_palette():
    """Ten districts that all touch need ten colours; the last two come hatched."""
    pairs = np.array([(i, j) for i in range(10) for j in range(i)])
    colour = greedy_colours(10, pairs)
    assert sorted(colour.tolist()) == list(range(10))
    assert len({fill_of(c) for c in colour.tolist()}) == 10


def test_colouring_of_random_graphs_is_proper():
    """Whatever the graph, 30 seeds of 40 nodes each."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        pairs = rng.integers(0, 40, (int(rng.integers(1, 300)), 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        colour = greedy_colours(40, pairs)
        assert (colour[pairs[:, 0]] != colour[pairs[:, 1]]).all()


def test_no_pair_and_no_node():
    """Districts that do not touch, and none at all."""
    assert greedy_colours(3, []).tolist() == [0, 1, 2]
    assert greedy_colours(0, []).size == 0


def test_black_and_white_tells_all_palette_colours_apart():
    """As many different grey-and-hatch pairs as colours, none with a hue."""
    assert len(set(BLACK_AND_WHITE)) == len(BLACK_AND_WHITE) >= len(FILLS)
    for face, _ in BLACK_AND_WHITE:
        red, green, blue = face[1:3], face[3:5], face[5:7]
        assert red == green == blue
