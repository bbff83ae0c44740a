import pytest

from detector.audit.config import AuditConfig
from detector.errors import ConfigError


@pytest.fixture
def read(tmp_path):
    path = tmp_path / "news" / "audit.toml"
    path.parent.mkdir()

    def from_text(text):
        path.write_text(text, encoding="utf-8")
        return AuditConfig.from_toml(path)

    from_text.path = path
    return from_text


def test_paths_are_relative_to_the_file(read):
    config = read('runs = "../r"\nindex = "/i"\n[sources]\nfiles = ["a/*.jsonl", "-", "/b"]')
    home = read.path.parent

    assert config.runs == str(home / "../r")
    assert config.index == "/i"
    assert config.sources.files == (str(home / "a/*.jsonl"), "-", "/b")


def test_every_stage_can_be_set_in_the_same_file(read):
    config = read('[detector]\njobs = 1\n[detector.semantic]\nmodel = "none"')

    assert (config.detector.jobs, config.detector.semantic.model) == (1, "none")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[gate]\nunread = 1", "gate: unknown option; did you mean gates?"),
        ("[gates]\nunraed = 1", "gates.unraed: unknown option; did you mean unread?"),
        ("[gates]\nunread = 0.5", "gates.unread: must be a whole number, not 0.5"),
        ("[gates]\nunread = -1", "gates.unread: must be at least 0, not -1"),
        ("[gates]\nduplicate_rate = 5", "gates.duplicate_rate: must be between 0 and 1, not 5.0"),
        ("[gates.sources]\nx = 2", "gates.sources.x: must be between 0 and 1, not 2.0"),
        ("[gates.sources]\nx = 'y'", "gates.sources.x: must be a number, not 'y'"),
        ("[sources]\nfiles = 'a'", "sources.files: must be a list, not 'a'"),
        ("[sources]\nfiles = [1]", "sources.files[0]: must be text, not 1"),
        ("[sources]\nbatch = 0", "sources.batch: must be at least 1, not 0"),
        ("[retention]\narticles = '1y'", "retention.articles: '1y' is no span of time; write 90m, "
         "24h, 7d or 2w"),
        ("[notify]\nwhen = 'never'", "notify.when: must be one of always, changes, gates, not "
         "'never'"),
        ("[notify]\nwebhook_env = 'https://x'", "notify.webhook_env: must name a variable of the "
         "environment, such as AUDIT_WEBHOOK; secrets do not belong into this file"),
        ("[notify]\ntimeout = 0", "notify.timeout: must be more than 0, not 0.0"),
        ("[notify]\ngive_up = 'soon'", "notify.give_up: 'soon' is no span of time; write 90m, 24h, "
         "7d or 2w"),
        ("format = 'xml'", "format: must be one of jsonl, jsonl.gz, jsonl.zst, parquet, not 'xml'"),
        ("[detector.lexical]\nband = 1", "detector.lexical.band: unknown option; did you mean "
         "bands?"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_named_with_what_would_be_right(read, text, said):
    with pytest.raises(ConfigError) as caught:
        read(text)

    assert str(caught.value) == f"{read.path}: {said}"


def test_what_decides_a_run_is_in_its_digest_and_how_it_is_told_is_not(read):
    plain = read("").digest()

    assert read("[gates]\nunread = 1").digest() != plain
    assert read("[detector.verify]\nthreshold = 0.6").digest() != plain
    assert read("[notify]\nwhen = 'gates'\n[retention]\nruns = 1").digest() == plain
    assert read("[detector]\njobs = 1").digest() == plain
