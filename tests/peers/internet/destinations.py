"""All destinations and all zones of the lab.  Imports its siblings only."""

from internet.by_certificate import BY_CERTIFICATE
from internet.by_name import BY_NAME
from internet.by_security import BY_SECURITY
from internet.zones import Ds, Signer, Zone

DESTINATIONS = BY_CERTIFICATE + BY_NAME + BY_SECURITY
LAME = Zone("lame.dlab", "", signer=Signer.NONE, ds=Ds.ABSENT, published=False)

ROOT = Zone(".", 'a.root-servers.lab. A 127.0.0.10\nspare TXT "beside the delegation"\n', ds=Ds.ABSENT)
TLD = Zone("dlab", "ns A 127.0.0.11\nzones-ns A 127.0.0.12\nknot-ns A 127.0.0.13\n")
ZONES = (ROOT, TLD, LAME, *(row.zone for row in DESTINATIONS if row.zone))
