"""AsyncOS: the vendor's two tables (15 mandatory rows, 14 opportunistic ones) as data, and what they leave open.

Read it beside the tables: one line here is one line there, in the same order.  Below them stand the states the tables
do not list, each with what it rests on.  A *DANE fail* keeps the message in the delivery queue until the bounce
profile's timer ends, in opportunistic mode too; a *fallback* hands it to the TLS level of the destination control.

The opportunistic table has no certificate for "insecure, secure, secure": it falls back whatever the certificate.

May import ``fleet.model``, ``fleet.decision.states`` and ``fleet.decision.table``.
"""

from fleet.decision.states import AddressState as A
from fleet.decision.states import CertificateState as C
from fleet.decision.states import MxState as M
from fleet.decision.states import TlsaState as T
from fleet.decision.table import Basis, Reading, Row, Table, both_modes, numbered
from fleet.model import Action, Mode

_MAN, _OPP = Mode.MANDATORY, Mode.OPPORTUNISTIC
_SUCCESS, _FAIL, _FALLBACK = Action.SUCCESS, Action.FAIL, Action.FALLBACK

MANDATORY = (
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, _SUCCESS, "vendor's table, mandatory row 1"),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.FAILED, _FAIL, "vendor's table, mandatory row 2"),
    Row(_MAN, M.SECURE, A.SECURE, T.INSECURE, None, _FAIL, "vendor's table, mandatory row 3"),
    Row(_MAN, M.SECURE, A.SECURE, T.NXDOMAIN, None, _FAIL, "vendor's table, mandatory row 4"),
    Row(_MAN, M.SECURE, A.SECURE, T.BOGUS, None, _FAIL, "vendor's table, mandatory row 5"),
    Row(_MAN, M.SECURE, A.INSECURE, None, None, _FAIL, "vendor's table, mandatory row 6"),
    Row(_MAN, M.SECURE, A.BOGUS, None, None, _FAIL, "vendor's table, mandatory row 7"),
    Row(_MAN, M.INSECURE, A.SECURE, T.SECURE, C.SUCCESS, _FAIL, "vendor's table, mandatory row 8"),
    Row(_MAN, M.INSECURE, A.SECURE, T.SECURE, C.FAILED, _FAIL, "vendor's table, mandatory row 9"),
    Row(_MAN, M.INSECURE, A.SECURE, T.INSECURE, None, _FAIL, "vendor's table, mandatory row 10"),
    Row(_MAN, M.INSECURE, A.SECURE, T.NXDOMAIN, None, _FAIL, "vendor's table, mandatory row 11"),
    Row(_MAN, M.INSECURE, A.SECURE, T.BOGUS, None, _FAIL, "vendor's table, mandatory row 12"),
    Row(_MAN, M.INSECURE, A.INSECURE, None, None, _FAIL, "vendor's table, mandatory row 13"),
    Row(_MAN, M.INSECURE, A.BOGUS, None, None, _FAIL, "vendor's table, mandatory row 14"),
    Row(_MAN, M.BOGUS, None, None, None, _FAIL, "vendor's table, mandatory row 15"),
)

OPPORTUNISTIC = (
    Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, _SUCCESS, "vendor's table, opportunistic row 1"),
    Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.FAILED, _FAIL, "vendor's table, opportunistic row 2"),
    Row(_OPP, M.SECURE, A.SECURE, T.INSECURE, None, _FALLBACK, "vendor's table, opportunistic row 3"),
    Row(_OPP, M.SECURE, A.SECURE, T.NXDOMAIN, None, _FALLBACK, "vendor's table, opportunistic row 4"),
    Row(_OPP, M.SECURE, A.SECURE, T.BOGUS, None, _FAIL, "vendor's table, opportunistic row 5"),
    Row(_OPP, M.SECURE, A.INSECURE, None, None, _FALLBACK, "vendor's table, opportunistic row 6"),
    Row(_OPP, M.SECURE, A.BOGUS, None, None, _FAIL, "vendor's table, opportunistic row 7"),
    Row(_OPP, M.INSECURE, A.SECURE, T.SECURE, None, _FALLBACK, "vendor's table, opportunistic row 8"),
    Row(_OPP, M.INSECURE, A.SECURE, T.INSECURE, None, _FALLBACK, "vendor's table, opportunistic row 9"),
    Row(_OPP, M.INSECURE, A.SECURE, T.NXDOMAIN, None, _FALLBACK, "vendor's table, opportunistic row 10"),
    Row(_OPP, M.INSECURE, A.SECURE, T.BOGUS, None, _FAIL, "vendor's table, opportunistic row 11"),
    Row(_OPP, M.INSECURE, A.INSECURE, None, None, _FALLBACK, "vendor's table, opportunistic row 12"),
    Row(_OPP, M.INSECURE, A.BOGUS, None, None, _FAIL, "vendor's table, opportunistic row 13"),
    Row(_OPP, M.BOGUS, None, None, None, _FAIL, "vendor's table, opportunistic row 14"),
)

_ASSUMED = Basis.ASSUMED
_UNUSABLE_NOTE = "the vendor does not say whether unusable TLSA records hold mail or merely make TLS compulsory"

BEYOND = (
    *both_modes(
        Row(_OPP, M.NULL, None, None, None, Action.UNDELIVERABLE, "RFC 7505", _ASSUMED),
        Row(_OPP, M.NO_DOMAIN, None, None, None, Action.UNDELIVERABLE, "RFC 5321 5.1", _ASSUMED),
        Row(
            _OPP,
            M.FAILED,
            None,
            None,
            None,
            Action.SOFT_ERROR,
            "vendor's log: the next resolver is asked",
            Basis.SEED_LOG,
        ),
        Row(_OPP, M.SECURE, A.NO_ADDRESS, None, None, Action.NEXT_HOST, "RFC 5321 5.1", _ASSUMED),
        Row(_OPP, M.INSECURE, A.NO_ADDRESS, None, None, Action.NEXT_HOST, "RFC 5321 5.1", _ASSUMED),
        Row(_OPP, M.SECURE, A.FAILED, None, None, Action.SOFT_ERROR, "RFC 7672 2.1.2", _ASSUMED),
        Row(_OPP, M.INSECURE, A.FAILED, None, None, Action.SOFT_ERROR, "RFC 7672 2.1.2", _ASSUMED),
        Row(
            _OPP,
            M.SECURE,
            A.AAAA_ERROR_IPV6_REQUIRED,
            None,
            None,
            Action.UNKNOWN,
            "vendor's log",
            Basis.SEED_LOG,
            "with Require IPv6 nothing says what the appliance does without a valid AAAA",
        ),
        Row(
            _OPP,
            M.INSECURE,
            A.AAAA_ERROR_IPV6_REQUIRED,
            None,
            None,
            Action.UNKNOWN,
            "vendor's log",
            Basis.SEED_LOG,
            "with Require IPv6 nothing says what the appliance does without a valid AAAA",
        ),
        Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT),
    ),
    Row(_OPP, M.SECURE, A.SECURE, T.UNUSABLE, C.NO_STARTTLS, _FAIL, "RFC 7672 2.2", _ASSUMED, "TLS is compulsory"),
    Row(_OPP, M.SECURE, A.SECURE, T.UNUSABLE, C.HANDSHAKE_FAILED, _FAIL, "RFC 7672 2.2", _ASSUMED, "TLS is compulsory"),
    Row(_OPP, M.SECURE, A.SECURE, T.UNUSABLE, None, Action.FAIL_OR_TLS, "RFC 7672 2.2", _ASSUMED, _UNUSABLE_NOTE),
    Row(_MAN, M.SECURE, A.SECURE, T.UNUSABLE, None, _FAIL, "RFC 7672 2.2", _ASSUMED),
    Row(_OPP, M.INSECURE, A.SECURE, T.UNUSABLE, None, _FALLBACK, "as vendor's table, opportunistic row 8", _ASSUMED),
    Row(_MAN, M.INSECURE, A.SECURE, T.UNUSABLE, None, _FAIL, "as vendor's table, mandatory row 8", _ASSUMED),
    # The mandatory table fails an insecure MX with either certificate; a session not held cannot change that.
    Row(_MAN, M.INSECURE, A.SECURE, T.SECURE, None, _FAIL, "vendor's table, mandatory rows 8 and 9"),
)

READINGS = (
    Reading(M.IMPLICIT_SECURE, M.SECURE, _ASSUMED, "RFC 5321 5.1", "no MX: the domain is its own mail host"),
    Reading(M.IMPLICIT_INSECURE, M.INSECURE, _ASSUMED, "RFC 5321 5.1", "no MX: the domain is its own mail host"),
    Reading(A.AAAA_ERROR, A.SECURE, Basis.SEED_LOG, "vendor's log", "the AAAA error does not fail the host"),
    Reading(A.CNAME_FAILED, A.SECURE, Basis.SEED_LOG, "vendor's log", 'the failed CNAME query counts as "no CNAME"'),
    Reading(
        A.INSECURE_SECURE_CNAME,
        A.INSECURE,
        Basis.SEED,
        "vendor's table, row secure/insecure",
        "RFC 7672 2.2.2 would ask for TLSA at the alias",
    ),
    Reading(T.NODATA, T.NXDOMAIN, _ASSUMED, "vendor's row NXDOMAIN, denial assumed"),
    Reading(T.INSECURE_NXDOMAIN, T.NXDOMAIN, _ASSUMED, "vendor's row NXDOMAIN, denial assumed"),
    Reading(T.INSECURE_NODATA, T.NXDOMAIN, _ASSUMED, "vendor's row NXDOMAIN, denial assumed"),
    Reading(T.FAILED, T.BOGUS, _ASSUMED, "RFC 7672 2.1.2", "a failed TLSA lookup counts as bogus"),
    Reading(C.NO_STARTTLS, C.FAILED, _ASSUMED, "RFC 7672 2.2.3", "no STARTTLS counts as a failed certificate"),
    Reading(
        C.HANDSHAKE_FAILED, C.FAILED, _ASSUMED, "RFC 7672 2.2", "a failed handshake counts as a failed certificate"
    ),
)

TABLE = Table(numbered(MANDATORY, OPPORTUNISTIC, BEYOND), READINGS)
