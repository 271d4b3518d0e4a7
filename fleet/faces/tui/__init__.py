"""The dashboard: screens in a terminal, for hours, over a slow line, and with hostile text on them.

What Textual is used for and what not was measured, not guessed.  Rows and panels are drawn a line at a time by widgets
of our own (``widgets.line_table``, ``widgets.panel_wall``, ``widgets.log_view``) that repaint only the cells that
changed: a stock table sends fourteen times the bytes.  Widgets hold no truth: they show frozen rows of ``fleet.views``,
and what the user chose is one frozen ``Arrangement`` per view.

* ``actions`` is the one table of what a user can do; keys, help, palette, ``:`` line and footer come from it.
* ``safe`` is the only place where text becomes something a terminal shows.
* ``look`` and ``themes`` are glyphs and colours: a state is glyph and word before it is a colour.
* ``engine`` says what the dashboard asks of whoever runs checks and polls.  It never does either itself.
* ``screens`` are the six views (``view``) and the closer look at one object (``closer``), ``overlays`` what lies over
  them, ``delivery`` is what leaves the program (clipboard, files, editor), ``app`` holds it together.

**A screen is added** by a row in ``actions.table.VIEWS``, its class in ``screens.SCREENS`` and ``action_view_<id>`` of
``app``; tests fail until all three agree.  The class extends ``screens.view.ViewScreen``: ``make_body`` makes its
widget once, ``show_body`` gives the widget ``self.shown`` (rows filtered and sorted), a few times a second at most and
only while the screen is seen.  Without either it is a table of what ``engine.table(VIEW)`` says.

Only this package may import textual.  May import ``fleet.views``, ``fleet.settings``, ``fleet.faces.export``,
``fleet.clock``, ``fleet.errors`` and ``fleet.text``.
"""
