"""An Internet in a box: signed DNS tree, resolvers of every kind and mail servers that go wrong in every known way.

DANE for SMTP (RFC 7672) rests on a long chain: the MX record of a domain, the addresses of its mail hosts, their TLSA
records, DNSSEC signatures over all of that from the root down, STARTTLS, and a certificate.  On the real Internet one
cannot break any link on purpose, so this package brings a small Internet of its own:

* a **tree** made fresh at every start: a signed root, the TLDs ``lab.`` and ``sample.`` (signed) and ``plain.``
  (unsigned), and over a hundred mail domains below them.  Each is one row of ``fleet.lab.scenarios``: a name, a story
  of one line, and the expected fate of mail, typed from the documents and not computed.  The zone knows by
  construction whether its data is secure, insecure or bogus (RFC 4033 5), so the lab shares no code with the
  validator that is tested against it;
* **resolvers** at virtual addresses: validating, passing signatures through, stripping them, lying, slow, dead, TCP
  only, UDP only, refusing;
* **mail servers** at virtual addresses, each with a certificate chain and a behaviour;
* **gateways** (``fleet.lab.nodes``, started by themselves): SSH servers that talk as appliances, Postfix and Exim do.

Everything listens on loopback, on ports the system picks, without privileges.  A network file maps the virtual
addresses (those reserved for documentation, RFC 5737 and RFC 3849) to these ports; ``fleet check --network FILE``
reads it.

``python -m fleet.lab`` runs it; ``spawn()`` runs it as a child for the length of a ``with`` block.  Importing this
package is cheap: DNS and certificate libraries load in the child only.  May import ``fleet.model``, ``fleet.network``
and below.
"""

from fleet.lab.handle import LabDestination, LabError, LabHandle, spawn

__all__ = ["LabDestination", "LabError", "LabHandle", "spawn"]
