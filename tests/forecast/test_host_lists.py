"""Exim's host lists after a change, read by a second model of how Exim reads them."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.forecast.host_lists import Names, host_lists, lists_now
from fleet.model.peers import EximSettings

HOSTS = [f"mx{number}.example" for number in range(5)]


def fits(text: str, host: str) -> bool:
    """The first item that fits decides; where none does, a list that ends with a refusal says yes."""
    separator, text = (text[1], text[2:]) if text.startswith("<") else (":", text)
    items = [item.strip() for item in text.split(separator) if item.strip()]
    for item in items:
        if item.removeprefix("!") in ("*", host):
            return not item.startswith("!")
    return bool(items) and items[-1].startswith("!")


NAMED = st.lists(st.sampled_from([*HOSTS, *(f"!{host}" for host in HOSTS)]), max_size=4)
LISTS = st.none() | st.just("*") | NAMED.map(" : ".join) | NAMED.map(lambda items: "<; " + " ; ".join(items))
SOME = st.lists(st.sampled_from(HOSTS), max_size=2, unique=True).map(tuple)
NAMES = st.builds(Names, tried=SOME, required=SOME, refused=SOME, everybody=st.booleans())


@given(LISTS, LISTS, NAMES)
def test_hosts_that_nothing_is_said_of_keep_what_they_have(tried, required, now) -> None:
    exim = EximSettings(hosts_try_dane=tried, hosts_require_dane=required)
    after = dict(host_lists(exim, now, Names()))
    for option, before in (("hosts_try_dane", "*" if tried is None else tried), ("hosts_require_dane", required or "")):
        text = after.get(option, before)
        for host in HOSTS:
            if host in now.refused:
                assert not fits(text, host) or option not in after
            elif host not in (*now.tried, *now.required) and not (now.everybody and option == "hosts_try_dane"):
                assert fits(text, host) is fits(before, host), (option, before, text)


@given(LISTS, LISTS, SOME)
def test_a_refused_host_gets_no_dane_and_a_required_one_must_have_it(tried, required, hosts) -> None:
    exim = EximSettings(hosts_try_dane=tried, hosts_require_dane=required)

    def told(now):
        after = dict(host_lists(exim, now, Names()))
        return after.get("hosts_try_dane", "*" if tried is None else tried), after.get(
            "hosts_require_dane", required or ""
        )

    for host in hosts:
        assert not any(fits(text, host) for text in told(Names(refused=hosts)))
        assert fits(told(Names(required=hosts))[1], host)
        lowered = told(Names(tried=hosts))
        assert (fits(lowered[0], host), fits(lowered[1], host)) == (True, False)


def test_a_later_list_keeps_what_an_earlier_one_said() -> None:
    earlier = Names(tried=("a.example",), refused=("b.example",))
    exim = EximSettings(hosts_try_dane="")
    assert list(host_lists(exim, Names(everybody=True), earlier)) == [("hosts_try_dane", "!b.example : *")]
    assert list(host_lists(exim, Names(refused=("c.example",)), Names(tried=("a.example",)))) == [
        ("hosts_try_dane", "!c.example : a.example")
    ]


def test_tls_is_no_longer_required_of_a_host_to_which_mail_may_leave_in_clear_text() -> None:
    exim = EximSettings(hosts_require_tls="*")
    now = Names(refused=("a.example",), clear=("a.example",))
    assert ("hosts_require_tls", "!a.example : *") in host_lists(exim, now, Names())
    assert "smtp transport: hosts_require_tls = *" in lists_now(exim)
