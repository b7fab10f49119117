"""Made-up areas and calls for the tests of this room."""

import json
from pathlib import Path

from optimiser.data.init import init

AREA_IDS = ("A1", "007", "NA", "2E14", "Ch\u00e2teau", "b2")
WEST, SOUTH, SIDE = -79.40, 43.60, 0.01
HEADER = "call_id,received,dispatched,arrived,cleared,priority,call_type,area_id"
ROWS = (
    "c1,2025-03-03 10:00:00,2025-03-03 10:02:00,2025-03-03 10:08:00,2025-03-03 10:38:00,1,ALARM,A1",
    "c2,2025-03-03 11:30:00,2025-03-03 11:31:00,2025-03-03 11:41:00,2025-03-03 12:11:00,2,NOISE,007",
    "c3,2025-03-04 23:50:00,2025-03-04 23:55:00,2025-03-05 00:05:00,2025-03-05 00:35:00,1,ALARM,NA",
    "c4,2025-03-05 08:15:00,2025-03-05 08:20:00,2025-03-05 08:30:00,2025-03-05 09:00:00,3,THEFT,2E14",
)
ZONE = "America/Toronto"


def squares(ids=AREA_IDS, **columns):
    """Squares in a row, west to east, as GeoJSON."""
    features = []
    for k, area in enumerate(ids):
        x = WEST + k * SIDE
        ring = [[x, SOUTH], [x + SIDE, SOUTH], [x + SIDE, SOUTH + SIDE], [x, SOUTH + SIDE], [x, SOUTH]]
        properties = {"area_id": area, **{c: v[k] for c, v in columns.items()}}
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def write_squares(path: Path, ids=AREA_IDS, **columns) -> Path:
    """Write :func:`squares`."""
    path.write_text(json.dumps(squares(ids, **columns)), encoding="utf-8")
    return path


def csv_text(*rows, header=HEADER, end="\n"):
    """A call table as text."""
    return end.join([header, *(rows or ROWS)]) + end


def make(tmp_path: Path, calls: bytes | str, name="calls.csv", **options):
    """Import calls into ``tmp_path/town`` and return the report."""
    raw = tmp_path / "raw"
    raw.mkdir(exist_ok=True)
    path = raw / name
    path.write_bytes(calls if isinstance(calls, bytes) else calls.encode())
    areas = raw / "areas.geojson"
    if not areas.exists():
        write_squares(areas)
    options = {"timezone": ZONE, "crs": "EPSG:32617", "response_time": "received_to_arrived", **options}
    return init(tmp_path / "town", areas, path, **options)
