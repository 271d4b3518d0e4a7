"""Cisco Secure Email Gateways (AsyncOS): a command line made of menus, walked and read.

``grammar`` knows prompts and refusals, ``session`` moves from prompt to prompt, ``walks`` say what is sent where; one
module per command reads what came back.  How sure each layout is stands with its parser: *seen* and *documented* ones
are held to their wording, for the others the parsers go by header words and labels and give up aloud.
"""
