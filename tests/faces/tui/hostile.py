"""Strings that strangers' servers may send: markup, escapes, bidi, zero width, endless lines."""

HOSTILE = (
    "[/]",
    "[bold",
    "[a=b",
    '[link="x',
    "[@click=app.quit]250 mx[/]",
    "[red]x[/red] [$error]y[/]",
    "$mark-fail \\[b] \\\\[/b]",
    "\x1b]52;c;ZXZpbA==\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[41mred\x1b[0m\x1b[2J\x1b[H",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x9b31m\x9d52;c;eA==\x9c\x90q\x9c",
    "a\x00b\x07c\x08d\x0be\x0cf\x7fg\rh\ni\tj",
    "\u202etxt.exe\u202c \u2066x\u2069",
    "ze\u200bro\u200d\ufeffwidth\u2060",
    "\ud800\udcff lone",
    "\U000e0041tag \ue000private",
    "日本語のメール🙂e\u0301\u0301\u0301",
    "x" * 10_000,
    "[" * 10_000,
    "日" * 10_000,
    "\x1b" * 10_000,
    "",
    " ",
)
"""The corpus."""

OURS_ON_A_PTY = rb"""
    \x1b\[ [0-9;:?<>=]* [ !-/]* [@-~]    # CSI: colours, cursor, modes, queries of features
  | \x1b[()][A-Z0-9]                     # character sets
  | \x1b[78=>]                           # save, restore, keypad
  | \x1b\]9;fleet:[^\x00-\x1f\x7f]*\x07   # a notification, which says nothing but text
  | \x1b\]22;[a-z-]*\x07                 # the shape of the mouse pointer
"""
"""Every sequence the dashboard itself may send; whatever else begins with a control byte came from outside."""
