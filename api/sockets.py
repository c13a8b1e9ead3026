"""One option of the listening socket that `streamlit run` leaves unset."""

from __future__ import annotations

import os
import socket
import stat
from typing import Final

MOST_FILES: Final = 4096


def send_at_once() -> int:
    """Set TCP_NODELAY on every socket this process listens on; connections inherit it. How many there were.

    Streamlit binds its socket without naming TCP, so asyncio does not set the option, and each keep-alive answer waits
    about 40 ms for the client's delayed acknowledgement. Call it in the lifespan: the socket is bound by then.
    """
    return sum(_set(number) for number in range(3, MOST_FILES))


def _set(number: int) -> bool:
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return False
        with socket.socket(fileno=os.dup(number)) as found:
            if found.family not in (socket.AF_INET, socket.AF_INET6) or not found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return False
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return True
    except OSError:
        return False
