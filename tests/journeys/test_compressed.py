"""What a page says to a browser is compressed on its websocket: told from the very bytes on the socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri

from tests.journeys.actors import Site, environment, until

PATIENCE_S: Final = 30.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("compressed")
    with Site(folder, environment(folder, WORKER="off"), "version: 1\n") as running:
        until(lambda: running.health() != 0, "a server that answers", 60)
        yield running


def run_of_a_page(site: Site, *, offers: bool) -> tuple[Response, int, int]:
    """The handshake's answer, and of one run of the first page how many bytes came through the socket and how many were said."""
    uri = parse_uri(f"ws://127.0.0.1:{site.port}/_stcore/stream")
    extensions = [ClientPerMessageDeflateFactory()] if offers else None
    protocol = ClientProtocol(uri, extensions=extensions, subprotocols=["streamlit"], max_size=None)
    protocol.send_request(protocol.connect())
    asking, passed, said, message = BackMsg(), [], 0, b""
    asking.rerun_script.query_string = ""
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE_S) as raw:
        events = heard(raw, protocol, passed)
        answer = next(events)
        before = sum(passed)
        protocol.send_binary(asking.SerializeToString())
        for frame in events:
            message += frame.data if frame.opcode in (Opcode.BINARY, Opcode.CONT) else b""
            if not frame.fin or not message:
                continue
            said += len(message)
            if ForwardMsg.FromString(message).WhichOneof("type") == "script_finished":
                return answer, sum(passed) - before, said
            message = b""
    raise AssertionError("the page did not end")


def heard(raw: socket.socket, protocol: ClientProtocol, passed: list[int]) -> Iterator[Any]:
    """What the server says, the handshake's answer first; how many bytes each piece from the socket had goes into `passed`."""
    while True:
        for out in protocol.data_to_send():
            raw.sendall(out)
        chunk = raw.recv(65_536)
        assert chunk, "the server closed the socket"
        passed.append(len(chunk))
        protocol.receive_data(chunk)
        yield from protocol.events_received()


def test_a_browser_that_offers_it_is_sent_less_than_is_said(site: Site) -> None:
    answer, came, said = run_of_a_page(site, offers=True)
    assert "permessage-deflate" in answer.headers["Sec-WebSocket-Extensions"]
    assert came < said / 2


def test_one_that_does_not_is_sent_all_of_it(site: Site) -> None:
    answer, came, said = run_of_a_page(site, offers=False)
    assert "Sec-WebSocket-Extensions" not in answer.headers
    assert came >= said
