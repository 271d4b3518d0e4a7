"""Mending: what findings propose is done until nothing is left, and only where the profile is understood."""

from datetime import UTC, datetime

import pytest

from fleet.views.mending import mend
from fleet.views.rule_docs import rule_docs
from fleet.views.validation import Beside, validate

BESIDE = Beside(datetime(2026, 11, 23, 12, tzinfo=UTC))
FIXABLE = [
    doc
    for doc in rule_docs().values()
    if doc.bad
    and (report := validate(doc.bad[0], "bad.toml", BESIDE).report) is not None
    and any(finding.code == doc.code and finding.fix for finding in report.findings)
]


def test_some_rules_can_be_mended() -> None:
    assert len(FIXABLE) >= 5


@pytest.mark.parametrize("doc", FIXABLE, ids=lambda doc: doc.code)
def test_a_mended_profile_has_the_finding_no_more_and_mending_again_changes_nothing(doc) -> None:
    content = doc.bad[0].encode()
    done = mend(content, "bad.toml", BESIDE)
    assert doc.code in {finding.code for finding in done.fixed}
    after = validate(done.content, "bad.toml", BESIDE)
    assert after.sound
    assert after.report is not None
    assert doc.code not in {finding.code for finding in after.report.findings}
    assert mend(done.content, "bad.toml", BESIDE).content == done.content


@pytest.mark.parametrize("doc", FIXABLE, ids=lambda doc: doc.code)
def test_comments_and_line_ends_stay(doc) -> None:
    lines = [line + ("  # comment" if line and not line.startswith("#") else "") for line in doc.bad[0].split("\n")]
    content = "\r\n".join(lines).encode()
    if not validate(content, "bad.toml", BESIDE).sound:
        pytest.skip("the example has lines that cannot take a comment")
    done = mend(content, "bad.toml", BESIDE).content
    assert done != content
    assert done.count(b"# comment") == content.count(b"# comment")
    assert done.count(b"\n") == done.count(b"\r\n")


def test_what_the_baseline_or_a_suppression_hides_is_left_alone() -> None:
    doc = rule_docs()["LOG904"]
    report = validate(doc.bad[0], "bad.toml", BESIDE).report
    assert report is not None
    keys = frozenset((finding.code, finding.object) for finding in report.findings)
    assert mend(doc.bad[0].encode(), "bad.toml", BESIDE, lambda _: keys).content == doc.bad[0].encode()


@pytest.mark.parametrize("content", [b"", b"[", b"\xff", b"\xef\xbb\xbf[fleet]\n", b"x = 1\n"])
def test_a_profile_that_is_not_understood_is_left_alone(content: bytes) -> None:
    done = mend(content, "x.toml", BESIDE)
    assert done.content == content
    assert done.fixed == ()
    assert done.left
