"""The real command, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FIRE = (
    "Rạng sáng 9-2-2025, một vụ cháy lớn xảy ra tại khu nhà trọ sáu tầng ở quận Thanh Xuân, "
    "Hà Nội. Lực lượng cứu hỏa đã điều động 12 xe chữa cháy cùng hơn 80 chiến sĩ đến hiện "
    "trường. Đến 4 giờ sáng, đám cháy được khống chế, 12 người được đưa ra ngoài qua ban công "
    "tầng ba. Nguyên nhân ban đầu được xác định là do chập điện ở tầng một, nơi để xe máy."
)
BRIDGE = (
    "Sáng 30-4-2025, cầu Vạn Yên bắc qua sông Đà ở tỉnh Sơn La chính thức hợp long sau 26 tháng "
    "thi công. Cây cầu dài 1.040 mét, trụ cao nhất 97 mét, tổng mức đầu tư hơn 900 tỷ đồng. "
    "Khi thông xe, cầu sẽ thay thế hai bến phà và rút ngắn thời gian đi lại của người dân."
)
DURIAN = (
    "Nhà vườn trên cù lao Ngũ Hiệp đang cắt bớt trái non để giữ cây sầu riêng sau mùa hạn mặn. "
    "Theo nhiều hộ dân, năng suất năm nay giảm gần một nửa nhưng giá bán đầu vụ lại tăng thêm "
    "15.000 đồng mỗi ký so với cùng kỳ năm ngoái, nên thu nhập vẫn được bảo đảm."
)
ROWS = [
    {"id": "fire-1", "title": "Cháy nhà trọ ở Thanh Xuân", "text": FIRE, "source": "Báo Một",
     "published": "2025-02-09T06:40:00+07:00"},
    {"id": "fire-2", "title": "12 người thoát nạn", "text": f"{FIRE}\n\nTheo Báo Một",
     "source": "Báo Hai", "published": "2025-02-09T09:40:00+07:00"},
    {"id": "bridge", "title": "Hợp long cầu Vạn Yên", "text": BRIDGE, "source": "Báo Một",
     "published": "2025-04-30"},
    {"id": "durian", "title": "Cắt trái giữ cây", "text": DURIAN, "source": "Báo Ba"},
]  # fmt: skip


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def rows():
    """Two articles that are one, and two others."""
    return [dict(row) for row in ROWS]


@pytest.fixture(scope="session")
def stored():
    """The rows as articles."""
    from detector.readers import Single

    return Single().articles(ROWS, "row")


@pytest.fixture
def newsroom():
    """The sample newsroom."""
    return ROOT / "tests/data/newsroom/articles.jsonl"


@pytest.fixture
def corpus(tmp_path, rows):
    """The rows in `articles.jsonl`, in the folder where `detector` runs."""
    path = tmp_path / "articles.jsonl"
    path.write_text(lines(rows), encoding="utf-8")
    return path


@pytest.fixture
def detector(tmp_path):
    """Runs `detector` in `tmp_path` and gives back its exit code and both its streams."""

    def run(*arguments, stdin="", env=None, **options):
        options.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run(
            [sys.executable, "-m", "detector", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **(env or {})},
            input=stdin,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            timeout=120,
            **options,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
