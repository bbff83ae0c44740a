"""What a sentence-transformers folder holds, without loading it.

Only the standard library is needed, so that a model that cannot be used is refused
before torch, which takes seconds, is imported.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from detector.errors import ModelError

#: What decides a vector: configuration, vocabulary and weights. Model cards, exports for
#: other runtimes and pickles do not count, so a hub snapshot and its copy have one digest.
_MATTERS = frozenset({".json", ".safetensors", ".txt", ".model"})
_PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack"})
_OTHER_RUNTIMES = frozenset({"onnx", "openvino"})
_MARKS = ("modules.json", "config.json")
_WIDTHS = ("hidden_size", "d_model", "dim", "n_embd")


def is_model(folder: Path) -> bool:
    """Whether `folder` looks like a sentence-transformers or transformers model."""
    return is_folder(folder) and any((folder / name).is_file() for name in _MARKS)


def is_folder(path: Path) -> bool:
    """Whether a folder is there; False also for names that no file can have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def digests(folder: Path) -> dict[str, str]:
    """Digest of each file that matters, by its name relative to `folder`, sorted.

    Raises:
        ModelError: if a file cannot be read.
    """
    try:
        names = sorted(path.relative_to(folder).as_posix() for path in _files(folder))
        return {name: _digest(folder / name) for name in names}
    except OSError as error:
        raise ModelError(f"{error.filename or folder}: {error.strerror or error}") from error


def combine(files: Mapping[str, str]) -> str:
    """The digest of a model: blake2b over its sorted ``name NUL digest LF``, 16 bytes in hex.

    A file's own digest is blake2b of its content, 16 bytes in hex.
    """
    lines = "".join(f"{name}\0{files[name]}\n" for name in sorted(files))
    return hashlib.blake2b(lines.encode(), digest_size=16).hexdigest()


def faults(folder: Path, recorded: Mapping[str, str]) -> dict[str, str]:
    """Files that are missing or damaged: relative name to what is wrong, by name.

    Args:
        folder: the model.
        recorded: digests that the files must have; where there are none, only what the
            files say of themselves can be checked.
    """
    found: dict[str, str] = {}
    for name in recorded or [path.relative_to(folder).as_posix() for path in _files(folder)]:
        fault = _fault(folder / name, recorded.get(name))
        if fault:
            found[name] = fault
    return dict(sorted(found.items()))


def size(folder: Path) -> int:
    """Bytes of the files that matter."""
    return sum(path.stat().st_size for path in _files(folder))


def tensor_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Shape of each tensor in a safetensors file, read from its header.

    Raises:
        ModelError: if the file is missing, or shorter or longer than its header says.
    """
    try:
        length = path.stat().st_size
        with path.open("rb") as file:
            (header_size,) = struct.unpack("<Q", file.read(8))
            if header_size > length - 8:
                raise ModelError(f"{path}: truncated or corrupt: it ends within its header")
            header = json.loads(file.read(header_size))
        header.pop("__metadata__", None)
        shapes = {str(name): tuple(entry["shape"]) for name, entry in header.items()}
        promised = 8 + header_size + max(entry["data_offsets"][1] for entry in header.values())
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{path}: truncated or corrupt: its header cannot be read") from error
    if promised != length:
        raise ModelError(
            f"{path}: truncated or corrupt: its header promises {promised} bytes, it has {length}"
        )
    return shapes


def dimension(folder: Path) -> int:
    """Length of the model's vectors, from the configuration of its modules.

    Raises:
        ModelError: if a file cannot be read, or none says it.
    """
    try:
        found = _dimension(folder)
    except (ValueError, TypeError, IndexError) as error:
        raise ModelError(f"{folder}: its configuration is corrupt: {error}") from error
    if not found:
        raise ModelError(f"{folder}: its configuration does not say how long its vectors are")
    return found


def prompt(folder: Path) -> str:
    """What the model's configuration puts before every text by default; often nothing."""
    path = folder / "config_sentence_transformers.json"
    if not path.is_file():
        return ""
    config = read_json(path)
    prompts, default = config.get("prompts") or {}, config.get("default_prompt_name")
    return str(prompts.get(default) or "") if default else ""


def static_languages(folder: Path) -> frozenset[str] | None:
    """Languages of a table that the static tier reads; None for any other model.

    Such a folder is a `StaticEmbedding` with the mean vector of each language beside it;
    whether it says that vectors are made unit length, as `scripts/train_static.py` has it say,
    is all one.
    """
    means = folder / "language_means.safetensors"
    kinds = [kind for kind, _ in modules(folder) if kind != "Normalize"]
    if kinds != ["StaticEmbedding"] or not means.is_file():
        return None
    return frozenset(tensor_shapes(means))


def refuse_unusable(folder: Path) -> None:
    """Refuse what is cut off, or would run code that came with the download.

    Raises:
        ModelError: if a module is no class of sentence-transformers, or weights are
            missing, shorter than they say, or a pickle only.
    """
    for entry in _entries(folder):
        kind = str(entry.get("type"))
        if not kind.startswith("sentence_transformers."):
            raise ModelError(f"{folder}: needs code of its own ({kind}), which is never run")
    for kind, place in modules(folder):
        inside = list(place.rglob("*") if place != folder else place.iterdir())
        weights = sorted(path for path in inside if path.suffix == ".safetensors")
        for path in weights:
            tensor_shapes(path)
        if weights:
            continue
        if pickle := next((path for path in sorted(inside) if path.suffix in _PICKLES), None):
            raise ModelError(
                f"{pickle}: weights in this form can run code and are not read. "
                "Convert them to model.safetensors, or choose another model"
            )
        if kind in ("Transformer", "StaticEmbedding", "Dense"):
            raise ModelError(f"{place}: model.safetensors is missing. Fetch the model again")


def modules(folder: Path) -> list[tuple[str, Path]]:
    """Class name and folder of each module, in the order that a text passes them."""
    entries = _entries(folder) or [{"type": "Transformer", "path": ""}]
    return [
        (str(e.get("type")).rpartition(".")[2], folder / str(e.get("path", ""))) for e in entries
    ]


def read_json(path: Path) -> dict[str, Any]:
    """A configuration file.

    Raises:
        ModelError: if it is missing, damaged or holds something else than an object.
    """
    value = _parsed(path)
    if not isinstance(value, dict):
        raise ModelError(f"{path}: truncated or corrupt: not a JSON object")
    return value


def _entries(folder: Path) -> list[dict[str, Any]]:
    if not (folder / "modules.json").is_file():
        return []
    entries = _parsed(folder / "modules.json")
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ModelError(f"{folder / 'modules.json'}: truncated or corrupt: not a list of modules")
    return entries


def _parsed(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: truncated or corrupt: not JSON") from error


def _dimension(folder: Path) -> int:
    found = 0
    for kind, place in modules(folder):
        if kind == "StaticEmbedding":
            shapes = tensor_shapes(place / "model.safetensors")
            found = next((shape[1] for shape in shapes.values() if len(shape) == 2), 0)
        elif kind == "Transformer":
            config = read_json(place / "config.json")
            config = {**config, **(config.get("text_config") or {})}
            found = next((int(config[key]) for key in _WIDTHS if key in config), found)
        elif kind == "Pooling":
            found = _pooled(read_json(place / "config.json")) or found
        elif kind == "Dense":
            found = int(read_json(place / "config.json").get("out_features", found))
    return found


def _pooled(config: Mapping[str, Any]) -> int:
    """Width behind a pooling module; several modes are put side by side."""
    width = int(config.get("embedding_dimension") or config.get("word_embedding_dimension") or 0)
    mode = config.get("pooling_mode")
    if mode is None:
        flags = [v for k, v in config.items() if k.startswith("pooling_mode_")]
        return width * max(1, sum(v is True for v in flags))
    return width * (1 if isinstance(mode, str) else len(mode))


def _fault(path: Path, recorded: str | None) -> str:
    if not path.is_file():
        return f"{path}: missing"
    try:
        if recorded and _digest(path) == recorded:
            return ""
        if path.suffix == ".safetensors":
            tensor_shapes(path)
        elif path.suffix == ".json":
            _parsed(path)
    except (ModelError, OSError) as error:
        return str(error)
    return f"{path}: corrupt: its content is not what was recorded" if recorded else ""


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") for part in parts)
        if hidden or path.suffix not in _MATTERS or _OTHER_RUNTIMES.intersection(parts):
            continue
        if path.is_file():
            yield path


def _digest(path: Path) -> str:
    status = path.stat()
    return _digest_of_content(path.resolve(), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest_of_content(path: Path, _size: int, _modified: int) -> str:
    """Hashed once a process, unless the file changes."""
    state = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            state.update(block)
    return state.hexdigest()
