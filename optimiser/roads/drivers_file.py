"""``drivers.toml`` of a project: driver classes fitted to recorded drives, one table a class.

[standard]
model = "limit plus 20 mph"     # or "norwegian": what is fitted
residential = 0.93              # what the model's time is multiplied by, by class of road; 1 where none is named
primary = 0.81
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from optimiser.data.toml_file import read_toml
from optimiser.errors import InputError
from optimiser.roads.classes import CLASS_INDEX, ROAD_CLASSES
from optimiser.roads.speeds import DRIVERS, Driver, norwegian

DRIVERS_FILE = "drivers.toml"
ALLOWANCE, NORWEGIAN = "limit plus 20 mph", "norwegian"


def modelled(driver: Driver, model: str) -> Driver:
    """Return the driver by a model of blue lights.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if model not in (ALLOWANCE, NORWEGIAN):
        raise InputError(
            f"There is no model {model!r} of driving; there are {ALLOWANCE!r} and {NORWEGIAN!r}."
        )
    return norwegian(driver) if model == NORWEGIAN else driver


def read_drivers(path: Path) -> dict[str, Driver]:
    """Return the classes of a file; none where there is no file.

    Raises
    ------
    InputError
        Naming what is no driver class, class of road or factor above 0.
    """
    if not path.exists():
        return {}
    found = {}
    for name, table in read_toml(path, " as driver classes").items():
        if name not in DRIVERS or not isinstance(table, dict):
            raise InputError(f"{path}: {name!r} is no driver class; there are {', '.join(DRIVERS)}.")
        factor = [1.0] * len(ROAD_CLASSES)
        for key, value in table.items():
            if key == "model":
                continue
            real = isinstance(value, (int, float)) and not isinstance(value, bool)
            if key not in CLASS_INDEX or not real or not 0 < value < 100:
                raise InputError(
                    f"{path}, [{name}]: {key} = {value!r} is no factor above 0 of a class of road "
                    f"({', '.join(ROAD_CLASSES)})."
                )
            factor[CLASS_INDEX[key]] = float(value)
        base = modelled(DRIVERS[name], str(table.get("model", ALLOWANCE)))
        found[name] = replace(base, time_factor=tuple(factor))
    return found


def write_driver(path: Path, driver: Driver, model: str) -> None:
    """Put a fitted class into a file; the other classes of the file stay.

    Raises
    ------
    InputError
        If the file that is there cannot be read.
    """
    known = read_toml(path, " as driver classes") if path.exists() else {}
    factors = driver.time_factor or (1.0,) * len(ROAD_CLASSES)
    known[driver.name] = {"model": model} | {
        c: round(f, 4) for c, f in zip(ROAD_CLASSES, factors, strict=True)
    }
    lines = []
    for name, table in known.items():
        lines += [
            f"[{name}]",
            *(f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in table.items()),
            "",
        ]
    path.write_text("\n".join(lines), encoding="utf-8")
