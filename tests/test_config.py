import dataclasses
import json

import pytest

from detector.config import Config, LexicalConfig
from detector.errors import ConfigError


@pytest.fixture
def read(tmp_path):
    """A configuration read from a file with this content."""
    path = tmp_path / "config.toml"

    def from_text(text):
        path.write_text(text, encoding="utf-8")
        return Config.from_toml(path)

    from_text.path = path
    return from_text


def options(config):
    """Every option as (table, key, value); the table is empty at the top."""
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if dataclasses.is_dataclass(value):
            for inner in dataclasses.fields(value):
                yield field.name, inner.name, getattr(value, inner.name)
        else:
            yield "", field.name, value


def _another(key, value):
    """Another value that the option may have."""
    if key == "keep":
        return "events"
    if key in ("bands", "rows"):
        return value - 1
    return type(value)(f"{value}1")


def changed(config, table, key):
    """The same configuration with one option changed."""
    stage = getattr(config, table) if table else config
    value = getattr(stage, key)
    other = {**value, "text": "x"} if isinstance(value, dict) else _another(key, value)
    stage = dataclasses.replace(stage, **{key: other})
    return dataclasses.replace(config, **{table: stage}) if table else stage


def test_what_is_not_named_keeps_its_default(read):
    config = read('[lexical]\nbands = 16\n\n[semantic]\nmodel = "none"\n')

    assert config.lexical == LexicalConfig(bands=16)
    assert config.semantic.model == "none"
    assert config.read == Config().read
    assert read("") == Config()


def test_every_option_can_be_given(read):
    lines, wanted = [], Config()
    for table, key, _ in options(Config()):
        wanted = changed(wanted, table, key)
        value = getattr(getattr(wanted, table) if table else wanted, key)
        inline = '{text = "x"}' if isinstance(value, dict) else json.dumps(value)
        lines.append(f"{table}.{key} = {inline}" if table else f"{key} = {inline}")

    assert read("\n".join(lines)) == wanted


def test_fields_are_a_table_of_names(read):
    assert read('[read.fields]\ntext = "nội dung"\n').read.fields == {"text": "nội dung"}


def test_a_whole_number_will_do_for_a_fraction(read):
    with pytest.raises(ConfigError, match=r"must be between 0 and 1, not 1\.0$"):
        read("[verify]\nthreshold = 1\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lexical]\nband = 3", "lexical.band: unknown option; did you mean bands?"),
        ("[semantics]\nmodel = 'none'", "semantics: unknown option; did you mean semantic?"),
        ("job = 2", "job: unknown option; did you mean jobs?"),
        (
            "[semantic]\nqqq = 1",
            "semantic.qqq: unknown option; known: margin_neighbours, model, neighbours, "
            "other_languages",
        ),
        ("lexical = 3", "lexical: must be a table"),
        ("[lexical]\nbands = '3'", "lexical.bands: must be a whole number, not '3'"),
        ("[lexical]\nbands = 3.5", "lexical.bands: must be a whole number, not 3.5"),
        ("jobs = true", "jobs: must be a whole number, not True"),
        ("[verify]\nthreshold = true", "verify.threshold: must be a number, not True"),
        ("[semantic]\nmodel = 3", "semantic.model: must be text, not 3"),
        ("[read]\nfields = ['a']", "read.fields: must be a table, not ['a']"),
    ],
)
def test_a_wrong_option_is_named_with_what_would_be_right(read, text, said):
    with pytest.raises(ConfigError) as caught:
        read(text)

    assert str(caught.value) == f"{read.path}: {said}"


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError) as caught:
        Config.from_toml(tmp_path / "none.toml")

    assert str(caught.value) == f"{tmp_path / 'none.toml'}: No such file or directory"


def test_what_is_not_toml_is_refused_with_its_place(read):
    with pytest.raises(ConfigError, match=r"config\.toml: .*line 2"):
        read("jobs = 1\njobs = = 2\n")


def test_what_is_not_utf_8_is_refused(read):
    read.path.write_bytes(b"jobs = 1 # \xff")

    with pytest.raises(ConfigError, match=r"config\.toml: .*utf-8"):
        Config.from_toml(str(read.path))


def test_a_configuration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().lexical.bands = 3


def test_the_default_signature_is_long_enough_for_its_bands():
    lexical = Config().lexical

    assert lexical.bands * lexical.rows <= lexical.permutations


def test_equal_options_have_one_fingerprint(read):
    text = "[lexical]\nbands = 16\n[read.fields]\ntitle = 'a'\ntext = 'b'\n"
    turned = "[read.fields]\ntext = 'b'\ntitle = 'a'\n[lexical]\nrows = 4\nbands = 16\n"

    assert read(text).fingerprint() == read(turned).fingerprint()
    assert Config().fingerprint() == read("").fingerprint()


def test_the_number_of_processes_changes_no_result_and_no_fingerprint():
    assert Config(jobs=1).fingerprint() == Config(jobs=8).fingerprint()


@pytest.mark.parametrize(
    ("table", "key"), [(t, k) for t, k, _ in options(Config()) if k != "jobs"], ids="-".join
)
def test_every_other_option_changes_the_fingerprint(table, key):
    assert changed(Config(), table, key).fingerprint() != Config().fingerprint()
