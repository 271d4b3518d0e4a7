"""RFC 7672: what the ideal client does, on its own validation.

Per MX host and never per domain: a host whose lookups fail or whose certificate does not match is skipped and the next
one is tried (2.1.2, 2.2).  An insecure MX may still lead to hosts with secure TLSA records (2.2.1, MAY): this client
takes that choice, authenticates the host and never sends in clear to it (2.2.3), but does not call the delivery secure.

May import ``fleet.model``, ``fleet.decision.states`` and ``fleet.decision.table``.
"""

from fleet.decision.states import AddressState as A
from fleet.decision.states import CertificateState as C
from fleet.decision.states import MxState as M
from fleet.decision.states import TlsaState as T
from fleet.decision.table import Basis, Reading, Row, Table, both_modes, numbered
from fleet.model import Action, Mode

_MAN, _OPP = Mode.MANDATORY, Mode.OPPORTUNISTIC
_RFC = Basis.RFC
_MX_NOTE = "the MX is insecure: the host is authenticated, but whoever forges the MX chooses the host"

_HOSTS = both_modes(
    Row(_OPP, M.NULL, None, None, None, Action.UNDELIVERABLE, "RFC 7505", _RFC),
    Row(_OPP, M.NO_DOMAIN, None, None, None, Action.UNDELIVERABLE, "RFC 5321 5.1", _RFC),
    Row(_OPP, M.FAILED, None, None, None, Action.SOFT_ERROR, "RFC 7672 2.1.2", _RFC),
    Row(_OPP, M.BOGUS, None, None, None, Action.FAIL, "RFC 7672 2.1.2", _RFC),
    *(
        row
        for mx in (M.SECURE, M.INSECURE)
        for row in (
            Row(_OPP, mx, A.NO_ADDRESS, None, None, Action.NEXT_HOST, "RFC 5321 5.1", _RFC),
            Row(_OPP, mx, A.FAILED, None, None, Action.SOFT_ERROR, "RFC 7672 2.1.2", _RFC),
            Row(_OPP, mx, A.BOGUS, None, None, Action.FAIL, "RFC 7672 2.1.2", _RFC),
        )
    ),
)

_MANDATORY = (
    Row(_MAN, M.INSECURE, A.SECURE, None, None, Action.FAIL, "RFC 7672 2.2.1", _RFC),
    Row(_MAN, M.INSECURE, A.INSECURE, None, None, Action.FAIL, "RFC 7672 2.2.1", _RFC),
    Row(_MAN, M.SECURE, A.INSECURE, None, None, Action.FAIL, "RFC 7672 2.2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.INSECURE, None, Action.FAIL, "RFC 7672 2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.NXDOMAIN, None, Action.FAIL, "RFC 7672 2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.BOGUS, None, Action.FAIL, "RFC 7672 2.1.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.UNUSABLE, None, Action.FAIL, "RFC 7672 2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "RFC 7672 2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "RFC 7672 2.2", _RFC),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT),
)

_OPPORTUNISTIC = tuple(
    row
    for mx, note in ((M.SECURE, ""), (M.INSECURE, _MX_NOTE))
    for row in (
        Row(_OPP, mx, A.INSECURE, None, None, Action.FALLBACK, "RFC 7672 2.2.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.INSECURE, None, Action.FALLBACK, "RFC 7672 2.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.NXDOMAIN, None, Action.FALLBACK, "RFC 7672 2.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.BOGUS, None, Action.FAIL, "RFC 7672 2.1.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.UNUSABLE, C.FAILED, Action.FAIL, "RFC 7672 2.2", _RFC, "TLS is compulsory"),
        Row(_OPP, mx, A.SECURE, T.UNUSABLE, None, Action.TLS_UNAUTHENTICATED, "RFC 7672 2.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "RFC 7672 2.2", _RFC, note),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "RFC 7672 2.2", _RFC),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT, note),
    )
)

_READINGS = (
    Reading(M.IMPLICIT_SECURE, M.SECURE, _RFC, "RFC 7672 2.2.1", "no MX: the domain is its own mail host"),
    Reading(M.IMPLICIT_INSECURE, M.INSECURE, _RFC, "RFC 7672 2.2.1", "no MX: the domain is its own mail host"),
    Reading(A.AAAA_ERROR, A.SECURE, _RFC, "RFC 7672 2.2.2", "the proven A record is used"),
    Reading(A.AAAA_ERROR_IPV6_REQUIRED, A.FAILED, _RFC, "RFC 7672 2.1.2", "no address of the required family"),
    Reading(A.CNAME_FAILED, A.FAILED, _RFC, "RFC 7672 2.1.3", "an error in alias expansion fails the lookup"),
    Reading(A.INSECURE_SECURE_CNAME, A.SECURE, _RFC, "RFC 7672 2.2.2", "TLSA is asked at the alias"),
    Reading(T.NODATA, T.NXDOMAIN, _RFC, "RFC 7672 2.1.1"),
    Reading(T.INSECURE_NXDOMAIN, T.NXDOMAIN, _RFC, "RFC 7672 2.1.1"),
    Reading(T.INSECURE_NODATA, T.NXDOMAIN, _RFC, "RFC 7672 2.1.1"),
    Reading(T.FAILED, T.BOGUS, _RFC, "RFC 7672 2.1.2"),
    Reading(C.NO_STARTTLS, C.FAILED, _RFC, "RFC 7672 2.2.3"),
    Reading(C.HANDSHAKE_FAILED, C.FAILED, _RFC, "RFC 7672 2.2"),
)

TABLE = Table(numbered(_HOSTS, _MANDATORY, _OPPORTUNISTIC), _READINGS)
