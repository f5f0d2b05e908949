"""moto's server keeps its connections, and a request leaves nothing on them for the next."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from patched_aws import PLAIN, Account


@pytest.fixture
def connection(account: Account) -> Iterator[http.client.HTTPConnection]:
    """A connection to the server, without a client around it."""
    address = urlsplit(account.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    yield connection
    connection.close()


def settings(connection: http.client.HTTPConnection, method: str, body: bytes = b"") -> http.client.HTTPResponse:
    connection.request(method, "/moto-api/settings", body=body)
    return connection.getresponse()


@pytest.mark.skipif(PLAIN, reason="plain moto has no settings")
def test_a_connection_answers_many_requests_also_after_one_whose_body_nobody_read(
    connection: http.client.HTTPConnection,
) -> None:
    connection.connect()
    first = connection.sock
    connection.request("POST", "/moto-api/there-is-nothing", body=b"x" * 100_000)
    connection.getresponse().read()
    answer = settings(connection, "GET")
    assert (answer.status, isinstance(json.loads(answer.read()), dict)) == (200, True)
    connection.request("HEAD", "/moto-api/settings")
    connection.getresponse().read()
    assert settings(connection, "GET").read()
    assert connection.sock is first


def test_a_body_in_chunks_is_read_to_its_end(account: Account, connection: http.client.HTTPConnection) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="chunks")
    credential = (
        f"AWS4-HMAC-SHA256 Credential={account.id}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    )
    connection.request("PUT", "/chunks/key", body=iter([b"one ", b"two"]), headers={"Authorization": credential})
    assert connection.getresponse().status == 200
    assert s3.get_object(Bucket="chunks", Key="key")["Body"].read() == b"one two"


def test_who_waits_to_send_a_body_is_told_to_go_on(account: Account) -> None:
    address = urlsplit(account.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        head = ["POST /moto-api/settings HTTP/1.1", f"Host: {address.netloc}", "Expect: 100-continue"]
        client.sendall("\r\n".join([*head, "Content-Length: 2", "", ""]).encode())
        assert client.recv(25).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert client.recv(4096).startswith(b"HTTP/1.1 ")
