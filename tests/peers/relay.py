"""From standard input to a TCP port and back, as ssh's ProxyCommand wants it: ``relay.py ADDRESS PORT``."""

import os
import socket
import sys
import threading


def main() -> None:
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as peer:

        def send() -> None:
            while data := os.read(0, 65536):
                peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)

        threading.Thread(target=send, daemon=True).start()
        while data := peer.recv(65536):
            os.write(1, data)


main()
