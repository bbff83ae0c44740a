"""Each stage of the pass alone, in one process, beside the same step of other tools."""

from __future__ import annotations

import io
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import rivals

from detector.clean import LineCounter, body_spans, clean
from detector.config import Config, SemanticConfig
from detector.enrich import enrich
from detector.errors import DetectorError
from detector.lexical.lsh import bands
from detector.lexical.signatures import sample, signatures
from detector.models import resolve
from detector.pipeline.prepare import digests, prepare, static_encoder, within
from detector.pipeline.shelf import pack, unpack
from detector.readers import read
from detector.records import Article
from detector.text import shingles, tokenise

_CHUNK = 256

Row = dict[str, Any]
Step = Callable[[], object]


def compared(lines: Sequence[bytes], repeats: int) -> Iterator[Row]:
    """The median speed of each step over some lines of JSON, the steps taken in turn."""
    steps = {**_ours(lines), **_others(lines)}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(repeats):
        for name, step in steps.items():
            begun = time.process_time()
            step()
            seconds[name].append(time.process_time() - begun)
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        yield {
            "step": name,
            "µs an article": 1e6 * middle / len(lines),
            "articles/s": len(lines) / max(middle, 1e-9),
        }


def _ours(lines: Sequence[bytes]) -> dict[str, Step]:
    config = Config()
    articles = list(_read(lines, config))
    counter = LineCounter(config.clean)
    counter.update(*articles)
    recurring = counter.recurring()
    chunks = [articles[i : i + _CHUNK] for i in range(0, len(articles), _CHUNK)]
    segments = [[clean(a, recurring) for a in chunk] for chunk in chunks]
    tokens = [tokenise([a.text for a in chunk]) for chunk in chunks]
    bodies = [
        within(t, [body_spans(s) for s in own]) for t, own in zip(tokens, segments, strict=True)
    ]
    shingled = [shingles(b.hashes, b.bounds, config.lexical.shingle) for b in bodies]
    packed = [[pack(a) for a in chunk] for chunk in chunks]
    triples = list(zip(chunks, segments, tokens, strict=True))
    steps: dict[str, Step] = {
        "read": lambda: list(_read(lines, config)),
        "pack": lambda: [pack(a) for a in articles],
        "unpack": lambda: [unpack(p) for chunk in packed for p in chunk],
        "count lines": lambda: LineCounter(config.clean).update(*articles),
        "clean": lambda: [clean(a, recurring) for a in articles],
        "tokenise": lambda: [tokenise([a.text for a in c], folded=False) for c in chunks],
        "tokenise, folded too": lambda: [tokenise([a.text for a in c]) for c in chunks],
        "enrich, what rows need": lambda: [enrich(*t, brief=True) for t in triples],
        "enrich, everything": lambda: [enrich(*t) for t in triples],
        "shingle": lambda: [shingles(b.hashes, b.bounds, 5) for b in bodies],
        "sign": lambda: [bands(signatures(*s, config.lexical), config.lexical) for s in shingled],
        "sample": lambda: [sample(*s, config.lexical) for s in shingled],
        "digest": lambda: [digests(b) for b in bodies],
        "all of it, --model none": lambda: [prepare(p, recurring, _none(), "") for p in packed],
        "tokenise, shingle, sign": lambda: [_signed(c, config) for c in chunks],
    }
    folder = _static()
    if folder:
        encoder = static_encoder(folder)
        steps["encode, from words"] = lambda: [
            encoder.encode_tokens(b, [a.text for a in c])
            for b, c in zip(bodies, chunks, strict=True)
        ]
        steps["all of it, --model static"] = lambda: [
            prepare(p, recurring, config, folder) for p in packed
        ]
    return steps


def _others(lines: Sequence[bytes]) -> dict[str, Step]:
    texts = [json.loads(line)["text"] for line in lines]
    made = [rivals.shingles(text) for text in texts]
    steps: dict[str, Step] = {
        "beside: json.loads": lambda: [json.loads(line) for line in lines],
        "beside: shingle with re": lambda: [rivals.shingles(text) for text in texts],
    }
    try:
        from rensa import RMinHash

        def rensa(rows: Sequence[Sequence[str]]) -> None:
            for row in rows:
                RMinHash(num_perm=128, seed=42).update(row)

        steps["beside: rensa signs"] = lambda: rensa(made)
        steps["beside: re and rensa"] = lambda: rensa([rivals.shingles(t) for t in texts])
    except ImportError:
        pass
    from datasketch import MinHash

    steps["beside: datasketch signs"] = lambda: [
        MinHash(num_perm=128).update_batch([s.encode() for s in row]) for row in made
    ]
    return steps


def _read(lines: Sequence[bytes], config: Config) -> Iterator[Article]:
    return iter(read([io.BytesIO(b"".join(lines))], config.read))


def _signed(chunk: Sequence[Article], config: Config) -> object:
    words = tokenise([article.text for article in chunk], folded=False)
    made = shingles(words.hashes, words.bounds, config.lexical.shingle)
    return signatures(*made, config.lexical)


def _none() -> Config:
    return Config(semantic=SemanticConfig(model="none"))


def _static() -> str:
    try:
        return str(resolve("static").folder)
    except DetectorError:
        return ""
