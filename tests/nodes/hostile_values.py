"""What must never leave, values no slot may take, and what a hostile far end prints."""

import string

from hypothesis import strategies as st

FORBIDDEN = (
    "commit", "loadconfig", "saveconfig", "suspend", "reset", "delivernow", "clusterconfig", "new", "delete", "clear",
    "setup", "default", "import", "export", "search", "upgrade", "reboot", "shutdown", "rollback", "dnsflush", "passwd",
)  # fmt: skip
BAD = (
    "a;commit",
    "a\ncommit\n",
    "$(reboot)",
    "`id`",
    "../../etc/shadow",
    "/etc/postfix/../shadow",
    "-oProxyCommand=x",
    "a b",
    "a\x00b",
    "á.example",
    "fe80::1%eth0;x",
    "10.0.0.1;x",
    "hash:/etc/postfix/../shadow",
    "hash:/etc/shadow",
    "x:/etc/postfix/y",
    "hash:/etc/postfix/-x",
    "/etc/postfixed/x",
    "1\r\n",
    "|id",
    "a&b",
    "a>b",
    "'",
    '"',
    "\x03",
    "\x1b[A",
    " ",
    "",
    "-a.example",
    "a..b",
    ".example",
    "a_b.example",
    "0",
    "1000",
    0,
    1000,
    -1,
    True,
    None,
    1.5,
    b"x",
)

PROMPTS = st.sampled_from(
    ["gw1> ", "[]> ", "[Y]> ", "[N]> ", "[commit]> ", "(Cluster x)> ", "Password:", "(y/n)? ",
     "-Press Any Key For More-", "", "root@gw1:~# ", "[1]> ", "[]> \r\n", "gw1> \x1b[31m"]
)  # fmt: skip
MENU_TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            ["Choose the operation you want to perform:", "- COMMIT - Commit.", "- LIST - List.", "- PRINT - Print.",
             "- EDIT - Edit.", "- DELETE - Delete.", "- HOSTACCESS - HAT.", "- RCPTACCESS - RAT.", "1. commit",
             "1. Mask passwords", "2. delete everything", "Do you want to commit your changes?", "domain",
             "Mask the passwords?", "could take a while", "There are uncommitted changes",
             "You are not in the correct access group to use this", "1. out (on D1, 192.0.2.1) SMTP TCP Port 25 Public"]
        ),
        st.text(string.printable, max_size=30),
    ),
    max_size=8,
)  # fmt: skip
