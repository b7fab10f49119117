"""What people wrote into columns that are read must not come through them: codes, labels and numbers only."""

import json

import pytest

from optimiser.data.init import init
from optimiser.data.labels import sayable
from optimiser.data.project import load
from tests.data.made_up import csv_text, make, write_squares
from tests.data.test_project import stored_text

CODES = (
    "ALARM",
    "459 BURGLARY ALARM",
    "10-50 ACCIDENT",
    "SUSPICIOUS PERSON/VEHICLE",
    "MISSING PERSON - HIGH RISK",
)


def calls(values, column="call_type"):
    """A call table whose column holds these values; everything else is sound."""
    header = f"call_id,received,area_id,{column}"
    rows = [f'c{k},2025-03-{1 + k % 28:02d} {k % 24:02d}:00:00,A1,"{v}"' for k, v in enumerate(values)]
    return csv_text(*rows, header=header)


TOLD = {
    "a small file of sentences": [f"Mr Quackenbush of {k} High St" for k in range(20)],
    "a small file of words": [f"quackenbush matter {k}" for k in range(40)],
    "a third of a large file": [*CODES * 140, *[f"quackenbush {k}" for k in range(300)]],
    "an address": [*CODES * 20, "ALARM 1742 QUACKENBUSH CRES"],
    "a number to call": [*CODES * 20, "QUACKENBUSH 613-555-0173"],
    "an electronic address": [*CODES * 20, "a@quackenbush.ca"],
    "a title": [*CODES * 20, "Mrs Quackenbush"],
    "somebody's role": [*CODES * 20, "victim quackenbush in car"],
    "a sentence": [*CODES * 20, "quackenbush left the back door open all night long"],
}


@pytest.mark.parametrize("case", TOLD)
@pytest.mark.parametrize("column", ["call_type", "priority"])
def test_free_text_among_codes(tmp_path, case, column):
    """Type and priority come in as codes; a text that stands alone and tells of somebody is left out and counted."""
    report = make(tmp_path, calls(TOLD[case], column))
    assert "quackenbush" not in stored_text(tmp_path / "town").lower()
    rules = [f.rule for f in report.quality.findings]
    name = "call_type" if column == "call_type" else "priority"
    assert f"column {name} is no code" in rules or f"{name}: reads like free text" in rules
    assert len(load(tmp_path / "town").calls) == len(TOLD[case])


def test_codes_come_through(tmp_path):
    """Codes with house-like numbers, strokes and hyphens stay, rare ones too."""
    make(tmp_path, calls([*CODES[:4] * 20, CODES[4]]))
    assert set(load(tmp_path / "town").calls["call_type"]) == set(CODES)


def test_labels_are_told_as_shapes(tmp_path):
    """SMITH in the area column is told as AAAAA; an id of another map, or what stands on 11 rows, as it is."""
    assert sayable({"PN5": 1, "HQ": 2, "9Z99": 1, "SMITH": 1, "12MAINST": 3, "NORTHSIDE": 11, "A B C D E F G": 1}) == (
        "PN5", "HQ", "9Z99", "AAAAA", "99AAAAAA", "NORTHSIDE", "A A A A A A ...",
    )  # fmt: skip
    header = "call_id,received,area_id"
    labels = ("A1", "PN5", "QUACKENBUSH", "1742ZANZIBAR")
    rows = [f"c{k},2025-03-03 1{k}:00:00,{label}" for k, label in enumerate(labels)]
    report = make(tmp_path, csv_text(*rows, header=header))
    assert set(report.quality.by_rule("labels that match no area").examples) == {
        "PN5",
        "AAAAAAAAAAA",
        "9999AAAAAAAA",
    }
    everything = stored_text(tmp_path / "town")
    assert "QUACKENBUSH" not in everything
    assert "ZANZIBAR" not in everything


def test_words_in_a_column_of_minutes(tmp_path):
    """A workload table whose minutes hold a remark: counted and its line named, never quoted; a number too large is."""
    table = tmp_path / "w.csv"
    table.write_text(
        "area_id,calls,minutes\nA1,5,see Quackenbush\n007,5,99999999\nNA,5,100\n", encoding="utf-8"
    )
    report = init(
        tmp_path / "t", write_squares(tmp_path / "a.geojson"), workload=table, weeks=1, crs="EPSG:32617"
    )
    found = report.quality.by_rule("implausible minutes")
    assert (found.count, found.examples) == (2, ("line 2", "line 3: 99999999"))
    assert "Quackenbush" not in json.dumps(
        json.loads((tmp_path / "t" / "import.json").read_text(encoding="utf-8"))
    )
