"""Widgets that draw lines themselves: what did not change is not sent again.

``drawing`` is the base they share (styles of marks, cells to segments), ``line_table`` a table of any size, ``wall``
and ``panel`` a wall of panels from a pool, ``log_view`` a log over a bounded ring, ``header``, ``footer`` and ``entry``
the frame around them.
"""
