"""Which addresses may be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.address import BLOCKED, AddressPolicy, Refused, check_address, check_target, is_blocked, read_literal

OPEN = AddressPolicy()
OPTED_IN = AddressPolicy(private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.0", "100.128.0.1", "198.20.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_may_be_asked(address: str) -> None:
    check_address(address, OPEN)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "::1", "fc00::1", "fd12::1", "::ffff:192.168.1.1", "100.64.0.1", "100.127.255.255", "172.31.0.1"]
)
def test_a_private_address_needs_the_opt_in(address: str) -> None:
    with pytest.raises(Refused, match="private_targets would allow it"):
        check_address(address, OPEN)
    check_address(address, OPTED_IN)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "::ffff:169.254.169.254", "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "192.0.0.192", "fe80::1%eth0",
     "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "198.19.255.255",
     "::", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "64:ff9b:1:ffff::7f00:1", "2002:a9fe:a9fe::1", "2001:0:1::1",
     "::ffff:0:a9fe:a9fe", "::ffff:0:7f00:1", "febf::1", "fec0::1", "ff02::1", "::ffff:100.100.100.200", "fd00:ec2::254%eth0"],
)  # fmt: skip
def test_no_opt_in_opens_a_metadata_service(address: str) -> None:
    with pytest.raises(Refused):
        check_address(address, OPTED_IN)


@pytest.mark.parametrize(
    "host", ["2130706433", "0177.0.0.1", "0x7f000001", "127.1", "0x7f.1", "127.0.0.1.5", "1.2.3.4.", "017700000001", "a.0x1"]
)
def test_a_disguised_spelling_never_reaches_the_resolver(host: str) -> None:
    if host == "1.2.3.4.":
        assert str(read_literal(host)) == "1.2.3.4"
    else:
        with pytest.raises(Refused, match="disguised"):
            read_literal(host)


@pytest.mark.parametrize("host", ["", ".", "a b", "a/b", "user@host", "a\tb", "a" * 254, "host:80", "a\\b", "a%2e"])
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="no host name"):
        read_literal(host)


def test_a_name_is_left_to_the_resolver() -> None:
    assert read_literal("api.example.com") is None
    assert str(read_literal("[::1]")) == "::1"


@pytest.mark.parametrize(("scheme", "port"), [("ftp", 443), ("file", 443), ("gopher", 80), ("https", 22), ("https", 0), ("https", 70_000)])
def test_scheme_and_port_are_on_a_list(scheme: str, port: int) -> None:
    with pytest.raises(Refused):
        check_target(scheme, "api.example.com", port, OPEN)


def test_the_opt_in_opens_every_port_and_no_scheme() -> None:
    check_target("http", "127.0.0.1", 40_123, OPTED_IN)
    with pytest.raises(Refused):
        check_target("file", "127.0.0.1", 40_123, OPTED_IN)


@given(st.ip_addresses())
def test_mapping_an_address_changes_nothing(address: object) -> None:
    if getattr(address, "version", 0) == 4:
        assert is_blocked(f"::ffff:{address}") == is_blocked(str(address))


@given(st.text(max_size=80))
def test_any_host_is_an_address_a_name_or_refused(host: str) -> None:
    try:
        found = read_literal(host)
    except Refused:
        return
    assert found is None or isinstance(is_blocked(str(found), BLOCKED), bool)
