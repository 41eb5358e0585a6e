"""Where the page is served, and the token that guards it where others can reach it."""

import ipaddress
import secrets
import socket
import sys
from typing import NamedTuple

from edge_demo.contract import UserError

DEFAULT_HOST = "127.0.0.1"
ANY_HOST = ("0.0.0.0", "::")
TOKEN_BYTES = 9  # 72 bits, twelve letters in a link: beyond guessing over a network


class Address(NamedTuple):
    """host: name or IP address to listen on. port: 0 lets the system choose. token: or None."""

    host: str
    port: int
    token: str | None

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.host)

    def link(self, port: int | None = None) -> str:
        """The link to open, with the token; of all addresses the one that others see."""
        host = _own_address() if self.host in ANY_HOST else self.host
        shown = f"[{host}]" if ":" in host else host
        query = f"/?token={self.token}" if self.token else "/"
        return f"http://{shown}:{port or self.port}{query}"


def parse_address(text: str) -> Address:
    """Reads `[HOST:]PORT`; a host that others reach gets a token.

    Raises:
        UserError: It is no such thing.

    Example:

    >>> parse_address("8000")
    Address(host='127.0.0.1', port=8000, token=None)
    >>> parse_address("0.0.0.0:8000").token is None
    False
    """
    host, _, port = text.rpartition(":")
    host = host.strip("[]") or DEFAULT_HOST
    if not port.isdecimal() or not 0 <= int(port) < 65536:
        raise UserError(
            f"--web takes a port of 0 to 65535, or HOST:PORT, such as 8000 or 0.0.0.0:8000. "
            f"Received: {text}"
        )
    token = None if is_loopback(host) else secrets.token_urlsafe(TOKEN_BYTES)
    return Address(host, int(port), token)


def is_loopback(host: str) -> bool:
    """Whether a host name or IP address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(address: Address) -> socket.socket:
    """Opens the listening socket.

    Raises:
        UserError: The port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(128)  # so that the link that is printed next is answered from then on
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"--web cannot listen on {address.host}:{address.port} ({reason}); "
            "give another port or host."
        ) from error
    return listener


def announce(link: str, with_code: bool) -> None:
    """Says on stderr where the page is; a QR code of the link where a person may scan it."""
    print(f"The page: {link}", file=sys.stderr)
    if with_code and sys.stderr.isatty():
        import segno

        segno.make(link, micro=False).terminal(out=sys.stderr, compact=True)


def _own_address() -> str:
    """The address by which others on the network see this machine; nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation (RFC 5737)
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()
