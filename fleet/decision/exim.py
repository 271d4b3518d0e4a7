"""Exim's smtp transport: ``hosts_try_dane`` (opportunistic, on by default) and ``hosts_require_dane`` (mandatory).

Exim believes the resolver's AD bit.  DANE happens only where both MX and address were answered with AD; behind an
insecure MX no TLSA question is asked at all.  TLSA is asked at the expanded name of an alias and nowhere else, and that
name is the only one a certificate may carry.  A host whose TLSA lookup fails, or whose certificate does not match, is
gone past; if no host is left the message waits.

``hosts_require_dane`` tells two refusals apart.  Where DANE *fails*, it is as above.  Where there is *no DANE* (an
answer without AD, no TLSA records), the message is returned at once, before any connection and without a look at the
other hosts.  And where all TLSA records are unusable it delivers over TLS without authentication, just as
``hosts_try_dane`` does.  All of it was seen with Exim 4.96 on GnuTLS 3.7 and is held to it in ``tests/peers``.

May import ``fleet.model``, ``fleet.decision.states`` and ``fleet.decision.table``.
"""

from fleet.decision.states import AddressState as A
from fleet.decision.states import CertificateState as C
from fleet.decision.states import MxState as M
from fleet.decision.states import TlsaState as T
from fleet.decision.table import Basis, Reading, Row, Table, both_modes, numbered
from fleet.model import Action, Mode

_MAN, _OPP = Mode.MANDATORY, Mode.OPPORTUNISTIC
_EXIM, _ASSUMED = Basis.PLATFORM, Basis.ASSUMED
_AT_ONCE = "the message is returned at once, and no other host is tried"
_SURPRISE = "although DANE is required, records that cannot be used are enough: TLS, and nobody is authenticated"

_HOSTS = both_modes(
    Row(_OPP, M.NULL, None, None, None, Action.UNDELIVERABLE, "Exim: null MX is bounced", _EXIM),
    Row(_OPP, M.NO_DOMAIN, None, None, None, Action.UNDELIVERABLE, "Exim: unrouteable address", _EXIM),
    Row(_OPP, M.FAILED, None, None, None, Action.SOFT_ERROR, "Exim: MX lookup defers", _EXIM),
    *(
        row
        for mx in (M.SECURE, M.INSECURE)
        for row in (
            Row(_OPP, mx, A.NO_ADDRESS, None, None, Action.NEXT_HOST, "Exim: host without address", _EXIM),
            Row(_OPP, mx, A.FAILED, None, None, Action.SOFT_ERROR, "Exim: address lookup defers", _EXIM),
        )
    ),
)

_MANDATORY = (
    Row(_MAN, M.INSECURE, A.SECURE, None, None, Action.BOUNCE, "hosts_require_dane: not DNSSEC", _EXIM, _AT_ONCE),
    Row(_MAN, M.INSECURE, A.INSECURE, None, None, Action.BOUNCE, "hosts_require_dane: not DNSSEC", _EXIM, _AT_ONCE),
    Row(_MAN, M.SECURE, A.INSECURE, None, None, Action.BOUNCE, "hosts_require_dane: not DNSSEC", _EXIM, _AT_ONCE),
    Row(_MAN, M.SECURE, A.SECURE, T.INSECURE, None, Action.BOUNCE, "hosts_require_dane: no TLSA", _EXIM, _AT_ONCE),
    Row(_MAN, M.SECURE, A.SECURE, T.NXDOMAIN, None, Action.BOUNCE, "hosts_require_dane: no TLSA", _EXIM, _AT_ONCE),
    Row(_MAN, M.SECURE, A.SECURE, T.FAILED, None, Action.FAIL, "hosts_require_dane: TLSA lookup", _EXIM),
    Row(_MAN, M.SECURE, A.SECURE, T.UNUSABLE, C.FAILED, Action.FAIL, "hosts_require_dane: TLS is forced", _EXIM),
    Row(
        _MAN,
        M.SECURE,
        A.SECURE,
        T.UNUSABLE,
        None,
        Action.TLS_UNAUTHENTICATED,
        "seen with Exim 4.96/GnuTLS",
        _EXIM,
        _SURPRISE,
    ),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "hosts_require_dane: CV=dane", _EXIM),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "hosts_require_dane: verify failed", _EXIM),
    Row(_MAN, M.SECURE, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT),
)

_OPPORTUNISTIC = (
    Row(_OPP, M.INSECURE, A.SECURE, None, None, Action.FALLBACK, "hosts_try_dane: host not DNSSEC", _EXIM),
    Row(_OPP, M.INSECURE, A.INSECURE, None, None, Action.FALLBACK, "hosts_try_dane: host not DNSSEC", _EXIM),
    Row(_OPP, M.SECURE, A.INSECURE, None, None, Action.FALLBACK, "hosts_try_dane: host not DNSSEC", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.INSECURE, None, Action.FALLBACK, "hosts_try_dane: TLSA not DNSSEC", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.NXDOMAIN, None, Action.FALLBACK, "hosts_try_dane: no TLSA", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.FAILED, None, Action.FAIL, "hosts_try_dane: TLSA lookup defers", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.UNUSABLE, C.FAILED, Action.FAIL, "hosts_try_dane: TLS is forced", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.UNUSABLE, None, Action.TLS_UNAUTHENTICATED, "seen with Exim 4.96/GnuTLS", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.SUCCESS, Action.SUCCESS, "hosts_try_dane: CV=dane", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.FAILED, Action.FAIL, "hosts_try_dane: verify failed", _EXIM),
    Row(_OPP, M.SECURE, A.SECURE, T.SECURE, C.NOT_TESTED, Action.NOT_TESTED, "not tested from here", Basis.FACT),
)

_NO_MX = "without MX records the address alone decides"
_SERVFAIL = "a validating resolver answers SERVFAIL"

_READINGS = (
    Reading(M.IMPLICIT_SECURE, M.SECURE, _EXIM, "Exim: no MX", _NO_MX),
    Reading(M.IMPLICIT_INSECURE, M.SECURE, _EXIM, "Exim: no MX", _NO_MX),
    Reading(M.BOGUS, M.FAILED, _EXIM, "Exim does not validate", _SERVFAIL),
    Reading(A.BOGUS, A.FAILED, _EXIM, "Exim does not validate", _SERVFAIL),
    Reading(T.BOGUS, T.FAILED, _EXIM, "Exim does not validate", _SERVFAIL),
    Reading(A.AAAA_ERROR, A.SECURE, _EXIM, "Exim: one family is enough"),
    Reading(A.AAAA_ERROR_IPV6_REQUIRED, A.FAILED, _ASSUMED, "Exim: no address of the required family"),
    Reading(A.CNAME_FAILED, A.SECURE, _EXIM, "Exim asks no CNAME question"),
    Reading(A.INSECURE_SECURE_CNAME, A.INSECURE, _EXIM, "Exim: no TLSA at the alias"),
    Reading(T.NODATA, T.NXDOMAIN, _EXIM, "Exim: no TLSA"),
    Reading(T.INSECURE_NXDOMAIN, T.NXDOMAIN, _EXIM, "Exim: no TLSA"),
    Reading(T.INSECURE_NODATA, T.NXDOMAIN, _EXIM, "Exim: no TLSA"),
    Reading(C.NO_STARTTLS, C.FAILED, _EXIM, "Exim: TLS is forced"),
    Reading(C.HANDSHAKE_FAILED, C.FAILED, _EXIM, "Exim: TLS is forced"),
)

TABLE = Table(numbered(_HOSTS, _MANDATORY, _OPPORTUNISTIC), _READINGS)
