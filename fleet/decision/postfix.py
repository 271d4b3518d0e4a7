"""Postfix smtp(8) 3.6 and later at the levels ``dane`` (opportunistic) and ``dane-only`` (mandatory).

Postfix does not validate: *secure* is the resolver's AD bit, *failed* its SERVFAIL, and *bogus* never reaches it (a
validating resolver turns it into SERVFAIL, others pass it as insecure).  It acts per MX host.  With the
default ``smtp_tls_dane_insecure_mx_policy = dane`` a secure TLSA record counts behind an insecure MX too; the delivery
is then logged Trusted, not Verified, and the certificate may carry the next hop's name there as well (seen with 3.7,
more than RFC 7672 3.2.2 allows).  Without MX records there is no MX whose proof could be missed: the
address alone decides.

May import ``fleet.model``, ``fleet.decision.states`` and ``fleet.decision.table``.
"""

from fleet.decision.states import AddressState as A
from fleet.decision.states import CertificateState as C
from fleet.decision.states import MxState as M
from fleet.decision.states import TlsaState as T
from fleet.decision.table import Basis, Reading, Row, Table, both_modes, numbered
from fleet.model import Action, Mode

_MAN, _OPP = Mode.MANDATORY, Mode.OPPORTUNISTIC
_POSTFIX = Basis.PLATFORM
_TRUSTED = "Postfix logs this Trusted, not Verified: the MX is insecure, whoever forges it chooses the host"

_HOSTS = both_modes(
    Row(_OPP, M.NULL, None, None, None, Action.UNDELIVERABLE, "Postfix: null MX is bounced", _POSTFIX),
    Row(_OPP, M.NO_DOMAIN, None, None, None, Action.UNDELIVERABLE, "Postfix: no such domain is bounced", _POSTFIX),
    Row(_OPP, M.FAILED, None, None, None, Action.SOFT_ERROR, "Postfix: MX lookup error defers", _POSTFIX),
    *(
        row
        for mx in (M.SECURE, M.INSECURE)
        for row in (
            Row(_OPP, mx, A.NO_ADDRESS, None, None, Action.NEXT_HOST, "Postfix: host without address", _POSTFIX),
            Row(_OPP, mx, A.FAILED, None, None, Action.SOFT_ERROR, "Postfix: address lookup error", _POSTFIX),
        )
    ),
)

_MANDATORY = (
    Row(_MAN, M.INSECURE, A.SECURE, None, None, Action.FAIL, "dane-only: non DNSSEC destination", _POSTFIX),
    Row(_MAN, M.INSECURE, A.INSECURE, None, None, Action.FAIL, "dane-only: non DNSSEC destination", _POSTFIX),
    Row(_MAN, M.SECURE, A.INSECURE, None, None, Action.FAIL, "dane-only: no TLSA records found", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.INSECURE, None, Action.FAIL, "dane-only: no TLSA records found", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.NXDOMAIN, None, Action.FAIL, "dane-only: no TLSA records found", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.FAILED, None, Action.FAIL, "dane-only: TLSA lookup error", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.UNUSABLE, None, Action.FAIL, "dane-only: TLSA records unusable", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "dane-only: Verified", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "dane-only: not verified", _POSTFIX),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT),
)

_OPPORTUNISTIC = tuple(
    row
    for mx, note in ((M.SECURE, ""), (M.INSECURE, _TRUSTED))
    for row in (
        Row(_OPP, mx, A.INSECURE, None, None, Action.FALLBACK, "dane: as level may", _POSTFIX),
        Row(_OPP, mx, A.SECURE, T.INSECURE, None, Action.FALLBACK, "dane: as level may", _POSTFIX),
        Row(_OPP, mx, A.SECURE, T.NXDOMAIN, None, Action.FALLBACK, "dane: as level may", _POSTFIX),
        Row(_OPP, mx, A.SECURE, T.FAILED, None, Action.FAIL, "dane: TLSA lookup error", _POSTFIX),
        Row(
            _OPP, mx, A.SECURE, T.UNUSABLE, C.FAILED, Action.FAIL, "dane: level encrypt", _POSTFIX, "TLS is compulsory"
        ),
        Row(_OPP, mx, A.SECURE, T.UNUSABLE, None, Action.TLS_UNAUTHENTICATED, "dane: level encrypt", _POSTFIX),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "dane: authenticated", _POSTFIX, note),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "dane: not verified", _POSTFIX),
        Row(_OPP, mx, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT, note),
    )
)

_NO_MX = "without MX records Postfix asks no proof of them: the address decides"
_SERVFAIL = "a validating resolver answers SERVFAIL"

_READINGS = (
    Reading(M.IMPLICIT_SECURE, M.SECURE, _POSTFIX, "Postfix: no MX", _NO_MX),
    Reading(M.IMPLICIT_INSECURE, M.SECURE, _POSTFIX, "Postfix: no MX", _NO_MX),
    Reading(M.BOGUS, M.FAILED, _POSTFIX, "Postfix does not validate", _SERVFAIL),
    Reading(A.BOGUS, A.FAILED, _POSTFIX, "Postfix does not validate", _SERVFAIL),
    Reading(T.BOGUS, T.FAILED, _POSTFIX, "Postfix does not validate", _SERVFAIL),
    Reading(A.AAAA_ERROR, A.SECURE, _POSTFIX, "Postfix: one family is enough"),
    Reading(A.AAAA_ERROR_IPV6_REQUIRED, A.FAILED, _POSTFIX, "Postfix: inet_protocols = ipv6"),
    Reading(A.CNAME_FAILED, A.FAILED, _POSTFIX, "Postfix: CNAME lookup error"),
    Reading(A.INSECURE_SECURE_CNAME, A.SECURE, _POSTFIX, "Postfix: TLSA at the alias", "TLSA is asked at the alias"),
    Reading(T.NODATA, T.NXDOMAIN, _POSTFIX, "Postfix: no TLSA records found"),
    Reading(T.INSECURE_NXDOMAIN, T.NXDOMAIN, _POSTFIX, "Postfix: no TLSA records found"),
    Reading(T.INSECURE_NODATA, T.NXDOMAIN, _POSTFIX, "Postfix: no TLSA records found"),
    Reading(C.NO_STARTTLS, C.FAILED, _POSTFIX, "Postfix: TLS is required but not offered"),
    Reading(C.HANDSHAKE_FAILED, C.FAILED, _POSTFIX, "Postfix: cannot start TLS"),
)

TABLE = Table(numbered(_HOSTS, _MANDATORY, _OPPORTUNISTIC), _READINGS)
