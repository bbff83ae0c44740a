import inspect
import pickle

import click
import pytest

from detector import errors
from detector.errors import (
    ConfigError,
    DetectorError,
    InputError,
    MissingExtraError,
    ModelError,
    StoreError,
    StoreLockedError,
    UnknownArticleError,
    UnknownClusterError,
    UsageError,
)

EXIT_CODES = {
    DetectorError: 1,
    UsageError: 2,
    ConfigError: 2,
    InputError: 3,
    MissingExtraError: 3,
    ModelError: 4,
    StoreError: 4,
    StoreLockedError: 4,
    UnknownArticleError: 2,
    UnknownClusterError: 2,
}


def test_every_error_has_the_exit_code_of_what_can_be_done_about_it():
    defined = {e for _, e in inspect.getmembers(errors, inspect.isclass) if e is not type}
    defined = {e for e in defined if issubclass(e, Exception)}

    assert {error: error.exit_code for error in defined} == EXIT_CODES


def test_every_error_is_caught_as_one_and_none_is_of_click():
    for error in EXIT_CODES:
        assert issubclass(error, DetectorError)
        assert not issubclass(error, click.ClickException)


def test_a_wrong_file_of_options_is_a_wrong_call():
    assert issubclass(ConfigError, UsageError)


def test_an_input_error_says_where_and_what():
    error = InputError("no text. Its keys are body; map one with --fields", "a.jsonl:17")

    assert str(error) == "a.jsonl:17: no text. Its keys are body; map one with --fields"
    assert error.where == "a.jsonl:17"
    assert error.reason == "no text. Its keys are body; map one with --fields"


def test_an_input_error_without_a_place_is_its_reason():
    error = InputError("standard input is empty")

    assert str(error) == error.reason == "standard input is empty"
    assert error.where == ""


def test_a_missing_extra_is_named_with_its_cure():
    error = MissingExtraError("reading Parquet", "pyarrow", "parquet")

    assert (
        str(error) == "reading Parquet needs pyarrow. "
        "Install it with: pip install 'detector[parquet]'"
    )
    assert isinstance(error, InputError)


@pytest.mark.parametrize(
    "error",
    [
        UsageError("change the call"),
        ConfigError("config.toml: jobs: must be int, not str"),
        InputError("no text", "articles.jsonl:17"),
        ModelError("no model"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_when_it_comes_from_another_process(error):
    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
