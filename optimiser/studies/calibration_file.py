"""A calibration kept beside the project: quantiles and factors, no call."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from optimiser.errors import InputError, reason
from optimiser.simulate.lived import Habits
from optimiser.solve.progress import write_atomically
from optimiser.studies.calibration import Calibration, Row

CALIBRATION_FILE = "calibration.json"


def write_calibration(folder: Path, found: Calibration) -> Path:
    """Write a calibration into a project folder and return its path."""
    habits = found.habits
    record = {
        "delay_s": {str(g): t.round(3).tolist() for g, t in habits.delay_s.items()},
        "turnout_s": _keyed(habits.turnout_s),
        "pace_log_mean": _keyed(habits.pace_log_mean),
        "pace_log_sd": _keyed(habits.pace_log_sd),
        "rows": [asdict(r) for r in found.rows],
        "no_free_frac": found.no_free_frac,
        "utilisation": found.utilisation,
        "limit_frac": found.limit_frac,
        "lacks": list(found.lacks),
    }
    path = folder / CALIBRATION_FILE
    write_atomically(path, json.dumps(record, indent=1))
    return path


def read_calibration(folder: Path) -> Calibration | None:
    """Read the calibration of a project folder; None where there is none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / CALIBRATION_FILE
    if not path.exists():
        return None
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        habits = Habits(
            delay_s={int(g): np.array(t, dtype=float) for g, t in record["delay_s"].items()},
            turnout_s=_numbered(record["turnout_s"]),
            pace_log_mean=_numbered(record["pace_log_mean"]),
            pace_log_sd=_numbered(record["pace_log_sd"]),
        )
        return Calibration(
            habits=habits,
            rows=tuple(Row(**r) for r in record["rows"]),
            no_free_frac=float(record["no_free_frac"]),
            utilisation=float(record["utilisation"]),
            limit_frac=float(record["limit_frac"]),
            lacks=tuple(map(str, record["lacks"])),
        )
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is damaged: {reason(error)}. Run calibrate again.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is damaged: it is not what calibrate writes. Run calibrate again."
        ) from error


def _keyed(values: Any) -> dict[str, float]:
    return {str(g): float(v) for g, v in values.items()}


def _numbered(values: dict[str, float]) -> dict[int, float]:
    return {int(g): float(v) for g, v in values.items()}
