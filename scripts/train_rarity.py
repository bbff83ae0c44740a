"""Count how common words, names and numbers are in news: models/rarity.safetensors.

    python scripts/train_rarity.py [--data FOLDER]

Counted on the Asian Language Treebank (CC BY 4.0), both languages, in articles of a dozen
sentences; a headline's words are counted as in bodies. Values that fewer than one article
in 250 has are left out: the corpus at hand says more about those.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import click
import material
import numpy as np
from safetensors.numpy import save_file

from detector.clean import clean
from detector.enrich import enrich
from detector.records import Article
from detector.text import normalise, tokenise
from detector.verify.profiles import profile
from detector.verify.rarity import KINDS

_SENTENCES = 12
_LEAST = 1 / 250


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=material.PROJECT / "models/rarity.safetensors",
)
def main(data: Path | None, output: Path) -> None:
    """Count and write."""
    articles = _articles(material.folder(data) / "parallel" / "alt.jsonl.gz")
    half = len(articles) // 2  # one half a language: a word is as common as in its own
    tables = {}
    for part in (articles[:half], articles[half:]):
        tokens = tokenise([a.text for a in part])
        facts = enrich(part, [clean(a) for a in part], tokens)
        nowhere: list[tuple[str, ...]] = [()] * len(part)
        made = profile(part, facts, tokens, tokens, [""] * len(part), nowhere)
        for kind in KINDS:
            values, counts = np.unique(getattr(made, kind).values, return_counts=True)
            for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                share = max(tables.setdefault(kind, {}).get(value, 0.0), count / len(part))
                tables[kind][value] = share
    content = {}
    for kind, table in tables.items():
        kept = sorted((v, s) for v, s in table.items() if s >= _LEAST)
        content[f"{kind}.values"] = np.array([v for v, _ in kept], np.uint32)
        content[f"{kind}.shares"] = np.array([s for _, s in kept], np.float16)
        click.echo(f"{kind}: {len(kept)} values", err=True)
    save_file(content, output)


def _articles(path: Path) -> list[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    made = []
    for side in ("en", "vi"):
        for start in range(0, len(rows), _SENTENCES):
            text = "\n".join(row[side] for row in rows[start : start + _SENTENCES])
            made.append(Article(f"{side}{start}", normalise(text)))
    return made


if __name__ == "__main__":
    main()
