"""Train the static Vietnamese-English model of `models/static-vi-en`, or measure it.

    python scripts/train_static.py                trains, logs, writes the folder
    python scripts/train_static.py --evaluate     prints the tables of models/README.md
    python scripts/train_static.py --compare      prints them for e5-small too, on a part
    python scripts/train_static.py --ablate       changes the recipe in one thing at a time

The data are looked for in ../shared/data/parallel; models/README.md names the public
sets and their licences. Training takes minutes on two cores, and the same seed and
number of threads give the same folder.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import static_vocabulary
from static_quality import PARTS, Material, corpus_means, measure
from static_training import VARIANTS, Lists, Parallel, Recipe, train

from detector.models import folder as folders
from detector.semantic.static import StaticEncoder
from detector.semantic.transformer import TransformerEncoder
from detector.text import fold, normalise, tokenise

F32 = npt.NDArray[np.float32]

_LOG = logging.getLogger("train_static")
_ROOT = Path(__file__).resolve().parents[1]
_SETS = {"alt": True, "tatoeba": False, "cldr_names": False}  # whether sentences run on
_LANGUAGES = ("en", "vi")
#: No versions of what it was made with, so that the same rows have the same digest.
_CONFIGURATION = {
    "__version__": {"sentence_transformers": "6.2.0"},  # the first that multiplies int8 rows
    "default_prompt_name": None,
    "model_type": "SentenceTransformer",
    "prompts": {"document": "", "query": ""},
    "similarity_fn_name": "cosine",
}
_BORROWED = 18_000  # words of the teacher's vocabulary; the folder must stay below 16 MB
_PIECES = 4_000
_HELD_OUT = 1_500  # last sentences of ALT, for the retrieval that the log shows
_COMPARED = 600  # Vietnamese strangers beside e5-small, which takes minutes
_ARTICLE = 2_300  # characters, when speeds are told
_MEAN_WINDOW = 12  # sentences: about an article's length


def main() -> None:
    """Parse and call."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=_ROOT.parent / "shared/data")
    parser.add_argument("--out", type=Path, default=_ROOT / "models/static-vi-en")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true", help="print the card's tables only")
    parser.add_argument("--compare", action="store_true", help="beside e5-small, on a part")
    parser.add_argument("--ablate", action="store_true", help="change the recipe in turn")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if args.evaluate:
        evaluate(args.data, args.out)
        return
    import torch

    torch.set_num_threads(args.threads)
    if args.compare:
        compare(args.data, args.out)
        return
    trainer = Trainer(args.data)
    if args.ablate:
        ablate(trainer, args.data, args.seed)
        return
    trainer.save(trainer.train(Recipe(), args.seed), args.out)
    print(registered(args.out))


def evaluate(data: Path, folder: Path) -> None:
    """Print quality with and without centring, and the speed of one core."""
    encoder = StaticEncoder.from_folder(folder)
    material = Material(data)
    vectors = {name: material.static(encoder)(name) for name in PARTS}
    print(f"centred   {measure(vectors, encoder.means)}")
    zero = {language: np.zeros(encoder.dimension, np.float32) for language in _LANGUAGES}
    print(f"as given  {measure(vectors, zero)}")
    texts = material.texts["strangers vi"]
    share = sum(map(len, texts)) / len(texts) / _ARTICLE
    for what, count in speeds(encoder, texts).items():
        print(f"{what}: {count * share:,.0f} articles of {_ARTICLE} characters a core's second")


def compare(data: Path, folder: Path) -> None:
    """Print the quality of this model and of multilingual-e5-small on the same texts."""
    material = Material(data, _COMPARED)
    static = StaticEncoder.from_folder(folder)
    teacher = TransformerEncoder(static_vocabulary.teacher())
    for name, vectors in (
        ("static", {name: material.static(static)(name) for name in PARTS}),
        ("e5-small", {name: teacher.encode(material.texts[name]) for name in PARTS}),
    ):
        print(f"{name}, {measure(vectors, corpus_means(vectors))}")


def speeds(encoder: StaticEncoder, texts: Sequence[str]) -> dict[str, float]:
    """Texts in a second of one core's time, which other work on the machine does not change."""
    normal = [normalise(text) for text in texts]
    found, clock = {}, time.process_time()
    tokens = tokenise(normal)
    found["tokenising"] = time.process_time() - clock
    clock = time.process_time()
    encoder.encode_tokens(tokens, normal)
    found["encoding what is tokenised"] = time.process_time() - clock
    clock = time.process_time()
    encoder.encode(texts)
    found["both"] = time.process_time() - clock
    return {what: len(texts) / seconds for what, seconds in found.items()}


def ablate(trainer: Trainer, data: Path, seed: int) -> None:
    """Print quality with the recipe changed in one thing at a time."""
    material = Material(data)
    with tempfile.TemporaryDirectory() as place:
        for number, (label, changes) in enumerate(VARIANTS.items()):
            folder = Path(place) / str(number)
            trainer.save(trainer.train(dataclasses.replace(Recipe(), **changes), seed), folder)
            encoder = StaticEncoder.from_folder(folder)
            vectors = {name: material.static(encoder)(name) for name in PARTS}
            print(f"{label}: {measure(vectors, encoder.means)}", flush=True)


class Trainer:
    """The data, tokenised once, and what is done with them."""

    def __init__(self, data: Path) -> None:
        texts = {(name, side): _read(data, name, side) for name in _SETS for side in _LANGUAGES}
        held = {side: texts["alt", side][-_HELD_OUT:] for side in _LANGUAGES}
        for side in _LANGUAGES:
            texts["alt", side] = texts["alt", side][:-_HELD_OUT]
        teacher = static_vocabulary.teacher()
        every = [text for part in texts.values() for text in part]
        self.vocabulary = static_vocabulary.build(every, teacher, _BORROWED, _PIECES)
        self.tokenizer = static_vocabulary.tokenizer(self.vocabulary)
        self.start = static_vocabulary.rows_of_teacher(self.vocabulary, teacher)
        self.sets = [
            self._parallel([texts[name, side] for side in _LANGUAGES], running)
            for name, running in _SETS.items()
        ]
        self.held = self._parallel([held[side] for side in _LANGUAGES], True)
        _LOG.info("%d rows, %d of them words", len(self.vocabulary.names), self.vocabulary.words)

    def train(self, recipe: Recipe, seed: int) -> F32:
        """One table; logs the loss and the held-out retrieval after each epoch."""

        def watch(epoch: int, loss: float, table: F32) -> None:
            en, vi = (_sums(self.held, side, 1, table) for side in (0, 1))
            first = float((np.argmax(en @ vi.T, axis=1) == np.arange(len(en))).mean())
            _LOG.info("epoch %d: loss %.4f, held-out sentences R@1 %.4f", epoch, loss, first)

        return train(self.start, self.sets, self._lists(), recipe, seed, watch)

    def save(self, table: F32, folder: Path) -> None:
        """Write the folder: int8 rows with a scale each, tokenizer, means, modules."""
        from safetensors.numpy import save_file
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.base.modules import Normalize
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding

        model = SentenceTransformer(
            modules=[StaticEmbedding(self.tokenizer, embedding_weights=table), Normalize()],
            device="cpu",
        )
        shutil.rmtree(folder, ignore_errors=True)
        model.save(str(folder), create_model_card=False)
        rows, scales = quantise(table)
        # The two names are those of Model2Vec, which StaticEmbedding multiplies when it loads.
        save_file({"embeddings": rows, "weights": scales}, folder / "model.safetensors")
        alt, final = self.sets[0], rows.astype(np.float32) * scales[:, None]
        means = {
            language: _sums(alt, side, _MEAN_WINDOW, final).mean(axis=0)
            for side, language in enumerate(_LANGUAGES)
        }
        save_file(means, folder / "language_means.safetensors")
        (folder / "config_sentence_transformers.json").write_text(
            json.dumps(_CONFIGURATION, indent=2) + "\n", encoding="utf-8", newline="\n"
        )
        for file in folder.rglob("*.*"):
            file.chmod(0o644)
        _LOG.info("%s: %d bytes", folder, sum(f.stat().st_size for f in folder.rglob("*.*")))

    def _parallel(self, texts: Sequence[Sequence[str]], running: bool) -> Parallel:
        rows, bounds = [], []
        for side in texts:
            ids = [e.ids for e in self.tokenizer.encode_batch(list(side))]
            rows.append(np.array([i for found in ids for i in found], np.int64))
            bounds.append(np.cumsum([0, *map(len, ids)]))
        return Parallel((rows[0], rows[1]), (bounds[0], bounds[1]), running)

    def _lists(self) -> Lists:
        names, surfaces = self.vocabulary.names, self.vocabulary.surfaces
        rows = {name: row for row, name in enumerate(names)}
        words = range(1, self.vocabulary.words + 1)
        syllables = [
            (rows[fold(surfaces[row])], row)
            for row in words
            if not names[row].isascii() and fold(surfaces[row]) in rows
        ]
        return Lists(np.array(syllables, np.int64), _pieces(rows, words, names))


def registered(folder: Path) -> str:
    """The entry of models/registry.toml."""
    files = folders.digests(folder)
    lines = [f'"{name}" = "{digest}"' for name, digest in sorted(files.items())]
    return "\n".join(
        [
            "[models.static-vi-en]",
            'tier = "static"',
            'aliases = ["static"]',
            'folder = "static-vi-en"',
            f"dimension = {folders.dimension(folder)}",
            'prefix = ""',
            'languages = ["en", "vi"]',
            f'digest = "{folders.combine(files)}"',
            "",
            "[models.static-vi-en.files]",
            *lines,
        ]
    )


def quantise(table: F32) -> tuple[npt.NDArray[np.int8], F32]:
    """Rows in 8 bits, and what each is multiplied by."""
    scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
    rows = np.round(table / np.maximum(scales, np.finfo(np.float32).tiny)[:, None])
    return rows.astype(np.int8), scales


def _pieces(rows: dict[str, int], words: range, names: Sequence[str]) -> dict[int, tuple[int, ...]]:
    """How each word would be split if it had no row of its own."""
    found = {}
    for row in words:
        word, parts, start = names[row], [], 0
        while start < len(word):
            head = "##" if start else ""
            ends = range(len(word) - (not start), start, -1)
            end = next((e for e in ends if head + word[start:e] in rows), None)
            if end is None:
                break
            parts.append(rows[head + word[start:end]])
            start = end
        else:
            if len(word) > 2:
                found[row] = tuple(parts)
    return found


def _sums(parallel: Parallel, side: int, length: int, table: F32) -> F32:
    """Unit vectors of consecutive windows."""
    from scipy.sparse import csr_array

    bounds = parallel.bounds[side][::length]
    rows = parallel.rows[side][: bounds[-1]]
    shape = (len(bounds) - 1, len(table))
    sums = csr_array((np.ones(len(rows), np.float32), rows, bounds), shape=shape) @ table
    vectors: F32 = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return vectors


def _read(data: Path, name: str, side: str) -> list[str]:
    path = data / "parallel" / f"{name}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)[side] for line in file]


if __name__ == "__main__":
    main()
