"""The house is in order: nothing of one machine in the repository, every dependency explained and locked, every document linked."""

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
LOCKS = sorted((TOP / "requirements").glob("*.lock"))
DOCUMENTS = sorted((TOP / "docs").rglob("*.md"))

MACHINE_PATH = re.compile(r"(?<![\w.:/~-])/(?:home|root|Users|work|opt)/[\w.-]+")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|npmmirror|deb\.debian)\.(?:org|com)\b", re.IGNORECASE)
INDEX_OPTION = re.compile(r"--(?:index-url|extra-index-url|find-links|trusted-host)|file://|https?://")
REQUIREMENT = re.compile(r"([a-z0-9-]+)==[\w.]+(?: ; .+)?")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@cache
def texts() -> dict[str, str]:
    """Every file of ours that is text: path -> content. New files count before they are committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP).stdout
    return {name: text for name in listed.split("\0") if name and (text := as_text(TOP / name)) is not None}


def as_text(path: Path) -> str | None:
    """The content, or None for what is not UTF-8 or was deleted but not yet committed."""
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return None


def hits(pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {found[0]}" for name, text in texts().items() for found in pattern.finditer(text)]


def project() -> dict[str, list[str]]:
    """Names of the packages asked for, by part: "run", each dependency group, "frontend"."""
    declared = tomllib.loads((TOP / "pyproject.toml").read_text())
    asked = {"run": declared["project"]["dependencies"], **declared["dependency-groups"]}
    parts = {part: [re.split(r"[\[<>=~ ]", wanted)[0] for wanted in wants] for part, wants in asked.items()}
    return parts | {"frontend": list(json.loads((TOP / "package.json").read_text())["devDependencies"])}


def documented() -> dict[str, tuple[str, str]]:
    """The tables of dependencies.md: package -> (licence, why)."""
    rows = (line.strip("| ").split(" | ") for line in texts()["docs/reference/dependencies.md"].splitlines() if line.startswith("| "))
    return {row[0]: (row[1], row[2]) for row in rows if row[0] not in {"package", "---"}}


def test_no_path_of_one_machine() -> None:
    assert hits(MACHINE_PATH) == []


def test_no_address_of_a_package_registry() -> None:
    assert hits(REGISTRY) == []


@pytest.mark.parametrize("part", project())
def test_every_dependency_has_a_licence_and_a_reason(part: str) -> None:
    rows = documented()
    assert [name for name in project()[part] if not all(rows.get(name, ("", "")))] == []


def test_no_row_for_a_dependency_that_is_gone() -> None:
    assert set(documented()) == {name for names in project().values() for name in names}


def requirements(lock: Path) -> Iterator[tuple[str, list[str]]]:
    """Each entry of a lock file: its first line, and the lines that go on from it."""
    text = re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        first, *rest = (line.rstrip(" \\").strip() for line in entry.splitlines())
        yield first, rest


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_python_package_has_hashes_and_no_address(lock: Path) -> None:
    assert INDEX_OPTION.findall(lock.read_text()) == []
    for first, rest in requirements(lock):
        assert REQUIREMENT.fullmatch(first), first
        assert rest, f"{first} has no hash"
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line) for line in rest), first


def test_what_is_asked_for_is_locked() -> None:
    locked = {lock.stem: {first.split("==")[0] for first, _ in requirements(lock)} for lock in LOCKS}
    parts = project()
    assert set(parts["run"]) <= locked["run"]
    assert {name for part in parts if part != "frontend" for name in parts[part]} <= locked["dev"]


def test_a_node_runs_on_the_versions_that_were_tested() -> None:
    run, dev = ({first for first, _ in requirements(TOP / f"requirements/{name}.lock")} for name in ("run", "dev"))
    assert run <= dev


def test_every_locked_node_package_has_a_hash_and_no_address() -> None:
    packages = json.loads((TOP / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def links(document: Path) -> set[Path]:
    """Files of ours that a document points to."""
    found = LINK.findall(document.read_text(encoding="utf-8"))
    return {(document.parent / target).resolve() for target in found if not re.match(r"[a-z]+:", target)}


def test_every_document_is_linked_from_the_index() -> None:
    linked = links(TOP / "docs/index.md")
    assert [str(path.relative_to(TOP)) for path in DOCUMENTS if path not in linked and path.name != "index.md"] == []


@pytest.mark.parametrize("document", [*sorted(TOP.glob("*.md")), *DOCUMENTS], ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    assert [str(target) for target in links(document) if not target.exists()] == []
