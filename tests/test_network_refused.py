from __future__ import annotations

import socket
import urllib.request

import pytest


def test_a_connection_to_another_machine_raises():
    with pytest.raises(RuntimeError, match=r"tried to reach the network: 192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_name_look_up_raises():
    with pytest.raises(RuntimeError, match="tried to reach the network"):
        socket.getaddrinfo("example.org", 443)


def test_a_connection_to_this_machine_is_allowed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_a_download_fails_at_once():
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("https://example.org/", timeout=5)
