"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from optimiser.cli import main


@pytest.fixture
def told(capsys):
    """Run a command and return its exit code with what it said on each stream."""

    def run(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
