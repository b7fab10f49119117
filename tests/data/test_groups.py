"""Residents by census group: named by the planner, never guessed, kept apart from every question."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimiser.data import canonical as names
from optimiser.data.init import init
from optimiser.data.project import load
from optimiser.errors import InputError, UsageError
from optimiser.prepare.questions import ask
from tests.data.made_up import AREA_IDS, ROWS, ZONE, csv_text, write_squares

COUNTS = {"pop_u18": [10, 20, 30, 40, 50, 60], "pop_65": ["5", "x", "-3", "", "7", "8"]}
COLUMNS = '[areas.groups]\n"under 18" = "pop_u18"\n"65 and over" = "pop_65"\n'

LATER = "c9,2025-03-20 10:00:00,2025-03-20 10:02:00,2025-03-20 10:08:00,2025-03-20 10:38:00,1,ALARM,b2"
"""A call two weeks later: a question needs a week."""


def made(tmp_path, columns=COLUMNS):
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    write_squares(raw / "areas.geojson", **COUNTS)
    (raw / "calls.csv").write_text(csv_text(*ROWS, LATER), encoding="utf-8")
    (raw / "columns.toml").write_text(columns, encoding="utf-8")
    return init(
        tmp_path / "town", raw / "areas.geojson", raw / "calls.csv", columns=raw / "columns.toml", timezone=ZONE,
        crs="EPSG:32617", priority={"1": 1, "2": 2, "3": 3},
    )  # fmt: skip


def test_groups_come_in_as_named(tmp_path):
    """Two columns under the planner's names, by area; what is no count is unknown and told; the choice is kept."""
    report = made(tmp_path)
    project = load(tmp_path / "town")
    assert list(project.groups) == ["under 18", "65 and over"]
    order = [AREA_IDS.index(a) for a in project.areas["area_id"]]
    assert project.groups["under 18"].tolist() == [float(COUNTS["pop_u18"][k]) for k in order]
    old = dict(zip(project.areas["area_id"], project.groups["65 and over"], strict=True))
    assert old["A1"] == 5.0
    assert all(np.isnan(old[a]) for a in ("007", "NA", "2E14"))
    told = report.quality.by_rule("residents of a group that are no count")
    assert told.count == 2
    assert not {"pop_u18", "pop_65"} & set(report.dropped["areas"])
    assert '"65 and over" = "pop_65"' in (tmp_path / "town" / names.COLUMNS_FILE).read_text(encoding="utf-8")


def test_nothing_is_guessed(tmp_path):
    """Without [areas.groups] the columns are dropped like any other that was not understood."""
    report = made(tmp_path, "")
    assert {"pop_u18", "pop_65"} <= set(report.dropped["areas"])
    assert load(tmp_path / "town").groups == {}
    assert not (tmp_path / "town" / names.GROUPS_FILE).exists()


def test_no_question_can_ask_for_a_group(tmp_path):
    """A group is no kind of work and no objective: balance by it is refused, and no array of a question holds it."""
    made(tmp_path)
    project = load(tmp_path / "town")
    with pytest.raises(UsageError, match="Unknown kind of work 'under 18'"):
        ask(project, "sectors", {"n_districts": 2, "centres": "free", "balance": {"under 18": 0.1}})
    question = ask(project, "sectors", {"n_districts": 2, "centres": "free", "tolerance_pct": 100}).problem
    assert "under 18" not in (*question.balance_names, *question.places)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ('[areas.groups]\n"under 18" = "nowhere"\n', "has no column nowhere"),
        ('[areas.groups]\n"under 18" = 3\n', "should be the name of a column"),
        ('[areas]\ngroups = "pop_u18"\n', "should be a table"),
        ("[areas.groups]\n" + "\n".join(f'"g{k}" = "pop_u18"' for k in range(41)), "40 are the most"),
    ],
)
def test_groups_that_cannot_be_read(tmp_path, columns, message):
    """Refused with the place in columns.toml; nothing is written."""
    with pytest.raises(InputError, match=message):
        made(tmp_path, columns)
    assert not (tmp_path / "town").exists()


def test_an_import_again_without_groups_leaves_none(tmp_path):
    """The table of an earlier import does not outlive the planner's choice."""
    made(tmp_path)
    raw = tmp_path / "raw"
    (raw / "none.toml").write_text("", encoding="utf-8")
    init(
        tmp_path / "town", raw / "areas.geojson", raw / "calls.csv", columns=raw / "none.toml", timezone=ZONE,
        crs="EPSG:32617", again=True,
    )  # fmt: skip
    assert load(tmp_path / "town").groups == {}


def test_a_damaged_table_is_refused(tmp_path):
    """Residents below 0, or an area twice: the file is named."""
    made(tmp_path)
    path = tmp_path / "town" / names.GROUPS_FILE
    table = pd.read_parquet(path)
    for damaged in (table.assign(residents=-1.0), pd.concat([table, table])):
        damaged.to_parquet(path)
        with pytest.raises(InputError, match=r"groups.parquet is damaged"):
            load(tmp_path / "town")
