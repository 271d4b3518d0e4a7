"""Our engine, asked from inside the namespace: JSON lines in, JSON lines out, one process for many questions.

    python ask.py ANCHOR-FILE < questions

A question is one of ``{"resolver", "name", "type"}`` (the validator), ``{"resolver", "domain"}`` (the verdict, judged
as Postfix in both modes) and ``{"resolver", "good", "bogus", "unsigned"}`` (the kind of resolver).
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from fleet.dnssec.validator import Validator

from fleet.decision.judge import judge
from fleet.dnssec.anchors import load_trust_anchors
from fleet.dnssec.client import Client
from fleet.model import Mode, Policy
from fleet.network.endpoint import Endpoint
from fleet.network.host import HostNetwork
from fleet.vantage.resolver_kind import References
from fleet.vantage.self_test import judge_resolvers

AT_ONCE = 8

Fields = dict[str, Any]


class Engine:
    """One validator per resolver, so that caches are shared as a check would share them."""

    def __init__(self, anchor_file: str) -> None:
        self._anchors = load_trust_anchors(anchor_file)
        self._network = HostNetwork()
        self._validators: dict[str, Validator] = {}

    async def answer(self, question: Fields) -> Fields:
        if "domain" in question:
            return await self.judge(question["resolver"], question["domain"])
        if "good" in question:
            return await self.kinds(question)
        return await self.validate(question["resolver"], question["name"], question["type"])

    async def validate(self, resolver: str, name: str, rdtype: str) -> Fields:
        if resolver not in self._validators:
            self._validators[resolver] = Validator(Client(self._network, resolver), self._anchors)
        answer = await self._validators[resolver].resolve(name, rdtype)
        return {
            "security": answer.security,
            "existence": answer.existence,
            "code": answer.why and answer.why.code,
            "why": answer.why and answer.why.sentence,
            "failure": answer.failure and answer.failure.sentence,
            "ad": answer.ad,
            "rcode": answer.word and answer.word.rcode,
        }

    async def judge(self, resolver: str, domain: str) -> Fields:
        import fleet.dane
        from fleet.dane.ladder import SmtpSettings

        UNPACED = SmtpSettings(per_address=8, new_per_second=10_000)
        verdict = await fleet.dane.verify(domain, self._network, [resolver], trust_anchors=self._anchors, smtp=UNPACED)
        judged = {mode: judge(verdict, Policy.POSTFIX, mode) for mode in Mode}
        return {
            mode: {
                "outcome": found.outcome,
                "action": found.action,
                "proven": found.expected_path.row.mx,
                "reason": found.reason,
                "cause": found.cause,
                "incomplete": found.incomplete,
            }
            for mode, found in judged.items()
        }

    async def kinds(self, question: Fields) -> Fields:
        references = References(*(tuple(question[group]) for group in ("good", "bogus", "unsigned")))
        found = await judge_resolvers(self._network, [Endpoint(question["resolver"], 53)], self._anchors, references)
        return {cell.transport: {"kind": cell.kind, "evidence": cell.judgement.evidence} for cell in found}


async def _all(questions: list[Fields], answer: Callable[[Fields], Any]) -> list[Fields]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(question: Fields) -> Fields:
        async with gate:
            return await answer(question)

    return list(await asyncio.gather(*(one(question) for question in questions)))


def main() -> None:
    """Answer every question on stdin, in order."""
    engine = Engine(sys.argv[1])
    questions = [json.loads(line) for line in sys.stdin]
    for answer in asyncio.run(_all(questions, engine.answer)):
        print(json.dumps(answer))


if __name__ == "__main__":
    main()
