"""The command line: ``optimiser demo | init | check | solve | compare | batch | runs | app | doctor``."""

from optimiser.cli.main import main

__all__ = ["main"]
