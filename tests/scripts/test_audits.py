import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import audits

NEWSROOM = Path(__file__).parents[1] / "data/newsroom/articles.jsonl"


def test_the_second_audit_reads_what_is_new_and_is_held_against_the_first(tmp_path):
    file = tmp_path / "news.jsonl"
    shutil.copy(NEWSROOM, file)
    first, second, third = audits.compared(file, 100, tmp_path)

    assert (first["articles"], second["articles"], third["articles"]) == (99, 100, 100)
    assert first["add s"] > third["add s"]
    assert second["of the first"] == second["s"] / first["s"]
    assert third["cpu of the first"] > 0
    runs = sorted((tmp_path / "audit-100/runs").glob("2*"))
    assert len(runs) == 3
