"""The socket of the service."""

import asyncio
import socket

import pytest

from detector.errors import UsageError
from detector.serve.server import listening


def test_an_answer_does_not_wait_for_the_packet_before_it():
    async def accepted(listener):
        found = asyncio.get_running_loop().create_future()

        class Seen(asyncio.Protocol):
            def connection_made(self, transport):
                connection = transport.get_extra_info("socket")
                found.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        server = await asyncio.get_running_loop().create_server(Seen, sock=listener)
        async with server:
            with socket.create_connection(listener.getsockname()):
                return await asyncio.wait_for(found, 10)

    with listening("127.0.0.1", 0) as listener:
        assert asyncio.run(accepted(listener))


def test_a_name_and_an_address_of_either_kind_are_listened_on():
    for host in ("localhost", "127.0.0.1", *(["[::1]"] if socket.has_ipv6 else [])):
        with listening(host, 0) as listener:
            assert listener.getsockname()[0] in ("127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("host", "port", "says"),
    [
        ("127.0.0.1", -1, "127.0.0.1:-1: no such address"),
        ("no host", 80, "no host:80: "),
        ("203.0.113.7", 0, "203.0.113.7:0: Cannot assign requested address; choose another --host"),
    ],
)
def test_an_address_that_cannot_be_had_is_named(host, port, says, monkeypatch):
    if host == "no host":

        def unknown(*_arguments, **_options):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    else:
        monkeypatch.setattr(socket, "getaddrinfo", lambda h, p, **_: [(2, 1, 6, "", (h, p))])
    with pytest.raises(UsageError) as error, listening(host, port):
        pass
    assert str(error.value).startswith(says)
    assert str(error.value).endswith("; choose another --host or --port")
