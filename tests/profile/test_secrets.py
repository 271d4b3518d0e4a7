"""A secret in a profile is an error that never shows it: not in a message, not in an excerpt, not in the fleet."""

import pytest

from fleet.profile import read_profile

FLEET = '[tiers.edge]\ndelivers_to = ["internet"]\n[nodes.gw1]\ntier = "edge"\naddresses = ["192.0.2.1"]\n'
SECRET = "hunter2"
PEM = "-----BEGIN OPENSSH PRIVATE KEY-----"


def everything_shown(text: str) -> str:
    reading = read_profile(text, "p.toml")
    shown = [repr(reading.fleet)]
    for item in reading.diagnostics:
        shown += [item.finding.sentence, item.finding.hint, repr(item.finding.labels)]
        for line in range(1, text.count("\n") + 2):
            span = type(item.span)("p.toml", line, 1, 3)
            shown.append(reading.source.excerpt(span).text)
        shown.append(reading.source.excerpt(item.span).text)
    return "\n".join(shown)


@pytest.mark.parametrize(
    "lines",
    [
        f'ssh.password = "{SECRET}"',
        f"ssh = {{ user = 'fleet', password = '{SECRET}' }} # {{}}",
        f'ssh.passphrase = "{SECRET}"',
        f'ssh.password = """{SECRET}\n{SECRET}"""',
        f'enable_password = ["{SECRET}"]',
        f'snmp = {{ community = {{ secret = "{SECRET}" }} }}',
        f'[nodes.gw1.snmp.password]\nvalue = "{SECRET}"',
        f'[nodes.gw1.ssh]\npassword = {{ value = "{SECRET}" }}',
        f'[nodes.gw1.ssh]\n"pass\\u0077ord" = "{SECRET}"',
        f'ssh.key = """{PEM}\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----"""',
        f'ssh.jump = "admin:{SECRET}@bastion.example"',
        f'[nodes.gw1.extra]\nnote = """{PEM}\n{SECRET}"""',
    ],
)
def test_it_is_reported_and_not_shown(lines: str) -> None:
    text = FLEET + lines + "\n"
    codes = [item.finding.code for item in read_profile(text, "p.toml").diagnostics]
    assert codes.count("PROFILE022") == 1
    assert SECRET not in everything_shown(text)


@pytest.mark.parametrize(
    "lines",
    [
        f'ssh.password = "{SECRET}',
        f"ssh.password = {SECRET}",
        f'ssh.password = "{SECRET}" "{SECRET}"',
        f'ssh.password = """{SECRET}\n{SECRET}',
        f'passwords = ["a",\n"{SECRET}" "b"]',
        f'[nodes.gw1.password]\nvalue = "{SECRET}',
        f'ssh.key = """{PEM}\n{SECRET}',
    ],
)
def test_a_syntax_error_does_not_show_it_either(lines: str) -> None:
    assert SECRET not in everything_shown(FLEET + lines + "\n")


@pytest.mark.parametrize("place", ["env:FLEET_PASSWORD", "keyring:fleet/gw1"])
def test_a_place_of_a_secret_is_no_secret(place: str) -> None:
    reading = read_profile(FLEET + f'ssh.password = "{place}"\n', "p.toml")
    assert reading.diagnostics == ()
    assert reading.fleet is not None
    assert reading.fleet.nodes["gw1"].ssh.password == place


def test_names_may_contain_the_word() -> None:
    text = FLEET.replace("gw1", "password-gw") + '[destinations."secret.example"]\n'
    assert read_profile(text, "p.toml").diagnostics == ()


def test_the_mark_of_an_excerpt_moves_with_what_is_masked_before_it() -> None:
    text = FLEET + f"ssh = {{ password = '{SECRET}', usr = 'fleet' }}\n"
    reading = read_profile(text, "p.toml")
    excerpt = reading.source.excerpt(reading.diagnostics[1].span)
    assert excerpt.text == "ssh = { password = ***, usr = 'fleet' }"
    assert excerpt.text[excerpt.column - 1 :][: excerpt.length] == "usr"


@pytest.mark.parametrize(
    "key", ["Pass-Phrase", "passwort", "ssh_pass", "pwd", "api_token", "api-key", "passcode", "pass"]
)
def test_a_secret_by_any_name_is_called_one_and_never_shown(key: str) -> None:
    for text in (FLEET + f'{key} = "hunter2"\n', FLEET + f'{key} = "hunter2"\n[broken\n'):
        reading = read_profile(text, "p.toml")
        assert "PROFILE022" in [one.finding.code for one in reading.diagnostics]
        lines = [reading.source.excerpt(reading.source.span(offset, offset)).text for offset in range(0, len(text), 7)]
        assert not any("hunter2" in line for line in lines)


@pytest.mark.parametrize("name", ["bypass.example", "passau.example", "compass.example"])
def test_a_domain_that_begins_like_a_secret_is_none(name: str) -> None:
    reading = read_profile(FLEET + f'[destinations."{name}"]\nevery = "1h"\n', "p.toml")
    assert reading.diagnostics == ()
