"""Signatures of webhooks: known answers, and what is not taken."""

from __future__ import annotations

import pytest

from core.signature import (
    BadSecret,
    sign_github,
    sign_slack,
    sign_standard,
    sign_stripe,
    verify_github,
    verify_slack,
    verify_standard,
    verify_stripe,
)

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = 1_614_265_330


def test_the_known_answer_of_standard_webhooks() -> None:
    assert sign_standard(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", SENT, BODY) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_one_of_several_signatures_is_enough() -> None:
    good = sign_standard(KEY, "m", SENT, BODY)
    assert verify_standard(KEY, "m", str(SENT), BODY, f"v1,AAAA {good} v2,x", SENT)
    assert not verify_standard(KEY, "m", str(SENT), BODY, "v1,AAAA", SENT)


def test_another_body_id_or_time_is_another_signature() -> None:
    good = sign_standard(KEY, "m", SENT, BODY)
    assert not verify_standard(KEY, "m", str(SENT), BODY + b" ", good, SENT)
    assert not verify_standard(KEY, "n", str(SENT), BODY, good, SENT)
    assert not verify_standard(KEY, "m", str(SENT + 1), BODY, good, SENT)


@pytest.mark.parametrize(("late", "taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_a_message_is_fresh_for_five_minutes(late: int, taken: bool) -> None:
    assert verify_standard(KEY, "m", str(SENT), BODY, sign_standard(KEY, "m", SENT, BODY), SENT + late) is taken
    assert verify_stripe("s", f"t={SENT},v1={sign_stripe('s', SENT, BODY)}", BODY, SENT + late) is taken
    assert verify_slack("s", str(SENT), BODY, sign_slack("s", SENT, BODY), SENT + late) is taken


@pytest.mark.parametrize("secret", ["whsec_not base64!", "whsec_abc", "ä"])
def test_a_secret_that_is_no_key_is_named_but_not_shown(secret: str) -> None:
    with pytest.raises(BadSecret) as refused:
        sign_standard(secret, "m", SENT, BODY)
    assert secret.removeprefix("whsec_") not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=",
        "t=x,v1=y",
        "v1=abc",
        f"t={SENT}",
        f"t={SENT},v1=",
        f"t={SENT},v1=ä",
        f"t=-{SENT},v1=a",
        "t=" + "9" * 400,
        f"t={SENT},v0=x",
        "\0,=,==",
    ],
)
def test_a_header_of_nonsense_is_not_taken_and_raises_nothing(header: str) -> None:
    assert not verify_stripe("s", header, BODY, SENT)


def test_stripe_may_send_several_signatures_and_other_schemes() -> None:
    good = sign_stripe("s", SENT, BODY)
    assert verify_stripe("s", f"t={SENT},v1=00, v1={good},v0=ignored", BODY, SENT)
    assert not verify_stripe("s", f"t={SENT},v0={good}", BODY, SENT)


def test_the_known_answer_of_github() -> None:
    good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign_github("It's a Secret to Everybody", b"Hello, World!") == good
    assert verify_github("It's a Secret to Everybody", b"Hello, World!", good)
    assert not verify_github("It's a Secret to Everybody", b"Hello, World?", good)


def test_the_known_answer_of_slack() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    good = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert sign_slack("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body) == good
