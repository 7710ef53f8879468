"""Serves moto on a free port of the loopback address, prints the port, and ends when standard input does."""
import logging
import sys

from moto.server import ThreadedMotoServer

# What moto cannot do, the comparison says; its tracebacks would drown that.
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
