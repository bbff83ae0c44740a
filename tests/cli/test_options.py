import click
import pytest

from detector.cli.options import KEEP, configured, percent
from detector.config import LEVELS
from detector.errors import ConfigError, UsageError


@pytest.mark.parametrize(("given", "share"), [("5%", 0.05), ("0.05", 0.05), ("0", 0), ("100%", 1)])
def test_a_share_is_a_percentage_or_a_fraction(given, share):
    assert percent.convert(given, None, None) == pytest.approx(share)


@pytest.mark.parametrize("given", ["5", "-1%", "five", "", "%", "nan"])
def test_what_is_no_share_is_refused_with_an_example(given):
    with pytest.raises(click.BadParameter, match=r"write 5% or 0\.05"):
        percent.convert(given, None, None)


def test_without_options_the_defaults_hold():
    config = configured({})

    assert (config.semantic.model, config.cluster.keep, config.jobs) == ("static", "duplicates", 0)


def test_options_go_over_the_file_and_the_file_over_the_defaults(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text('jobs = 3\n[semantic]\nmodel = "none"\n[cluster]\nkeep = "events"\n')
    config = configured(
        {"toml": str(path), "model": "transformer", "fields": "text=body", "on_error": "skip"}
    )

    assert config.semantic.model == "transformer"
    assert config.cluster.keep == "events"
    assert config.jobs == 3
    assert config.read.on_error == "skip"
    assert config.read.fields == {"text": "body"}
    assert configured({"toml": str(path), "jobs": 1}).jobs == 1


def test_a_kind_of_cluster_that_is_none_is_refused_before_the_work(tmp_path):
    path = tmp_path / "options.toml"
    path.write_text('[cluster]\nkeep = "all"\n')

    with pytest.raises(ConfigError, match=r"cluster\.keep: must be one of duplicates, synd"):
        configured({"toml": str(path)})


def test_the_kinds_of_cluster_are_those_of_the_configuration():
    assert KEEP == LEVELS


def test_a_mapping_that_is_none_is_refused():
    with pytest.raises(UsageError, match="is not FIELD=KEY"):
        configured({"fields": "body"})
