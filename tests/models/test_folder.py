import json
import shutil
from pathlib import Path

import pytest

from detector.errors import ModelError
from detector.models import folder as folders
from detector.models import resolve

TINY = Path(__file__).parents[1] / "data/tiny-encoder"


@pytest.fixture
def model(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def digest(folder):
    return folders.combine(folders.digests(folder))


def test_the_digest_depends_on_content_and_not_on_documentation_or_other_runtimes(model):
    before = digest(model)
    (model / "README.md").write_text("other words")
    (model / "onnx").mkdir()
    (model / "onnx/config.json").write_text("{}")
    (model / ".cache").mkdir()
    (model / ".cache/x.json").write_text("{}")
    assert digest(model) == before

    (model / "1_Pooling/config.json").write_text("{}")
    assert digest(model) != before


def test_the_digest_depends_on_names(model):
    before = digest(model)
    (model / "tokenizer.json").rename(model / "tokeniser.json")

    assert digest(model) != before


@pytest.mark.parametrize("keep", [0, 4, 100, -1])
def test_truncated_weights_are_named(model, keep):
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:keep])

    with pytest.raises(ModelError, match=rf"{weights}: truncated or corrupt"):
        resolve(str(model))


@pytest.mark.parametrize("name", ["modules.json", "config.json", "1_Pooling/config.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"3", b"[" * 100_000])
def test_damaged_configuration_is_named(model, name, content):
    (model / name).write_bytes(content)

    with pytest.raises(ModelError, match=rf"{model / name}: truncated or corrupt"):
        resolve(str(model))


def test_configuration_of_wrong_types_is_a_model_error(model):
    (model / "1_Pooling/config.json").write_text('{"word_embedding_dimension": "wide"}')

    with pytest.raises(ModelError, match="its configuration is corrupt"):
        resolve(str(model))


def test_configuration_without_a_dimension_is_a_model_error(model):
    (model / "config.json").write_text("{}")
    (model / "1_Pooling/config.json").write_text("{}")

    with pytest.raises(ModelError, match="does not say how long its vectors are"):
        resolve(str(model))


def test_weights_in_a_pickle_alone_are_refused(model):
    (model / "model.safetensors").rename(model / "pytorch_model.bin")

    with pytest.raises(ModelError, match=r"pytorch_model\.bin: weights in this form can run code"):
        resolve(str(model))


def test_a_pickle_in_a_later_module_is_refused(model):
    modules = json.loads((model / "modules.json").read_text())
    modules.append({"path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (model / "modules.json").write_text(json.dumps(modules))
    (model / "2_Dense").mkdir()
    (model / "2_Dense/pytorch_model.bin").write_bytes(b"x")

    with pytest.raises(ModelError, match=r"2_Dense/pytorch_model\.bin"):
        resolve(str(model))


def test_missing_weights_are_named(model):
    (model / "model.safetensors").unlink()

    with pytest.raises(ModelError, match=r"model\.safetensors is missing"):
        resolve(str(model))


def test_code_that_comes_with_a_model_is_refused(model):
    (model / "modules.json").write_text('[{"path": "", "type": "custom.Module"}]')

    with pytest.raises(ModelError, match=r"needs code of its own \(custom\.Module\)"):
        resolve(str(model))


def test_recorded_digests_find_one_changed_bit(model):
    recorded = folders.digests(model)
    assert folders.faults(model, recorded) == {}

    content = bytearray((model / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (model / "model.safetensors").write_bytes(content)
    (model / "tokenizer.json").unlink()

    assert folders.faults(model, recorded) == {
        "model.safetensors": f"{model / 'model.safetensors'}: corrupt: its content is not what "
        "was recorded",
        "tokenizer.json": f"{model / 'tokenizer.json'}: missing",
    }


@pytest.mark.parametrize(
    ("config", "width"),
    [
        ({"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}, 32),
        ({"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True,
          "pooling_mode_max_tokens": True}, 64),
        ({"embedding_dimension": 32, "pooling_mode": "mean"}, 32),
        ({"embedding_dimension": 32, "pooling_mode": ["mean", "cls"]}, 64),
    ],
)  # fmt: skip
def test_pooling_decides_the_dimension(model, config, width):
    (model / "1_Pooling/config.json").write_text(json.dumps(config))

    assert folders.dimension(model) == width


def test_a_dense_module_decides_the_dimension(model):
    modules = json.loads((model / "modules.json").read_text())
    modules.append({"path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (model / "modules.json").write_text(json.dumps(modules))
    (model / "2_Dense").mkdir()
    (model / "2_Dense/config.json").write_text('{"in_features": 32, "out_features": 8}')

    assert folders.dimension(model) == 8


def test_a_plain_transformers_folder_has_its_hidden_size(model):
    (model / "modules.json").unlink()

    assert resolve(str(model)).dimension == 32
