"""The long form: from the root's key down, with the first failing link marked, to the row that decided."""

from fleet.decision import judge_all
from fleet.model import Ede, Existence, Hop, Reason, ResolverWord, Security
from fleet.views import Mark, explanation


def texts(details) -> list[str]:
    return [detail.text for detail in details]


def test_the_chain_of_trust_is_told_once_from_the_root(sample) -> None:
    lines = texts(explanation(sample.verdict))
    start = lines.index("chain of trust from the root down")
    assert lines[start + 1 : start + 4] == [
        "secure: key 20326 is a trust anchor",
        "secure: DS of org is signed by its parent",
        "secure: DNSKEY of org matches its DS",
    ]
    assert lines.count("secure: key 20326 is a trust anchor") == 1


def test_only_the_first_failing_link_is_marked(sample, bogus) -> None:
    details = explanation(sample.with_mx(**bogus))
    (here,) = [detail for detail in details if detail.here]
    assert here.mark is Mark.FAIL
    assert here.text == ("bogus: DNSKEY of example.org is signed by no key its DS names")
    assert "RRSIG of MX example.org expired 2 days ago (extended error 7)" in texts(details)


def test_a_failing_link_is_shown_again_for_every_lookup_it_breaks(sample, bogus) -> None:
    both = type(sample)(sample.with_mx(**bogus)).with_tlsa(**bogus)
    assert len([detail for detail in explanation(both) if detail.here]) == 2


def test_a_resolver_that_agrees_is_quoted_and_one_that_differs_is_a_warning(sample, bogus) -> None:
    agreeing = explanation(sample.verdict)
    assert "the resolver itself says NOERROR, AD" in texts(agreeing)
    assert not any("differs" in text for text in texts(agreeing))
    deaf = sample.with_mx(word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA))
    (line,) = [detail for detail in explanation(deaf) if "differs" in detail.text]
    assert (line.mark, line.text) == (
        Mark.WARN,
        "the resolver itself says NOERROR, no AD: differs from our own validation",
    )
    passing = sample.with_mx(**bogus | {"word": ResolverWord("NOERROR", ad=False, existence=Existence.DATA)})
    assert any("differs" in text for text in texts(explanation(passing)))
    assert not any("differs" in text for text in texts(explanation(sample.with_mx(**bogus))))


def test_records_stand_beside_the_presented_chain(sample, mismatch) -> None:
    lines = texts(explanation(sample.with_match(mismatch)))
    assert f"3 1 1 {'00' * 32}" in lines
    assert (
        "certificate 0: CN=mx1.example.org, by CN=Example CA, names mx1.example.org, until 2027-05-01 00:00 UTC"
        in lines
    )
    assert f"SHA-256 of its key {'cd' * 32}" in lines
    assert "TLSA against this chain: no record matches the presented chain (certificate-not-trusted)" in lines


def test_an_alias_shows_the_status_of_each_hop(sample) -> None:
    hops = (
        Hop("CNAME", "mx1.example.org", "mail.example.net", Security.SECURE),
        Hop("CNAME", "mail.example.net", "mail.example.com", Security.INSECURE),
    )
    details = explanation(sample.with_address(hops=hops, security=Security.INSECURE))
    told = [(detail.text, detail.mark) for detail in details if "CNAME" in detail.text]
    assert told == [
        ("CNAME mx1.example.org -> mail.example.net: secure", Mark.OK),
        ("CNAME mail.example.net -> mail.example.com: insecure", Mark.WARN),
    ]


def test_the_deciding_rows_are_lit_for_every_policy_and_mode(sample) -> None:
    judgements = judge_all(sample.verdict)
    lines = texts(explanation(sample.verdict, judgements))
    for policy, mode in judgements:
        assert f"{policy}, {mode}: DANE" in lines
    assert any("MX secure, address secure, TLSA secure, certificate success -> dane-success" in line for line in lines)
    assert "where policies part" not in lines


def test_where_policies_part_is_told(sample) -> None:
    verdict = sample.with_mx(
        security=Security.INSECURE,
        reason=Reason(Ede.OTHER, "example.org has no DS record"),
        word=ResolverWord("NOERROR", ad=False, existence=Existence.DATA),
    )
    lines = texts(explanation(verdict, judge_all(verdict)))
    assert any("Exim" in line for line in lines[lines.index("where policies part") :])


def test_what_is_not_known_is_listed(sample) -> None:
    verdict = type(sample.verdict)(
        "example.org", sample.verdict.at, (), (), unknown=("the walk ended at its deadline",)
    )
    details = explanation(verdict)
    assert details[-1].mark is Mark.UNKNOWN
    assert texts(details)[1:] == ["MX was not asked", "not known: the walk ended at its deadline"]
