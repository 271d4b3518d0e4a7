"""Ids: unpredictable, and never the same stock of them in two processes."""

import os

from fleet.dnssec.message_id import message_id


def test_ids_are_two_octets_and_spread_over_all_there_are() -> None:
    drawn = [message_id() for _ in range(20_000)]
    assert {len(one) for one in drawn} == {2}
    # 20,000 of 65,536 at random leave about 17,200 different ones; a counter or a short cycle would not.
    assert 16_500 < len(set(drawn)) < 17_900


def test_a_forked_process_does_not_repeat_what_its_parent_will_send() -> None:
    message_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(message_id() for _ in range(64)))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 1024) != b"".join(message_id() for _ in range(64))
