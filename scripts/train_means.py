"""Measure what a transformer's vectors share, and write it to models/.

    python scripts/train_means.py [MODEL] [--data FOLDER] [--output FILE]

The mean vector of each language is that of the Asian Language Treebank (CC BY 4.0), ten
sentences at a time, and "any" the mean of those. It then prints the thresholds for
models/registry.toml: how near an article's nearest strangers are in a corpus of some
thousand, measured on the training half of the public sets.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import material
import numpy as np

from detector.models import resolve
from detector.pipeline.encoding import LEAD, transformer
from detector.pipeline.prepare import static_encoder
from detector.semantic.candidates import Strangers
from detector.semantic.centring import centred

_SENTENCES = 10  # of a text: about what is read of an article
_TEXTS = 1000  # of each language; the mean is known to a thousandth
_STRANGERS = 1500  # a transformer reads a few a second; among twice as many they are nearer


@click.command()
@click.argument("model", default="e5-small")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the public sets.")
@click.option("--output", type=click.Path(path_type=Path), help="By default in models/.")
def main(model: str, data: Path | None, output: Path | None) -> None:
    """Write the means of MODEL and print its thresholds."""
    from safetensors.numpy import save_file

    place = material.folder(data)
    chosen = resolve(model)
    means: dict[str, Any] = {}
    if chosen.tier == "transformer":
        encoder = transformer(chosen.name)
        for language, texts in _texts(place).items():
            click.echo(f"{language}: {len(texts)} texts", err=True)
            means[language] = encoder.encode(texts).mean(axis=0, dtype=np.float64)
        means["any"] = np.mean(list(means.values()), axis=0)
        means = {name: mean.astype(np.float32) for name, mean in sorted(means.items())}
        output = output or material.PROJECT / "models" / f"{chosen.name}-means.safetensors"
        save_file(means, output)
        click.echo(f"{output}: written", err=True)
    beside, languages = _strangers(place)
    if chosen.tier == "transformer":
        vectors = centred(encoder.encode(beside), languages, means)
    else:
        static = static_encoder(str(chosen.folder))
        vectors = static.center(static.encode(beside), languages)
    found = Strangers().of_corpus(vectors, languages)
    click.echo(f"stranger_within = {found.within:.2f}")
    click.echo(f"stranger_crossing = {found.crossing:.2f}")
    click.echo(f"stranger_best = {found.best:.2f}")


def _texts(place: Path) -> dict[str, list[str]]:
    """Stretches of the treebank, evenly over it, in each language."""
    with gzip.open(place / "parallel" / "alt.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    parts = [rows[i : i + _SENTENCES] for i in range(0, len(rows), _SENTENCES)]
    parts = parts[:: max(1, len(parts) // _TEXTS)]
    return {
        language: ["\n".join(row[language] for row in part) for part in parts]
        for language in ("en", "vi")
    }


def _strangers(place: Path) -> tuple[list[str], Sequence[str]]:
    """Articles of which hardly two tell of one event: background, and one of each event."""
    found = list(material.strangers("train", place))
    step = max(1, len(found) // _STRANGERS)
    articles = found[::step][:_STRANGERS]
    articles += [couple[0] for couple in material.translations("train", place)]
    events = {d.event: d for d in material.english_events("train", place)}
    articles += [events[name] for name in sorted(events)]
    texts = [f"{d.title}\n{d.text}"[:LEAD] for d in articles]
    return texts, [d.language for d in articles]


if __name__ == "__main__":
    main()
