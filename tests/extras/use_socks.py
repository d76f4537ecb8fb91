"""`aionvision[socks]`: calls go through a SOCKS5 proxy, which resolves the name of the host."""

from __future__ import annotations

import os
import select
import socket
import threading
import warnings
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

from aion import SyncAionVision
from aion.config import InsecureTransportWarning
from tests.extras.first_call import first_call, only

first_call()
only("socksio")

# The proxy is on this machine, and so is where it leads.
warnings.simplefilter("ignore", InsecureTransportWarning)
FAR = "far.test"
real = urlsplit(os.environ["AIONVISION_BASE_URL"])
asked: list[str] = []


class Proxy(StreamRequestHandler):
    """A SOCKS5 proxy without a password that leads every host to the sandbox."""

    def handle(self) -> None:
        _, methods = self.rfile.read(2)
        self.rfile.read(methods)
        self.wfile.write(b"\x05\x00")
        self.rfile.read(4)
        asked.append(self.rfile.read(self.rfile.read(1)[0]).decode())
        self.rfile.read(2)
        with socket.create_connection((real.hostname or "", real.port or 0)) as there:
            self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
            here = self.connection
            while True:
                for source in select.select([here, there], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    (there if source is here else here).sendall(data)


class Server(ThreadingTCPServer):
    """The proxy's listener."""

    daemon_threads = True


with Server(("127.0.0.1", 0), Proxy) as proxy:
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    with SyncAionVision.from_env(
        base_url=f"http://{FAR}{real.path}",
        allow_http=True,
        proxy_url=f"socks5://127.0.0.1:{proxy.server_address[1]}",
    ) as client:
        assert client.uploads.check_quota().available > 0
    proxy.shutdown()
assert asked == [FAR], asked
