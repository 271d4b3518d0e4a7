"""The walks: for every command its prompts, in order, and the entry each of them gets.

An empty line accepts a default and leaves a menu one level, so ``LEAVE`` sends it only where a menu of operations with
an empty default stands.  Which operations a release offers (LIST or PRINT) the menu itself says.
May import ``fleet.nodes.commands`` and this package.
"""

import re

from fleet.nodes import commands
from fleet.nodes.asyncos.grammar import is_menu, numbered, operations
from fleet.nodes.asyncos.session import Turn, Walk, When
from fleet.nodes.slots import Subscription

_DEEPEST_MENU = 4
_NO_DEFAULT_OR_ALL = re.compile(r"(?i).*\[(?:all)?\] ?>")
_CHANGES = re.compile(
    r"(?i)\b(?:delet|remov|clears? (?:the|all|every|this)\b|reset|eras|creat|add\b|chang|modif|renam|import|export"
    r"|commit|suspend|resum|reboot|upgrad|revert|enabl|disabl|unmask|not mask)"
)
"""Words of a question that is about more than showing: however like an expected one it is, it gets Ctrl-C."""


def _offers(operation: str) -> When:
    return lambda text, prompt: is_menu(text, prompt) and operation in operations(text)


def _asks(words: str) -> When:
    """A question with these ``words`` in it, and none that speaks of changing something."""
    pattern = re.compile(words, re.IGNORECASE | re.MULTILINE)

    def when(text: str, prompt: str) -> bool:
        asked = _question(text, prompt)
        return not operations(text) and pattern.search(asked) is not None and _CHANGES.search(asked) is None

    return when


def _names_a_domain(text: str, prompt: str) -> bool:
    """A question for a name, with no default or "all"; "do you want to ... this domain? [Y]" is another matter."""
    asks = _asks(r"(?:enter|which|specify|choose|type)\b.*\b(?:domain|destination|host)|\bdomain name\b.*\ball\b")
    return _NO_DEFAULT_OR_ALL.fullmatch(prompt.strip()) is not None and asks(text, prompt)


def _question(text: str, prompt: str) -> str:
    """The last lines: a question may stand above its prompt or on its line."""
    lines = [line for line in text.split("\n") if line.strip()]
    return "\n".join([*lines[-6:], prompt])


LEAVE = Turn(is_menu, commands.EMPTY, optional=True, again=_DEEPEST_MENU)

VERSION = Walk(commands.VERSION)
STATUS = Walk(commands.STATUS)
DNSCONFIG = Walk(commands.DNSCONFIG, (LEAVE,))
LOGCONFIG = Walk(commands.LOGCONFIG, (LEAVE,))
DESTCONFIG = Walk(
    commands.DESTCONFIG,
    (
        Turn(_offers("LIST"), commands.LIST, keep="list", optional=True),
        Turn(_offers("PRINT"), commands.PRINT, keep="list", optional=True),
        Turn(_offers("DETAIL"), commands.DETAIL, keep="detail", optional=True),
        Turn(_names_a_domain, commands.EVERY_DOMAIN, keep="detail", optional=True, follows=True),
        LEAVE,
    ),
    keep="menu",
)
SMTPROUTES = Walk(
    commands.SMTPROUTES,
    (
        Turn(_offers("PRINT"), commands.PRINT, keep="print", optional=True),
        Turn(_offers("LIST"), commands.LIST, keep="print", optional=True),
        LEAVE,
    ),
    keep="menu",
)
LISTENERS = Walk(commands.LISTENERCONFIG, (LEAVE,), keep="list")
SHOWCONFIG = Walk(
    commands.SHOWCONFIG,
    (
        Turn(_asks(r"^[ \t]*1\.[ \t]+mask pass(?:word|phrase)s"), commands.MASK, keep="text", optional=True),
        Turn(_asks(r"\bmask (?:the |all )?pass(?:word|phrase)s?\b"), commands.YES, keep="text", optional=True),
        Turn(_asks(r"\binclude (?:the )?pass(?:word|phrase)s\b"), commands.NO, keep="text", optional=True),
    ),
    document=True,
)

STATUS_DETAIL = Walk(commands.STATUS_DETAIL)


def _by_active(number: int) -> When:
    """The question how to sort, where its entry ``number`` is active recipients."""

    def when(text: str, _prompt: str) -> bool:
        named = dict(numbered(text))
        return not operations(text) and named.get(number, "").lower().startswith("active recip")

    return when


TOPHOSTS = Walk(
    commands.TOPHOSTS,
    tuple(
        Turn(_by_active(number), commands.MENU_NUMBER, (number,), keep="text", optional=True) for number in range(1, 8)
    ),
)


def hoststatus(domain: str) -> Walk:
    """What waits for ``domain``; some releases ask for it again."""
    return Walk(
        commands.HOSTSTATUS,
        (Turn(_asks(r"recipient host"), commands.DOMAIN, (domain,), keep="text", optional=True),),
        values=(domain,),
    )


def listener(number: int) -> Walk:
    """The access tables of the listener that the list shows as ``number``."""
    return Walk(
        commands.LISTENERCONFIG,
        (
            Turn(_offers("EDIT"), commands.EDIT),
            Turn(_chooses(number), commands.MENU_NUMBER, (number,)),
            Turn(_offers("HOSTACCESS"), commands.HOSTACCESS),
            Turn(_offers("PRINT"), commands.PRINT, keep="hat"),
            Turn(is_menu, commands.EMPTY),
            Turn(_offers("RCPTACCESS"), commands.RCPTACCESS, optional=True),
            Turn(_offers("PRINT"), commands.PRINT, keep="rat", optional=True),
            Turn(_asks("could take a while|take some time"), commands.YES, keep="rat", optional=True, follows=True),
            LEAVE,
        ),
        keep="list",
    )


def daneverify(domain: str) -> Walk:
    """The appliance's own check of ``domain``; it opens a connection to the mail server.

    Some releases are reported to ask for the domain, and for one thing more that takes No; to whatever else it asks,
    there is no answer.
    """
    return Walk(
        commands.DANEVERIFY,
        (
            Turn(_names_a_domain, commands.DOMAIN, (domain,), keep="text", optional=True),
            Turn(_asks(r"\binterface\b"), commands.NO, keep="text", optional=True),
        ),
        values=(domain,),
        errand=True,
    )


def grep(domain: str, log: Subscription) -> Walk:
    """The lines of ``log`` that name ``domain``.

    The one-line form is documented and asks nothing; whatever is asked all the same has no answer here.
    """
    return Walk(commands.GREP, values=(domain, log), errand=True, document=True)


def _chooses(number: int) -> When:
    """A question whose answers are numbers, ``number`` among them; the list itself may stand further up."""

    def when(text: str, prompt: str) -> bool:
        if operations(text):
            return False
        offered = {found for found, _rest in numbered(text)}
        return number in offered or (not offered and _asks("listener")(text, prompt))

    return when
