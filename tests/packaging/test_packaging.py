"""What is shipped: the wheel's top level, the catalogue, and the README's two commands."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from optimiser import registry

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_top_level(tmp_path):
    """The wheel installs three packages and nothing else, each with its type marker."""
    pytest.importorskip("build")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    top = {n.split("/")[0] for n in names if ".dist-info" not in n}
    assert top == {"optimiser", "optimiser_models", "optimiser_apps"}
    assert {f"{t}/py.typed" for t in top} <= set(names)


def test_catalogue_is_the_registry():
    """Every registered formulation has a row in models/README.md, and every row is registered."""
    text = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", text, re.MULTILINE)) == sorted(registry.names())


@pytest.mark.parametrize("name", registry.names())
def test_formulations_are_what_the_catalogue_says(name):
    """Each loads, bears its own name, and cites a source."""
    formulation = registry.load(name)
    assert formulation.name == name
    assert formulation.family is registry.family(name.split(".")[0])
    assert formulation.reference


@pytest.mark.parametrize("heading", ["Run it", "Test it"])
def test_readme_commands_are_one_line(heading):
    """Under each heading stands one fenced block of one line that installs from here."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    assert block.count("\n") == 1
    assert "pip install '.[app" in block


def test_no_machine_leaks_into_the_repository():
    """No path of a machine and no registry host stands in a tracked file."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    bad = re.compile(r"/(?:home|root|work)/[a-z]|index-url|pypi\.(?:org|python)")
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".csv", ""}
            and path.is_file()
            and path.name != Path(__file__).name
        ):
            text = path.read_text(encoding="utf-8", errors="ignore")
            found += [f"{name}: {m.group(0)}" for m in bad.finditer(text)]
    assert found == []
