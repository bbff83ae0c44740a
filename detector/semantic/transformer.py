"""The transformer tier: any sentence-transformers folder, on the CPU, offline and quiet."""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.errors import ModelError
from detector.models import Model, faults
from detector.models import folder as folders
from detector.semantic import e5
from detector.semantic.base import F32, unit

_TOKENS = 256  # whole-article retrieval does not gain from more, and the cost is linear
_CHARACTERS = 16 * _TOKENS  # no piece of a usual vocabulary is longer than 16
_BATCH = 16  # of 256 tokens: the most texts per core-second of 4, 8, 16, 32 and 64
_TALKATIVE = ("sentence_transformers", "transformers", "huggingface_hub")
_BF16 = frozenset({"avx512_bf16", "amx_bf16"})


class TransformerEncoder:
    """A sentence-transformers model behind the `Encoder` protocol.

    Weights are held in bfloat16 where the CPU computes with it, which is about three
    times as fast, and in float32 elsewhere. Each distinct text is encoded once, in an
    order that depends on the texts alone, so that shuffled input gives the same vectors.

    Args:
        model: from `detector.models.resolve`; e5-small is made now if it is not there yet.

    Raises:
        ModelError: if the folder is damaged, has its weights only as a pickle, needs code
            of its own, or is of a kind that sentence-transformers does not know.
    """

    def __init__(self, model: Model) -> None:
        e5.ensure(model)
        folders.refuse_unusable(model.folder)
        self.name = model.name
        self.digest = model.digest
        self.dimension = model.dimension
        self.prefix = model.prefix
        self.languages = model.languages
        self._folder = model.folder
        self._model = _load(model)

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> F32:
        """See `Encoder.encode`.

        Args:
            texts: any strings; the first 256 tokens count.
            progress: called with the number of texts done since its last call.

        Raises:
            ModelError: if the model gives vectors of another length than it declares.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            rows.setdefault(" ".join(text.split())[:_CHARACTERS], []).append(row)
        order = self._by_length(list(rows))
        if progress is not None:
            progress(len(texts) - sum(len(rows[text]) for text in order))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            found = self._forward(batch)
            for text, vector in zip(batch, found, strict=True):
                vectors[rows[text]] = vector
            if progress is not None:
                progress(sum(len(rows[text]) for text in batch))
        return vectors

    def _forward(self, batch: list[str]) -> F32:
        with _quiet():
            result = self._model.encode(
                [self.prefix + text for text in batch],
                batch_size=len(batch),
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        found: npt.NDArray[np.float32] = result.float().cpu().numpy()
        if found.shape[1] != self.dimension:
            raise ModelError(
                f"{self._folder}: gives vectors of {found.shape[1]} numbers, but its "
                f"configuration says {self.dimension}"
            )
        return unit(found)

    def _by_length(self, texts: list[str]) -> list[str]:
        """The texts that hold a known token, by tokens and then by themselves.

        Batches of one length need no padding, and the order is the same whichever way
        the input was shuffled.
        """
        texts = [text for text in texts if any(map(str.isalnum, text))]
        tokenizer = getattr(self._model, "tokenizer", None)
        if not texts or not callable(tokenizer):
            return sorted(texts, key=lambda text: (len(text), text))
        with _quiet():
            found = tokenizer(texts, add_special_tokens=False, truncation=True, max_length=_TOKENS)[
                "input_ids"
            ]
            unknown = {tokenizer.unk_token_id, tokenizer.convert_tokens_to_ids("▁")}
        known = [(len(ids), t) for ids, t in zip(found, texts, strict=True) if set(ids) - unknown]
        return [text for _, text in sorted(known)]


def _load(model: Model) -> Any:
    # Threads that spin while they wait take four times the processor on a busy machine. Read
    # when the threads are first started.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    with _quiet(), _offline():
        from sentence_transformers import SentenceTransformer

        try:
            loaded = SentenceTransformer(
                str(model.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # of transformers, tokenizers, safetensors, torch, …
            for fault in faults(model).values():
                raise ModelError(fault) from error
            reason = str(error).strip().split("\n")[0] or type(error).__name__
            raise ModelError(f"{model.folder}: cannot be loaded: {reason}") from error
    loaded.eval()
    if any(kind == "Transformer" for kind, _ in folders.modules(model.folder)):
        loaded.to(torch.bfloat16 if _has_bf16() else torch.float32)
        loaded.max_seq_length = min(loaded.max_seq_length or _TOKENS, _TOKENS)
    loaded.default_prompt_name = None  # `prefix` is put before the text here
    return loaded


@lru_cache(maxsize=1)
def _has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 itself; emulated, it is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return not _BF16.isdisjoint(flags.split())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No warnings and no progress bars of the libraries: standard error is the caller's."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a later fork would be warned of
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers.utils import logging as bars

        loggers = [logging.getLogger(name) for name in _TALKATIVE]
        before, shown = [logger.level for logger in loggers], bars.is_progress_bar_enabled()
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        bars.disable_progress_bar()
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)
            if shown:
                bars.enable_progress_bar()


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """No request to the hub: an unreachable one costs a minute of retries."""
    from huggingface_hub import constants

    before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
