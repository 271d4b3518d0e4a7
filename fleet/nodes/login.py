"""The client side of one login: judges the host key, answers at most one password question.

May import asyncssh and this package.
"""

from collections.abc import Sequence

import asyncssh

from fleet.nodes.commands import PASSWORD, encode
from fleet.nodes.hostkeys import Vouching
from fleet.nodes.slots import Refused

_MAX_BANNER = 2000
_MAX_QUESTION = 200


class Login(asyncssh.SSHClient):
    """Callbacks of one connection attempt.

    ``banner`` is what the server said before login, cut; ``question`` a login question that was not answered (a second
    factor, a new password to choose).
    """

    def __init__(self, vouching: Vouching, password: str = "") -> None:
        self.vouching = vouching
        self._password = password
        self.banner = ""
        self.question = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Called for keys that known_hosts does not hold."""
        return self.vouching.judge(host, addr, port, key)

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Called for text before login."""
        self.banner = (self.banner + msg)[:_MAX_BANNER]

    def kbdint_auth_requested(self) -> str | None:
        """Whether questions may come: only while the password has not been given."""
        return "" if self._password else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        """One hidden question gets the password, once; a mere notice gets nothing; the rest is refused."""
        if not prompts:
            return []
        if len(prompts) == 1 and not prompts[0][1] and self._password:
            answer = self._spend()
            return None if answer is None else [answer]
        self.question = " / ".join(text.strip().rstrip(":") for text, _echo in prompts)[:_MAX_QUESTION]
        return None

    def password_auth_requested(self) -> str | None:
        """The password, once."""
        return self._spend()

    def _spend(self) -> str | None:
        password, self._password = self._password, ""
        try:
            return encode(PASSWORD, password).text if password else None
        except Refused:
            return None
