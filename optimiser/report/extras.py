"""The libraries of the extra ``report``, imported when first used."""

from __future__ import annotations

import importlib
from typing import Any

from optimiser.errors import OptimiserError

_WHAT_FOR = {"matplotlib": "Maps and charts need", "xlsxwriter": "Workbooks need"}


def need(module: str) -> Any:
    """Import and return a module of the extra.

    Raises
    ------
    OptimiserError
        In one line, saying how to install, if the extra is missing.
    """
    top = module.split(".")[0]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        what = _WHAT_FOR.get(top, "Reports need")
        raise OptimiserError(
            f"{what} {top}, which is not installed: pip install 'police-optimiser[report]'."
        ) from error
