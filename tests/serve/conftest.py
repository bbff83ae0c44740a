"""The service over real HTTP, on a free port of this machine."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import contextmanager

import pytest

from detector import Article, Config, Detector
from detector.config import SemanticConfig
from detector.serve import create_app
from detector.serve.server import listening

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
STORED = (
    Article("bridge", BRIDGE, title="Hợp long cầu Vạn Yên", source="Báo Một"),
    Article("durian", DURIAN, title="Cắt trái giữ cây", source="Báo Ba"),
)


class Client:
    """Speaks to a service, one connection a request."""

    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None, headers=None, raw=False):
        """Status and answer: a JSON value, or with `raw` the bytes; None where it is empty."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {} if body is None else {"Content-Type": "application/json"}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        connection.request(method, path, body, sent | (headers or {}))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if raw:
            return response.status, content
        if content:
            assert response.getheader("content-type") == "application/json"
        return response.status, json.loads(content) if content else None

    def get(self, path, **options):
        return self.send("GET", path, **options)

    def post(self, path, body, **options):
        return self.send("POST", path, body, **options)


@contextmanager
def running(app):
    """The application behind uvicorn in a thread; yields a client."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
    with listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            yield Client(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    """An index with two articles; copies only, for speed."""
    path = tmp_path_factory.mktemp("serve") / "news.index"
    with Detector.open(path, Config(semantic=SemanticConfig(model="none"))) as opened:
        opened.add(STORED)
        yield opened


@pytest.fixture(scope="module")
def service(detector):
    """A client of the service for `detector`."""
    with running(create_app(detector)) as client:
        yield client


@pytest.fixture
def serving():
    """Runs any application: ``with serving(app) as client``."""
    return running
