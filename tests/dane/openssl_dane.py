"""OpenSSL's own DANE verification as an oracle: a real handshake between two ends in memory, through ctypes.

This is the code Postfix decides with.  No socket and no process, so that thousands of cases take seconds.  Settings are
those of Postfix: no names or dates for DANE-EE, no partial wildcards, security level 1 for the client.
"""

import ctypes
import ctypes.util
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

_CLIENT_SECURITY_LEVEL = 1
_NO_PARTIAL_WILDCARDS = 0x4
_NO_DANE_EE_NAMECHECKS = 0x1
_VERIFY_PEER = 1
_ADD_CHAIN_CERT = 89
_ROUNDS = 10
_BUFFER = 1 << 20

_SIGNATURES: dict[str, tuple[Any, str]] = {
    # name: (result, arguments); p pointer, i int, l long, s bytes, u uint8
    "OpenSSL_version": ("s", "i"),
    "TLS_method": ("p", ""),
    "SSL_CTX_new": ("p", "p"),
    "SSL_CTX_free": (None, "p"),
    "SSL_CTX_set_security_level": (None, "pi"),
    "SSL_CTX_use_certificate_ASN1": ("i", "pis"),
    "SSL_CTX_use_PrivateKey": ("i", "pp"),
    "SSL_CTX_ctrl": ("l", "pilp"),
    "SSL_CTX_dane_enable": ("i", "p"),
    "SSL_CTX_set_verify": (None, "pip"),
    "SSL_new": ("p", "p"),
    "SSL_free": (None, "p"),
    "SSL_dane_enable": ("i", "ps"),
    "SSL_add1_host": ("i", "ps"),
    "SSL_set_hostflags": (None, "pi"),
    "SSL_dane_set_flags": ("l", "pl"),
    "SSL_dane_tlsa_add": ("i", "puuusn"),
    "SSL_set_connect_state": (None, "p"),
    "SSL_set_accept_state": (None, "p"),
    "SSL_set_bio": (None, "ppp"),
    "SSL_do_handshake": ("i", "p"),
    "SSL_get_verify_result": ("l", "p"),
    "SSL_get0_dane_authority": ("i", "ppp"),
    "BIO_new_bio_pair": ("i", "pnpn"),
    "d2i_X509": ("p", "ppl"),
    "X509_free": (None, "p"),
    "d2i_AutoPrivateKey": ("p", "ppl"),
    "EVP_PKEY_free": (None, "p"),
    "X509_verify_cert_error_string": ("s", "l"),
    "ERR_clear_error": (None, ""),
}
_TYPES: dict[str | None, Any] = {
    "p": ctypes.c_void_p,
    "i": ctypes.c_int,
    "l": ctypes.c_long,
    "s": ctypes.c_char_p,
    "u": ctypes.c_uint8,
    "n": ctypes.c_size_t,
    None: None,
}


@dataclass(frozen=True)
class Opinion:
    """What OpenSSL thinks: ``depth`` as it counts, -1 without a match; ``why`` is its error text."""

    usable: bool
    matched: bool
    depth: int
    why: str


@cache
def library() -> dict[str, Any] | None:
    """The functions of the system's libssl and libcrypto 3, or None where they are not to be found."""
    found: dict[str, Any] = {}
    try:
        opened = [ctypes.CDLL(path) for path in (_path("ssl"), _path("crypto"))]
        for name, (result, arguments) in _SIGNATURES.items():
            function = next(getattr(each, name) for each in opened if hasattr(each, name))
            function.restype, function.argtypes = _TYPES[result], [_TYPES[kind] for kind in arguments]
            found[name] = function
    except (OSError, StopIteration):
        return None
    return found if found["OpenSSL_version"](0).startswith(b"OpenSSL 3.") else None


def _path(name: str) -> str:
    path = ctypes.util.find_library(name)
    if path is None:
        raise OSError(f"no {name}")
    return path


def opinion(chain: Sequence[bytes], key: bytes, records: Sequence[bytes], names: Sequence[str]) -> Opinion:
    """Hold a handshake in which the server presents ``chain`` with the PKCS #8 ``key``."""
    call = library()
    assert call is not None
    call["ERR_clear_error"]()
    with ExitStack() as stack:
        server = _server(call, stack, chain, key)
        client = _client(call, stack, names)
        if not sum(_add(call, client, record) for record in records):
            return Opinion(False, False, -1, "no usable record")
        _connect(call, client, server)
        done = False
        for _ in range(_ROUNDS):
            done = call["SSL_do_handshake"](client) == 1
            call["SSL_do_handshake"](server)
            if done:
                break
        result = call["SSL_get_verify_result"](client)
        depth = call["SSL_get0_dane_authority"](client, None, None) if done and result == 0 else -1
        why = call["X509_verify_cert_error_string"](result).decode()
        return Opinion(True, depth >= 0, depth, why if result else "" if done else "no handshake")


def _add(call: dict[str, Any], client: int, record: bytes) -> bool:
    # Postfix keeps the PKIX usages away from OpenSSL, which would try them.
    if len(record) < 3 or record[0] in (0, 1):
        return False
    usage, selector, matching_type = record[:3]
    data = record[3:]
    return bool(call["SSL_dane_tlsa_add"](client, usage, selector, matching_type, data, len(data)) > 0)


def _context(call: dict[str, Any], stack: ExitStack, level: int) -> int:
    context = call["SSL_CTX_new"](call["TLS_method"]())
    stack.callback(call["SSL_CTX_free"], context)
    call["SSL_CTX_set_security_level"](context, level)
    return int(context)


def _connection(call: dict[str, Any], stack: ExitStack, context: int) -> int:
    connection = call["SSL_new"](context)
    stack.callback(call["SSL_free"], connection)
    return int(connection)


def _server(call: dict[str, Any], stack: ExitStack, chain: Sequence[bytes], key: bytes) -> int:
    context = _context(call, stack, 0)
    assert call["SSL_CTX_use_certificate_ASN1"](context, len(chain[0]), chain[0]) == 1
    private = _decode(call["d2i_AutoPrivateKey"], key)
    stack.callback(call["EVP_PKEY_free"], private)
    assert call["SSL_CTX_use_PrivateKey"](context, private) == 1
    for der in chain[1:]:
        certificate = _decode(call["d2i_X509"], der)
        stack.callback(call["X509_free"], certificate)
        assert call["SSL_CTX_ctrl"](context, _ADD_CHAIN_CERT, 1, certificate) == 1
    return _connection(call, stack, context)


def _client(call: dict[str, Any], stack: ExitStack, names: Sequence[str]) -> int:
    context = _context(call, stack, _CLIENT_SECURITY_LEVEL)
    assert call["SSL_CTX_dane_enable"](context) == 1
    call["SSL_CTX_set_verify"](context, _VERIFY_PEER, None)
    client = _connection(call, stack, context)
    assert call["SSL_dane_enable"](client, names[0].encode()) == 1
    for name in names[1:]:
        assert call["SSL_add1_host"](client, name.encode()) == 1
    call["SSL_set_hostflags"](client, _NO_PARTIAL_WILDCARDS)
    call["SSL_dane_set_flags"](client, _NO_DANE_EE_NAMECHECKS)
    return client


def _connect(call: dict[str, Any], client: int, server: int) -> None:
    ends = ctypes.c_void_p(), ctypes.c_void_p()
    assert call["BIO_new_bio_pair"](ctypes.byref(ends[0]), _BUFFER, ctypes.byref(ends[1]), _BUFFER) == 1
    for connection, end in zip((client, server), ends, strict=True):
        call["SSL_set_bio"](connection, end, end)
    call["SSL_set_connect_state"](client)
    call["SSL_set_accept_state"](server)


def _decode(decoder: Any, der: bytes) -> int:
    """What a d2i function makes of ``der``; the caller frees it."""
    buffer = ctypes.create_string_buffer(der, len(der))
    decoded = decoder(None, ctypes.byref(ctypes.c_void_p(ctypes.addressof(buffer))), len(der))
    assert decoded, "OpenSSL cannot read this"
    return int(decoded)
