"""Real messages to real servers on loopback, through Apprise in its child process."""

import asyncio
import io
import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sinks import mail_sink, silent_sink, web_sink

from fleet.alerts import Message, courier, deliver
from fleet.alerts.courier import send_by_apprise
from fleet.alerts.deliver import without

pytest.importorskip("apprise")
MESSAGE = Message(
    "fleet example.com: firing: mail-stopped destination x.example",
    "FIRING mail-stopped since 2026-11-25 12:00 UTC: mail to x.example is held\nRESOLVED ‹b›: ＠everyone\n",
    severe=True,
)


def children() -> set[int]:
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(one) for path in found for one in path.read_text().split()}


async def test_mail_arrives_with_its_subject_and_every_line() -> None:
    async with mail_sink() as (port, taken):
        url = f"mailto://127.0.0.1:{port}?from=fleet@sender.example&to=ops@receiver.example&mode=insecure"
        assert await send_by_apprise(url, MESSAGE) == ""
    (mail,) = taken
    assert mail["Subject"] == MESSAGE.title
    assert "ops@receiver.example" in mail["To"]
    body = mail.get_body(("plain", "html"))
    assert body is not None
    text = body.get_content()
    assert "mail to x.example is held" in text
    assert "‹b›: ＠everyone" in text


async def test_a_webhook_is_posted_the_message() -> None:
    async with web_sink() as (port, taken):
        assert await send_by_apprise(f"json://127.0.0.1:{port}/hook", MESSAGE) == ""
    (posted,) = taken
    assert posted["title"] == MESSAGE.title
    assert posted["message"].strip() == MESSAGE.body.strip()
    assert posted["type"] == "failure"


async def test_a_refusal_is_told_without_anything_secret() -> None:
    async with web_sink(403) as (port, _):
        said = await send_by_apprise(f"json://user:hunter2@127.0.0.1:{port}/secret-token?key=topsecret", MESSAGE)
    assert said
    for secret in ("hunter2", "secret-token", "topsecret"):
        assert secret not in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "no URL that Apprise knows"),
        ("no-such-service://x", "no URL that Apprise knows"),
        ("json://127.0.0.1:9/", ""),
    ],
)
async def test_what_cannot_be_sent_is_said(url: str, sentence: str) -> None:
    said = await send_by_apprise(url, MESSAGE)
    assert said
    assert sentence in said


async def test_a_server_that_never_answers_is_given_up_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "SECONDS", 1.0)
    before = children()
    async with silent_sink() as port:
        url = f"mailto://127.0.0.1:{port}?from=a@b.example&to=c@d.example&mode=insecure"
        began = asyncio.get_running_loop().time()
        said = await send_by_apprise(url, MESSAGE)
        assert asyncio.get_running_loop().time() - began < 2.5
    assert "did not take the message within 1 seconds" in said
    assert children() == before


async def test_a_cancelled_delivery_leaves_no_process() -> None:
    before = children()
    async with silent_sink() as port:
        url = f"mailto://127.0.0.1:{port}?from=a@b.example&to=c@d.example&mode=insecure"
        sending = asyncio.ensure_future(send_by_apprise(url, MESSAGE))
        await asyncio.sleep(1)
        assert {os.getsid(child) == os.getsid(0) for child in children() - before} == {False}  # Ctrl-C is not for it
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert children() == before


def test_what_apprise_says_is_shown_without_the_parts_of_the_url() -> None:
    url = "mailtos://user:p%40ss1234@smtp.example.com/?to=x@example.org&key=abcd"
    said = without("535 login of user with p@ss1234 at smtp.example.com: p%40ss1234 abcd", url)
    for secret in ("p@ss1234", "p%40ss1234", "abcd", "user"):
        assert secret not in said


def test_a_short_password_is_masked_and_short_words_are_not() -> None:
    said = without(
        "535 abc may not log in to smtp.example.com with pw: ABC", "mailto://pw:abc@example.com/?to=x@y.example"
    )
    assert said == "535 *** may not log in to smtp.*** with ***: ABC"
    assert without("token xyz was refused", "json://example.com/?t=xyz") == "token *** was refused"
    assert "P%40SS" not in without("login p%40ss1234, P@SS1234", "json://u:p@ss1234@example.com").upper()


def test_a_plugin_that_prints_does_not_spoil_the_answer(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def chatty(_order: object) -> tuple[bool, str]:
        print("hello from a plugin")
        return True, ""

    monkeypatch.setattr(deliver, "deliver", chatty)
    monkeypatch.setattr("sys.stdin", io.StringIO("{}"))
    deliver.main()
    assert json.loads(capsys.readouterr().out) == {"delivered": True, "sentence": ""}
