import unicodedata

import pytest

from detector import lexicon
from detector.errors import ConfigError

# What a language may lack: its newsrooms do not have it, and the code asks for it with a default.
MAY_LACK = {
    "dates": {"lunar", "never", "of", "ordinals", "year_links"},
    "documents": {"bodies", "kinds"},
    "language": {"distinct", "own", "share", "words"},  # by letters of its own, or by words
    "names": {"things"},
    "numbers": {"hours", "short_powers"},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that is read in place of the shipped one."""
    caches = (lexicon.languages, lexicon.table)
    monkeypatch.setattr(lexicon.resources, "files", lambda _: tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def leaves(value, where):
    """Every string and number of a table with its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, where)
    else:
        yield where, value


def lists(value, where):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from lists(inner, f"{where}.{key}")
    elif isinstance(value, list):
        yield where, value


def test_the_shipped_languages_are_those_of_the_first_users():
    assert lexicon.languages() == ("en", "vi")


@pytest.mark.parametrize("code", lexicon.languages())
def test_every_language_has_the_tables_that_another_has(code):
    everything = {name for other in lexicon.languages() for name in lexicon.table(other)}

    assert set(lexicon.table(code)) == everything


@pytest.mark.parametrize("code", lexicon.languages())
def test_every_table_has_the_keys_that_another_language_has(code):
    for name, table in lexicon.table(code).items():
        if not isinstance(table, dict):
            continue
        everything = {key for other in lexicon.concept(name).values() for key in other}
        assert everything - set(table) <= MAY_LACK.get(name, set()), name


@pytest.mark.parametrize("stem", [*lexicon.languages(), "places", "outlets"])
def test_what_is_compared_with_repaired_text_is_composed(stem):
    strings = [(w, v) for w, v in leaves(lexicon.table(stem), stem) if isinstance(v, str)]

    assert strings
    assert [found for found in strings if not unicodedata.is_normalized("NFC", found[1])] == []


@pytest.mark.parametrize("stem", [*lexicon.languages(), "places"])
def test_nothing_stands_in_a_list_twice(stem):
    twice = {
        where: [v for v in values if values.count(v) > 1]
        for where, values in lists(lexicon.table(stem), stem)
    }

    assert {where: values for where, values in twice.items() if values} == {}


def test_a_concept_is_asked_of_every_language_that_has_it(folder):
    (folder / "aa.toml").write_text("[credits]\nphrases = ['x']\n")
    (folder / "bb.toml").write_text("[dates]\norder = ['dmy']\n[credits]\nphrases = ['y']\n")
    (folder / "places.toml").write_text("[credits]\nphrases = ['z']\n")

    assert lexicon.languages() == ("aa", "bb")
    assert lexicon.concept("credits") == {"aa": {"phrases": ["x"]}, "bb": {"phrases": ["y"]}}
    assert lexicon.concept("dates") == {"bb": {"order": ["dmy"]}}
    assert lexicon.concept("nothing") == {}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[related]\nheadings = []\n", "lexicon/aa.toml: related: headings"),
        ("[related]\nheadings = ['a']\nlinks = ['']\n", "lexicon/aa.toml: related: links"),
        ("[dates]\nmonths = [['a'], []]\n", "lexicon/aa.toml: dates: months"),
        ("[dates.relative]\n", "lexicon/aa.toml: dates: relative"),
        ("name = ''\n", "lexicon/aa.toml: name"),
        ("[[outlet]]\nid = 'x'\nspellings = []\n", "lexicon/aa.toml: outlet: spellings"),
        ("", "lexicon/aa.toml"),
    ],
)
def test_an_empty_list_is_refused(folder, text, where):
    (folder / "aa.toml").write_text(text)

    with pytest.raises(ConfigError) as caught:
        lexicon.concept("related")

    assert str(caught.value) == f"{where}: is empty; fill it or leave it out"


def test_zero_and_false_are_not_empty(folder):
    (folder / "aa.toml").write_text("[dates]\nbare = false\nleast = 0\n")

    assert lexicon.table("aa") == {"dates": {"bare": False, "least": 0}}


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there_is_named():
    with pytest.raises(ConfigError) as caught:
        lexicon.table("xx")

    assert str(caught.value) == "lexicon/xx.toml: no such file"


def test_a_file_that_is_not_toml_is_named_with_the_place(folder):
    (folder / "aa.toml").write_text("[credits]\nphrases = x\n")

    with pytest.raises(ConfigError, match=r"^lexicon/aa\.toml: .*line"):
        lexicon.table("aa")
