"""What lies over a screen until esc: the help, a choice, a question, a text to read, the palette's entries.

An overlay answers with a value (``None`` where it was left) and changes nothing itself.
"""
