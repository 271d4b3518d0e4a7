"""How an appliance words what it says around its settings, where nobody has shown us: synthetic, all of it.

Each table holds at least five variants of one piece of dialogue; a simulated appliance uses one of each, tests use all.
A prompt is what stands unfinished on the last line.  May import the standard library only.
"""

from collections.abc import Callable

Question = tuple[str, str]
"""Text, and the prompt below it."""


def _parts(moment: str) -> tuple[str, str, str, str, str, str]:
    weekday, month, day, time, year, zone = moment.split()
    return weekday, month, day, time, year, zone


def _by_mail(moment: str) -> str:
    weekday, month, day, time, year, zone = _parts(moment)
    return f"System status\nCurrent time: {weekday}, {int(day):02} {month} {year} {time} {zone}\n"


def _zone_first(moment: str) -> str:
    weekday, month, day, time, year, zone = _parts(moment)
    return f"\nStatus as of:\n    {weekday} {month} {day:>2} {time} {zone} {year}\nSystem status: Online\n"


def _by_numbers(moment: str) -> str:
    _weekday, month, day, time, year, zone = _parts(moment)
    number = 1 + "JanFebMarAprMayJunJulAugSepOctNovDec".index(month) // 3
    return f"System time        : {year}-{number:02}-{int(day):02} {time} {zone}\nSystem status      : Online\n"


STATUS: tuple[Callable[[str], str], ...] = (
    lambda moment: f"Status as of:                  {moment}\nUp since:  Mon Jun  1 00:00:00 2026 GMT (3d)\n",
    lambda moment: (
        f"Up since: Mon Jun  1 00:00:00 2026 GMT (3d)\nstatus as of {moment.replace(' GMT', ' (GMT +00:00)')}.\n"
    ),
    _by_mail,
    _zone_first,
    _by_numbers,
    lambda moment: f"Status as of: {moment.replace(' GMT', ' +0000')}   System status: Online\n",
)
"""``status``, given the appliance's time; reported: that a line "Status as of:" is in it."""

WRONG_MODE: tuple[Question, ...] = (
    ("\nThis command can only be run in Cluster mode.\nWould you like to switch to 'cluster' mode?\n", "[Y]> "),
    ('This command is restricted to "cluster" mode.  Would you like to switch to "cluster"\nmode? ', "[Y]> "),
    (
        "Warning: the configuration level is Machine.\nThis command is not available at this level.\n"
        "Choose the level to switch to:\n1. Cluster Office\n2. Group Main_Group\n",
        "[1]> ",
    ),
    ("NOTICE: to run this command you have to be at the cluster level.\nSwitch to Cluster Office now? (y/n) ", "[y]> "),
    ("This command must be run from the cluster.\n\nDo you wish to switch to the cluster?\n", "[N]> "),
    ("Machine mode: command unavailable.\nYou may change the mode you are in and try again. Change it?\n", "[Y]> "),
)
"""What a command says in the wrong cluster mode; that there is a warning and an offer to switch is documented."""

UNCOMMITTED: tuple[str, ...] = (
    "Warning: There are uncommitted changes in this session.\n",
    "You have uncommitted changes. Type 'commit' to activate them.\n",
    "NOTE: uncommitted configuration changes are pending.\n",
    "\n*** Your changes have not been committed yet. ***\n",
    "Configuration changes pending commit (2 by admin).\n",
    "3 uncommitted changes exist, made by admin.\n",
)
"""How a session says that somebody's changes are not in force; seen: that it warns."""

SHOWCONFIG: tuple[Question, ...] = (
    (
        "Choose the passphrase option:\n"
        "1. Mask passphrases (Files with masked passphrases cannot be loaded using loadconfig command)\n"
        "2. Encrypt passphrases\n",
        "[1]> ",
    ),
    ("Do you want to mask the password? Files with masked passwords cannot be loaded using loadconfig.\n", "[Y]> "),
    (
        "Choose the password option:\n1. Mask passwords (Files with masked passwords cannot be loaded using\n"
        "loadconfig command)\n2. Encrypt passwords\n3. Plain passwords\n",
        "[1]> ",
    ),
    ("Would you like to mask passphrases in the output? ", "[N]> "),
    ("Mask the passphrases (a file with masked passphrases cannot be loaded)? ", "[Y]> "),
    ("How shall passwords be shown?\n  1.  Mask passwords\n  2.  Show them in clear\n", "[2]> "),
    (
        "Do you want to include passwords? Please be aware that a configuration\nwithout passwords will fail when "
        "reloaded with loadconfig.\n",
        "[N]> ",
    ),
)
"""What ``showconfig`` asks first: the first is seen, the second and third reported, the others synthetic."""
SHOWCONFIG_ANSWERS = ("1", "Y", "1", "Y", "Y", "1", "N")
"""What keeps the passwords out, in the same order: anything else would print them."""

WHICH_DOMAIN: tuple[Question, ...] = (
    ("Enter the domain name you wish to see, or 'all'.\n", "[]> "),
    ("Enter the domain you wish to view, or ALL for every entry:\n", "[ALL]> "),
    ('Please specify a destination ("all" shows every entry). ', "[]> "),
    ("For which domain do you want to see the details?\n", "[]> "),
    ("Domain name or all: ", "[all]> "),
    ("\nType the name of the destination host to display\n(all: the whole table)\n\n", "[] > "),
)
"""What ``destconfig``'s DETAIL asks; reported: that it asks for a domain and takes ``all``."""
