"""The running program: profile, history, schedules, polls, checks, rules and forecast behind one door.

The rooms below know nothing of each other's life: the monitor schedules functions it is given, nodes are polled by
whoever calls, rules and forecast are pure.  Here they are put together into what the dashboard calls an *engine*:

* ``profile_file`` follows the profile on disk; a save is read again and judged again;
* ``polling`` and ``checking`` are the two functions the monitor schedules, ``targets`` says what there is to check, and
  ``auditing`` which resolvers are worth asking;
* ``judging`` keeps what follows from State (findings, forecast), off the loop and only where something changed;
* ``past`` reads events back from the history while somebody looks at them;
* ``picture`` is State with its views, which every engine has; ``live`` polls and checks, ``recorded`` shows a history
  that was recorded or that another process writes, and refuses to act with a sentence;
* ``deeds`` answers what is asked for on the screen, ``looking`` the part of it that only looks;
* ``observing`` polls once, for commands; ``adopting`` writes what nodes really do into the profile;
* ``service`` offers what an engine knows without a screen: metrics (``metrics_server``), a textfile, lines of events;
* ``demo`` is the fleet of the lab.

Nothing starts before it is needed: the screen is painted first, then the history is read in slices, then work begins.
Everything ends within a second, whatever hangs.

Stands between ``faces.tui`` (whose ``engine`` protocol and no widget it knows) and ``faces.cli``.  May import every
room below, but neither textual, asyncssh, dnspython nor cryptography itself.
"""
