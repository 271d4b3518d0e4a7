"""Parts of an appliance's XML configuration whose elements nobody has shown: synthetic, at least five variants of each.

Known is ``bounce_profiles/bounce_profile``, and that elements ``ssl/ssl_outbound_*`` exist.  May import
``fleet.model``.
"""

from collections.abc import Callable, Sequence
from functools import partial
from xml.sax.saxutils import escape

from fleet.model.control import BounceProfile
from fleet.model.fleet import Settings

_Profile = Callable[[BounceProfile], str]


def _profiles(inside: _Profile, profiles: Sequence[BounceProfile]) -> str:
    entries = "".join(f"  <bounce_profile>{inside(one)}</bounce_profile>\n" for one in profiles)
    return f"<bounce_profiles>\n{entries}</bounce_profiles>\n"


_BOUNCE: tuple[_Profile, ...] = (
    lambda one: (
        f"<profile_name>{escape(one.name)}</profile_name><max_retries>100</max_retries>"
        f"<max_queue_lifetime>{one.seconds}</max_queue_lifetime><initial_retry>60</initial_retry>"
    ),
    lambda one: f"<name>{escape(one.name)}</name><max_queue_time>{one.seconds}</max_queue_time>",
    lambda one: (
        f"<bounce_profile_name>{escape(one.name)}</bounce_profile_name><retry_queue_interval>60</retry_queue_interval>"
        f"<queue_lifetime_seconds>{one.seconds}</queue_lifetime_seconds>"
    ),
    lambda one: (
        f'<profilename>{escape(one.name)}</profilename><lifetime unit="hours">{one.seconds // 3600}</lifetime>'
        "<warning_lifetime>4</warning_lifetime>"
    ),
    lambda one: (
        f"<send_warnings>0</send_warnings><max_seconds>{one.seconds}</max_seconds><name>\n{escape(one.name)}\n</name>"
    ),
)

BOUNCE_PROFILES: tuple[Callable[[Sequence[BounceProfile]], str], ...] = tuple(
    partial(_profiles, inside) for inside in _BOUNCE
)

_FACTORY = "Cisco Appliance Demo Certificate"

CERTIFICATE: tuple[Callable[[str], str], ...] = (
    lambda name: f"<ssl><ssl_outbound_method/><ssl_outbound_cert>{name}</ssl_outbound_cert></ssl>",
    lambda name: f"<outbound_tls_certificate>{name}</outbound_tls_certificate>",
    lambda name: f"<dest_controls><destcontrol_certificate>{name}</destcontrol_certificate></dest_controls>",
    lambda name: f"<delivery_cert>\n  {name}\n</delivery_cert>",
    lambda name: f"<tls><client_certificate_name>{name}</client_certificate_name><client_key>*****</client_key></tls>",
)


def more(settings: Settings, variant: int) -> str:
    """The elements of what ``settings`` say; nothing of what they do not."""
    text = ""
    if settings.bounce_profiles is not None:
        text += BOUNCE_PROFILES[variant % len(BOUNCE_PROFILES)](settings.bounce_profiles)
    if settings.outbound_certificate is not None:
        name = _FACTORY if settings.outbound_certificate == "demo" else escape(settings.outbound_certificate)
        text += CERTIFICATE[variant % len(CERTIFICATE)](name) + "\n"
    return text
