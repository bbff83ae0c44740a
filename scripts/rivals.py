"""What the pass is measured beside: each a whole script from a file to labels in another.

    python scripts/rivals.py rensa articles.jsonl labels.jsonl

They do what their authors' examples do, and no more: nothing is cleaned, verified or
explained.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_WORDS = re.compile(r"\w+")
_SHINGLE = 5
_PERMUTATIONS = 128
_THRESHOLD = 0.5


def shingles(text: str) -> list[str]:
    """Runs of five words, joined."""
    words = _WORDS.findall(text.lower())
    last = max(len(words) - _SHINGLE + 1, 1)
    return [" ".join(words[i : i + _SHINGLE]) for i in range(last)]


def by_rensa(path: Path, output: Path) -> None:
    """Shingles, R-MinHash signatures, LSH of 32 bands, and a union of what meets."""
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(_THRESHOLD, _PERMUTATIONS, 32)

    def sign(text: str) -> Any:
        sketch = RMinHash(num_perm=_PERMUTATIONS, seed=42)
        sketch.update(shingles(text))
        return sketch

    _unite(path, output, sign, index.query, index.insert)


def by_datasketch(path: Path, output: Path) -> None:
    """Shingles, MinHash signatures, LSH of 32 bands of 4, and a union of what meets."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=_PERMUTATIONS, params=(32, 4))

    def sign(text: str) -> Any:
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        return sketch

    _unite(path, output, sign, index.query, index.insert)


def by_semhash(path: Path, output: Path) -> None:
    """SemHash over the vectors of our static model; needs the package semhash."""
    from semhash import SemHash

    from detector.semantic.static import StaticEncoder

    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    texts = [row["text"] for row in rows]
    encoder = StaticEncoder.from_folder("static-vi-en")
    vectors = encoder.encode(texts)
    index: Any = SemHash.from_embeddings(vectors, texts, encoder)  # type: ignore[arg-type]
    result = index.self_deduplicate(threshold=0.9)
    with output.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps({"text": text}) + "\n" for text in result.selected)


def by_detector(
    path: Path, output: Path, model: str = "none", jobs: int | str = 0
) -> dict[str, float]:
    """Our own pass: when it began, in seconds since 1970, and the seconds of its stages."""
    from detector.config import Config, SemanticConfig
    from detector.pipeline import Detector
    from detector.readers import read
    from detector.writers import write

    # Some articles of which `throng` exchanged the words pass for another language; there is
    # nothing in them that a transformer could read.
    semantic = SemanticConfig(model=model, other_languages="none")
    config = Config(semantic=semantic, jobs=int(jobs))
    begun = time.time()
    found = Detector(config).detect(read([str(path)], config.read), evidence=False)
    write(found.rows(), output)
    return {"begun": begun, **found.seconds}


def _unite(
    path: Path,
    output: Path,
    sign: Callable[[str], Any],
    query: Callable[[Any], Sequence[int]],
    insert: Callable[[int, Any], None],
) -> None:
    ids: list[str] = []
    parents: list[int] = []

    def root(i: int) -> int:
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        return i

    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            row = json.loads(line)
            sketch = sign(row["text"])
            ids.append(row["id"])
            parents.append(number)
            for other in query(sketch):
                a, b = root(number), root(other)
                parents[max(a, b)] = min(a, b)
            insert(number, sketch)
    with output.open("w", encoding="utf-8") as stream:
        for number, name in enumerate(ids):
            stream.write(json.dumps({"id": name, "cluster": ids[root(number)]}) + "\n")


def main(name: str, path: str, output: str, *options: str) -> None:
    """Run one of them."""
    scripts: dict[str, Callable[..., Any]] = {
        "datasketch": by_datasketch,
        "detector": by_detector,
        "rensa": by_rensa,
        "semhash": by_semhash,
    }
    told = scripts[name](Path(path), Path(output), *options) or {}
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({**told, "cpu": sum(u.ru_utime + u.ru_stime for u in used)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
