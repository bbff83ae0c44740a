import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from detector.errors import ModelError
from detector.models import resolve
from detector.semantic import transformer
from detector.semantic.transformer import TransformerEncoder

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/data/tiny-encoder"


@pytest.fixture(scope="module")
def encoder():
    return TransformerEncoder(resolve(str(TINY)))


@pytest.fixture
def model(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def test_it_gives_what_sentence_transformers_gives(monkeypatch):
    from sentence_transformers import SentenceTransformer

    monkeypatch.setattr(transformer, "_has_bf16", lambda: False)
    texts = ["The minister said so", "Bão vào cảng", "trade " * 400]
    plain = SentenceTransformer(str(TINY), device="cpu", local_files_only=True)

    found = TransformerEncoder(resolve(str(TINY))).encode(texts)

    assert found == pytest.approx(plain.encode(texts), abs=1e-5)  # with its default prompt


def test_bfloat16_changes_little(monkeypatch):
    texts = ["The minister said so", "Bão vào cảng", "trade " * 400]
    vectors = []
    for has_bf16 in (False, True):
        monkeypatch.setattr(transformer, "_has_bf16", lambda has=has_bf16: has)
        vectors.append(TransformerEncoder(resolve(str(TINY))).encode(texts))

    assert (vectors[0] * vectors[1]).sum(1).min() > 0.999


def test_only_the_first_256_tokens_count(encoder):
    start = "trade police " * 150

    a, b, c = encoder.encode([start + "storm", start + "rain port", "rain " + start])

    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_a_text_of_unknown_letters_alone_gives_zeros(encoder):
    assert not encoder.encode(["日本", "日本 storm"])[0].any()


def test_progress_counts_every_text_once(encoder):
    done = []

    encoder.encode(["storm", "", "storm", *map(str, range(40))], progress=done.append)

    assert sum(done) == 43
    assert len(done) > 2


def test_an_encoder_says_what_it_is(encoder):
    model = resolve(str(TINY))

    assert (encoder.name, encoder.digest) == (str(TINY), model.digest)
    assert (encoder.dimension, encoder.prefix, encoder.languages) == (32, "query: ", None)


def test_a_pickle_alone_is_refused(model):
    known = resolve(str(model))
    (model / "model.safetensors").rename(model / "pytorch_model.bin")

    with pytest.raises(ModelError, match="weights in this form can run code"):
        TransformerEncoder(known)


def test_remote_code_is_not_run(model):
    (model / "trap.py").write_text(f"open({str(model / 'sprung')!r}, 'w')\nclass Trap: pass\n")
    config = json.loads((model / "config.json").read_text())
    config |= {
        "model_type": "trap",
        "auto_map": {"AutoConfig": "trap.Trap", "AutoModel": "trap.Trap"},
    }
    (model / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError, match="cannot be loaded"):
        TransformerEncoder(resolve(str(model)))

    assert not (model / "sprung").exists()


def test_a_damaged_tokenizer_is_named(model):
    tokenizer = model / "tokenizer.json"
    tokenizer.write_bytes(tokenizer.read_bytes()[:1000])

    with pytest.raises(ModelError, match=rf"{tokenizer}: truncated or corrupt"):
        TransformerEncoder(resolve(str(model)))


def test_a_dimension_that_is_not_the_declared_one_is_an_error(encoder, monkeypatch):
    monkeypatch.setattr(encoder, "dimension", 16)

    with pytest.raises(ModelError, match="gives vectors of 32 numbers, but"):
        encoder.encode(["storm"])


def test_loading_and_encoding_print_nothing_and_ask_no_network(tmp_path):
    code = (
        "import socket\n"
        "def refuse(*_): raise SystemExit('network')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from detector.models import resolve\n"
        "from detector.semantic.transformer import TransformerEncoder\n"
        f"print(TransformerEncoder(resolve({str(TINY)!r})).encode(['storm']).shape)\n"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        environment.pop(name, None)

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("(1, 32)\n", "")
