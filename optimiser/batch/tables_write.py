"""Put tables in place: everything is made and read back in a scratch folder first, then moved file by file."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from optimiser.batch.tables_made import Made
from optimiser.data.store import write_layer
from optimiser.errors import InputError
from optimiser.report.cad import written
from optimiser.report.fold_page import Fold, fits_one_page, fold_page, smallest_sheet
from optimiser.report.phrases import listed
from optimiser.report.sheet import save, write_bytes

LIST_FILE = "tables.json"
"""Names the files written into a folder, so that a later call can replace them."""
LABELS_FILE = "labels.gpkg"


def write(folder: Path, made: Made, *, place: str, colour: bool) -> list[str]:
    """Write all files, or none: each is made and read back in a scratch folder before any is put in place.

    Raises
    ------
    InputError
        If a cell does not fit its template, or the folder holds files that this command did not write.
    """
    before = _listed(folder)
    rows = made.rows()
    with (
        _parent_of(folder),
        tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch,
    ):
        draft = Path(scratch)
        for spec in made.template:
            if spec.table in rows:
                written(draft / spec.file, spec, rows[spec.table])
        if made.labels is not None:
            write_layer(draft / LABELS_FILE, "street_labels", made.labels)
        _pages(draft, made, place, colour=colour)
        files = sorted(p.name for p in draft.iterdir())
        folder.mkdir(exist_ok=True)
        _list(folder, sorted({*before, *files}))  # first, so that a call cut short can be made again
        for name in files:
            (draft / name).replace(folder / name)
    for stale in set(before) - set(files):
        (folder / stale).unlink(missing_ok=True)
    _list(folder, files)
    return files


@contextmanager
def _parent_of(folder: Path) -> Iterator[None]:
    """Make the folder's parent, and take it away again if nothing came of it."""
    new = not folder.parent.exists()
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            with suppress(OSError):
                folder.parent.rmdir()
        raise


def _list(folder: Path, files: list[str]) -> None:
    write_bytes(folder / LIST_FILE, (json.dumps({"files": files}, indent=1) + "\n").encode())


def _listed(folder: Path) -> list[str]:
    """Return the files an earlier call wrote into a folder; one that holds others is refused."""
    if not folder.exists():
        return []
    there = {p.name for p in folder.iterdir()} if folder.is_dir() else {folder.name}
    try:
        names = json.loads((folder / LIST_FILE).read_text(encoding="utf-8"))["files"]
        known = [n for n in names if isinstance(n, str) and Path(n).name == n]
    except (OSError, ValueError, KeyError, TypeError):
        known = []
    foreign = sorted(there - {*known, LIST_FILE})
    if foreign:
        raise InputError(
            f"{folder} holds {listed(foreign)}, not written by this command. Give a new folder (--out)."
        )
    return known


def _pages(folder: Path, made: Made, place: str, *, colour: bool) -> None:
    """Draw the sergeant's page of every district; a page a part of the day where they do not fit one."""
    for district in dict.fromkeys(t.district for t in made.folds):
        folds = [Fold(t.part, t.problem, t.result) for t in made.folds if t.district == district]
        pages = [folds] if fits_one_page(folds) else [[f] for f in folds]
        for page in pages:
            title = f"Fold table{f', district {district}' if district else ''}"
            name = "_".join(
                ["fold", *(plain_name(x) for x in (district, "" if page is folds else page[0].part) if x)]
            )
            save(
                fold_page(page, title=title, place=place, colour=colour, size=smallest_sheet(page)),
                folder / f"{name}.pdf",
            )


def plain_name(text: str) -> str:
    """Return a text as a part of a file name: letters, digits and dashes; others are written by their number."""
    return re.sub(r"[^A-Za-z0-9-]", lambda m: f"x{ord(m[0]):x}", text) or "plan"
