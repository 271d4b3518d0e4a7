"""``fleet tlsrpt``: whose witness a report is, what it says of mail, and where our own check disagrees."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from verdicts import bad_match, destination
from watched import profile_text

from fleet.clock import now
from fleet.faces.export.schema import document_schema
from fleet.faces.export.tls_reports_json import TlsReportsDocument
from fleet.faces.live.judging import judge, known
from fleet.faces.live.last_known import state_of
from fleet.history import open_history
from fleet.model.event import CheckFinished, Target
from fleet.profile import read_profile

sys.path.insert(0, str(Path(__file__).parent.parent / "tlsrpt"))
from reports import RFC_EXAMPLE, mail, packed, report, written


def saved(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_sessions_and_what_each_failure_is_to_mail(here, tmp_path: Path) -> None:
    done = here("tlsrpt", saved(tmp_path, "a.json.gz", packed(RFC_EXAMPLE)))
    said = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "company-y.example, policy sts: 5,326 good, 303 failed" in said
    assert "200 sessions, starttls-not-supported: the host offered no STARTTLS" in said
    assert "whose mail this is about is not known" in said


def test_whose_witness_it_is_and_where_our_check_disagrees(here, tmp_path: Path) -> None:
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    profile.write_text(profile_text(("good.example", "held.example")), encoding="utf-8")
    at = now()
    with open_history(path, leased=False) as history:
        history.append(CheckFinished(at, Target("good.example"), destination("good.example").verdict))
        held = destination("held.example").with_match(bad_match())
        history.append(CheckFinished(at, Target("held.example"), held))
    ours = {"contact-info": "postmaster@example.com"}
    files = [
        saved(tmp_path, "inbound.json", written(report("example.com", 9))),
        saved(tmp_path, "others.json", written(report("good.example", 9, 3, "tlsa-invalid"))),
        saved(tmp_path, "ours.eml", mail(("tlsrpt+json", "r.json", written(report("held.example", 4, **ours))))),
    ]
    done = here("tlsrpt", *files, "--profile", str(profile), "--history", str(path), "--json")
    document = json.loads(done.stdout)
    assert done.returncode == document["exit_code"] == 1
    jsonschema.validate(document, document_schema(TlsReportsDocument))
    found = {one["domain"]: (one["witness"], bool(one["disagreement"])) for one in document["domains"]}
    assert found == {
        "example.com": ("inbound", False),
        "good.example": ("others", True),
        "held.example": ("outbound", True),
    }
    text = " ".join(here("tlsrpt", *files, "--profile", str(profile), "--history", str(path)).stdout.split())
    assert "how they reach a domain of ours; it says nothing of the mail our gateways send" in text
    assert "another sender's view" in text
    assert "our own senders' count" in text
    assert "disagreement: the reports have only good sessions under DANE, our check finds that mail is held" in text


def test_good_sessions_are_exit_0_and_what_cannot_be_read_is_exit_3(here, tmp_path: Path) -> None:
    good = saved(tmp_path, "good.json", written(report("a.example", 9)))
    assert here("tlsrpt", good).returncode == 0
    done = here("tlsrpt", good, saved(tmp_path, "bad.json", b"{"))
    assert done.returncode == 3
    assert "bad.json: it is not JSON" in " ".join(done.stdout.split())
    assert here("tlsrpt", saved(tmp_path, "none.json", written(report("a.example", 0)))).returncode == 3
    assert here("tlsrpt", str(tmp_path / "absent.json")).returncode == 2


def test_hostile_text_is_never_shown_raw(here, tmp_path: Path) -> None:
    evil = "\x1b]52;c;aGk=\x07\u202e"
    document = report(evil, 1, 2, evil, **{"organization-name": evil})
    document["policies"][0]["failure-details"][0]["additional-information"] = evil
    done = here("tlsrpt", saved(tmp_path, "evil.json", written(document)))
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "not a word of RFC 8460" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "said", ["to alice@shop.example now", "https://x.example/?r=alice%40shop.example", "<Alice@X>"]
)
def test_whom_mail_was_for_is_never_shown(here, tmp_path: Path, said: str) -> None:
    document = report("good.example", 1, 2, "validation-failure")
    failure = document["policies"][0]["failure-details"][0]
    failure |= {"additional-information": said, "failure-reason-code": said, "receiving-mx-hostname": said}
    done = here("tlsrpt", saved(tmp_path, "r.json", written(document)))
    assert "<address>" in done.stdout
    assert "alice" not in done.stdout.lower()


def test_reports_that_are_remembered_are_in_the_history_once_and_contradict_the_check(here, tmp_path: Path) -> None:
    profile, path = tmp_path / "profile.toml", tmp_path / "history.sqlite"
    profile.write_text(profile_text(("good.example",)), encoding="utf-8")
    with open_history(path, leased=False) as history:
        history.append(CheckFinished(now(), Target("good.example"), destination("good.example").verdict))
    span = {"start-datetime": (now() - timedelta(days=1)).isoformat(), "end-datetime": now().isoformat()}
    more = {"contact-info": "postmaster@example.com", "date-range": span}
    file = saved(tmp_path, "ours.json", written(report("good.example", 9, 3, "dnssec-invalid", **more)))
    for _ in range(2):
        done = here("tlsrpt", file, "--profile", str(profile), "--history", str(path), "--remember")
        assert (done.returncode, done.stderr) == (1, "")
    state = state_of(path)
    (read,) = state.reports.values()
    (told,) = read.testimonies
    assert (told.successful, told.failed, told.dane_failed, told.witness) == (9, 3, 3, "outbound")
    assert "postmaster" not in repr(read)
    reading = read_profile(profile.read_text(), "profile.toml")
    report_of = judge(known(state, reading, now()), now()).report
    assert report_of is not None
    assert [one.object for one in report_of.findings if one.code == "QUEUE104"] == [
        "destination good.example reports outbound"
    ]
    assert here("tlsrpt", file, "--remember").returncode == 2
