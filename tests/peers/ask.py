"""Our engine, asked from inside the namespace: JSON lines in, JSON lines out, one process for many questions.

    python ask.py ANCHOR-FILE < questions

A question is one of ``{"resolver", "name", "type"}`` (the validator), ``{"resolver", "domain"}`` (the verdict, judged
as Postfix and as Exim in both modes) and ``{"resolver", "good", "bogus", "unsigned"}`` (the kind of resolver).
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import fleet.dane
from fleet.dane.ladder import SmtpSettings
from fleet.decision.judge import Judgement, judge
from fleet.dnssec.anchors import load_trust_anchors
from fleet.dnssec.client import Client
from fleet.dnssec.validator import Validator
from fleet.model import Mode, Policy
from fleet.model.resolver import References
from fleet.network.endpoint import Endpoint
from fleet.network.host import HostNetwork
from fleet.vantage.self_test import judge_resolvers

AT_ONCE = 8
UNPACED = SmtpSettings(per_address=8, new_per_second=10_000)
"""The servers are ours: nobody is to be spared."""

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
        verdict = await fleet.dane.verify(domain, self._network, [resolver], trust_anchors=self._anchors, smtp=UNPACED)
        return {
            policy: {mode: _told(judge(verdict, policy, mode)) for mode in Mode}
            for policy in (Policy.POSTFIX, Policy.EXIM)
        }

    async def kinds(self, question: Fields) -> Fields:
        references = References(*(tuple(question[group]) for group in ("good", "bogus", "unsigned")))
        found = await judge_resolvers(self._network, [Endpoint(question["resolver"], 53)], self._anchors, references)
        return {cell.transport: {"kind": cell.kind, "evidence": cell.judgement.evidence} for cell in found}


def _told(judgement: Judgement) -> Fields:
    return {
        "outcome": judgement.outcome,
        "action": judgement.action,
        "cause": judgement.cause,
        "mx": judgement.expected_path.row.mx,
        "reason": judgement.reason,
        "incomplete": judgement.incomplete,
    }


async def _all(questions: list[Fields], answer: Callable[[Fields], Awaitable[Fields]]) -> list[Fields]:
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
