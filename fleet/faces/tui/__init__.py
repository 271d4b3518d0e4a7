"""The dashboard: screens in a terminal, for hours, over a slow line, and with hostile text on them.

What Textual is used for and what not was measured, not guessed.  Rows and panels are drawn a line at a time by widgets
of our own (``widgets.line_table``, ``widgets.panel_wall``, ``widgets.log_view``) that repaint only the cells that
changed: a stock table sends fourteen times the bytes.  Widgets hold no truth: they show frozen rows of ``fleet.views``,
and what the user chose is one frozen ``Arrangement`` per view.

* ``actions`` is the one table of what a user can do; keys, help, palette, ``:`` line and footer come from it.
* ``safe`` is the only place where text becomes something a terminal shows.
* ``look`` and ``themes`` are glyphs and colours: a state is glyph and word before it is a colour.
* ``engine`` says what the dashboard asks of whoever runs checks and polls.  It never does either itself.
* ``screens`` are the six views, ``overlays`` what lies over them, ``app`` holds it together.

**A screen is added** by a row in ``actions.table.VIEWS`` and a class in ``screens.SCREENS`` that extends
``screens.view.ViewScreen``: it composes its body and shows what ``arranged()`` gives it when ``show_view`` is called,
which happens at most a few times a second and only while it is seen.

Only this package may import textual.  May import ``fleet.views``, ``fleet.settings``, ``fleet.faces.export``,
``fleet.clock``, ``fleet.errors`` and ``fleet.text``.
"""
