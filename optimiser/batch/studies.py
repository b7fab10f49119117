"""Studies of a project: one folder each under ``studies``, asked, watched, stopped and read again like a run.

=================  ==========================================================================
request.json       what was asked: kind of study, question, choices, how long
claim.json         who works on it
progress.jsonl     solve by solve
so_far.json        what is known already, where a study tells point by point
result.json        the answer, or the error (written last)
=================  ==========================================================================

All studies of a project remember their solves in ``studies/solves``: one that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optimiser import __version__
from optimiser.batch.store import REQUEST_FILE, Run, RunStatus, slug
from optimiser.errors import BackendError, InputError, OptimiserError, reason
from optimiser.problems import portable
from optimiser.solve import jobs
from optimiser.solve.options import SolveOptions
from optimiser.solve.progress import write_atomically

STUDIES_FOLDER = "studies"
SOLVES_FOLDER = "solves"
SO_FAR_FILE = "so_far.json"
KINDS = (
    "explain",
    "price",
    "frontier",
    "between",
    "alternatives",
    "levels",
    "budget",
    "ledger",
    "nest",
    "uncertainty",
    "drift",
    "integrity",
    "tables",
)


@dataclass(frozen=True)
class Asked:
    """What a study is asked.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    family
        The question it is about; the budget of a force is about ``strength``.
    choices
        Of that question, in planner's names and units.
    options
        Of each solve.
    budget_s
        Longest time of the whole study.
    given
        What the kind itself is asked: rules and amounts, points, numbers.
    """

    kind: str
    family: str
    title: str
    choices: Mapping[str, Any] = field(default_factory=dict)
    formulation: str = ""
    options: SolveOptions = field(default_factory=SolveOptions)
    budget_s: float = 600.0
    given: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"There is no study {self.kind!r}; there are {', '.join(KINDS)}.")


@dataclass(frozen=True)
class Answer:
    """What a study found, ready to be read and drawn.

    Parameters
    ----------
    said
        Sentences, the most important first.
    tables
        Sheets by name, each a list of rows.
    drawn
        What its picture is made of, in planner's units.
    plans
        Plans by name, as JSON of their family's plan type.
    complete
        Was everything decided that was asked for?
    """

    kind: str
    said: tuple[str, ...]
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    drawn: Mapping[str, Any] = field(default_factory=dict)
    plans: Mapping[str, Any] = field(default_factory=dict)
    complete: bool = True
    n_solves: int = 0
    seconds: float = 0.0


class Study(Run):
    """One folder of a study. What a run can, it can: be claimed, stopped, killed, begun again."""

    @property
    def asked(self) -> Asked:
        """What was asked."""
        r = self.request
        try:
            options: SolveOptions = portable.from_json(SolveOptions, r["options"])
            return Asked(
                str(r["kind"]),
                str(r["family"]),
                str(r["title"]),
                r["scenario"],
                str(r["formulation"]),
                options,
                float(r["budget_s"]),
                r["given"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"Study {self.id} is damaged: its request lacks {error}. Ask again.") from error

    @property
    def status(self) -> RunStatus:
        """How far it is, told from the files alone."""
        if not (self.folder / jobs.RESULT_FILE).exists():
            return super().status
        with contextlib.suppress(OSError, ValueError, RecursionError):
            data = json.loads((self.folder / jobs.RESULT_FILE).read_text(encoding="utf-8"))
            return "done" if "said" in data else "failed"
        return "failed"

    def answer(self) -> Answer:
        """Return the answer.

        Raises
        ------
        OptimiserError
            What went wrong in the study.
        """
        found = _read(self.folder / jobs.RESULT_FILE)
        if found is None:
            raise BackendError(f"The result of study {self.id} is damaged or missing. Start it again.")
        if "error" in found:
            raise OptimiserError(str(found.get("message", "The study failed.")))
        return _answer(found)

    def so_far(self) -> Answer | None:
        """Return what is known already of a study that tells point by point; None before there is any."""
        found = _read(self.folder / SO_FAR_FILE)
        return None if found is None else _answer(found)

    def keep(self, answer: Answer, *, last: bool) -> None:
        """Write the answer, or what is known so far."""
        text = json.dumps(_finite(asdict(answer)), ensure_ascii=False)
        write_atomically(self.folder / (jobs.RESULT_FILE if last else SO_FAR_FILE), text, durable=last)

    def reset(self) -> None:
        """Forget an attempt; what was solved is remembered."""
        super().reset()
        (self.folder / SO_FAR_FILE).unlink(missing_ok=True)


def _answer(data: Mapping[str, Any]) -> Answer:
    known = {k: v for k, v in data.items() if k in Answer.__dataclass_fields__}
    return Answer(**{**known, "said": tuple(known.get("said", ()))})


def _read(path: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError, RecursionError):
        data = json.loads(path.read_text(encoding="utf-8"))
        return data if isinstance(data, dict) else None
    return None


def _finite(value: Any) -> Any:
    """Return JSON in which what is unlimited is null."""
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    if isinstance(value, float) and not -1e300 < value < 1e300:
        return None
    return value


def create(project_folder: Path, asked: Asked, content: str) -> Study:
    """Write the folder of a study; the same asked again of the same data is the same study.

    Parameters
    ----------
    content
        Digest of the question, or of the data it is made of.
    """
    root = project_folder / STUDIES_FOLDER
    said = asdict(asked)
    key = json.dumps([said, content, __version__], sort_keys=True, default=str)
    digest = hashlib.sha256(key.encode()).hexdigest()[:10]
    folder = root / f"{asked.kind}-{slug(asked.title)}-{digest}"
    if (folder / REQUEST_FILE).exists():
        return Study(folder)
    request = {
        "kind": asked.kind,
        "title": asked.title,
        "family": asked.family,
        "formulation": asked.formulation,
        "options": asdict(asked.options),
        "scenario": dict(asked.choices),
        "budget_s": asked.budget_s,
        "given": dict(asked.given),
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "content": content,
    }
    try:
        root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=root, prefix=".new-"))
        try:
            write_atomically(draft / REQUEST_FILE, json.dumps(request, ensure_ascii=False, indent=1))
            with contextlib.suppress(OSError):
                draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise InputError(f"Studies are kept in {root}, which cannot be written: {reason(error)}.") from error
    if not (folder / REQUEST_FILE).exists():
        raise OptimiserError(f"Study {folder.name} could not be written to {root}. Is the disk full?")
    return Study(folder)


def studies(project_folder: Path) -> list[Study]:
    """Return the studies of a project, the newest first."""
    root = project_folder / STUDIES_FOLDER
    if not root.is_dir():
        return []
    found = [Study(p) for p in root.iterdir() if not p.name.startswith(".") and (p / REQUEST_FILE).exists()]
    return sorted(found, key=lambda s: (_created(s), s.id), reverse=True)


def study(project_folder: Path, study_id: str) -> Study:
    """Return a study by its id.

    Raises
    ------
    InputError
        If there is none.
    """
    folder = project_folder / STUDIES_FOLDER / study_id
    if (
        not re.fullmatch(r"[\w.-]+", study_id)
        or study_id.startswith(".")
        or not (folder / REQUEST_FILE).exists()
    ):
        raise InputError(f"There is no study {study_id!r} in this project.")
    return Study(folder)


def _created(found: Study) -> str:
    with contextlib.suppress(OptimiserError):
        return str(found.request.get("created_utc", ""))
    return ""
