"""Ranked choices in words: faster or slower, whose cover, what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.problems.assignment.choices import ranked
from optimiser.report.words_choices import choice_lines, clock
from tests.oracles.assignment_cases import PLAIN, TASER, snapshot


def said(problem):
    """Lines with plain spaces."""
    return [
        line.replace("\u00a0", " ").replace("\u202f", " ")
        for line in choice_lines(problem, "i1", ranked(problem, "i1"))
    ]


def test_faster_but_leaves_a_zone_bare():
    """u1 is 130 s sooner than u2, but alone covers z1, for 25 minutes until u3's break ends."""
    problem = snapshot(
        replace(PLAIN, coverage_s=300.0),
        [[60], [190], [900]],
        status=["free", "free", "ends"],
        ready_s=[0, 0, 1500],
        level=[1],
        zone_s=[[100], [900], [100]],
    )
    assert said(problem) == [
        "1. u2: there in 3:10, 2:10 slower than u1, keeps z1 covered",
        "2. u1: there in 1:00, 2:10 faster, but leaves z1 without cover for 25 minutes",
    ]


def test_missing_skill_late_and_surplus():
    """A unit without the skill says so; so do lateness and a second officer that nobody needs."""
    problem = snapshot(PLAIN, [[60], [1000]], officers=[1, 2], **TASER)
    lines = said(problem)
    assert (
        lines[0]
        == "1. u2: there in 16:40, 15:40 slower than u1, 1:40 past the target, 1 officer more than needed"
    )
    assert lines[1] == "2. u1: there in 1:00, 15:40 faster, 1 skill missing"


def test_nobody():
    """Nobody may go: said, not hidden."""
    problem = snapshot(PLAIN, [[np.inf]])
    assert choice_lines(problem, "i1", ranked(problem, "i1")) == ["i1: nobody can be sent by the rules."]


def test_clock():
    """Minutes and seconds."""
    assert [clock(s) for s in (0, 9.6, 130, 3600)] == ["0:00", "0:10", "2:10", "60:00"]
