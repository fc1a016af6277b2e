#!/usr/bin/env python3
"""A node of a mesh without a group, in plain Python: the protocol as a lesson, to be read beside src/protocol/PROTOCOL.md.

    python3 tests/node.py DAEMON_PORT PHOTO ID

It joins the mesh of a daemon on this computer, tells of one photo, sees to it that another node has a copy, and serves it
until Ctrl-C. ID is the photo's BLAKE3 digest, for which Python has no library of its own: `b3sum PHOTO` tells it, or the
column `id` of `photomesh fingerprint PHOTO`, which is the last but one and has 64 hex digits. What it leaves to real nodes:
to keep others' photos, to dial again, to look at pictures, to give copies up.
"""
import base64, json, os, random, socket, struct, sys, threading, time
from contextlib import suppress

if len(sys.argv) != 4 or len(sys.argv[3]) != 64:
    sys.exit(__doc__)
NAME, BYTES, PHOTO = os.path.basename(sys.argv[2]), open(sys.argv[2], "rb").read(), sys.argv[3]
NODE, BOOT = os.urandom(8).hex(), os.urandom(8).hex()  # who it is, and which life of it this is
LISTENER = socket.create_server(("127.0.0.1", 0))
LINKS = {}  # to each node that is here, its link
HOLDERS = {NODE}  # who has the photo: each by its own word
CHUNK = 63 * 1024  # 192 KiB at most; a heartbeat passes between two pieces

REGISTER = {"command": "register", "protocolMin": 2, "protocolMax": 2, "node": NODE, "boot": BOOT,
            "address": "127.0.0.1:%d" % LISTENER.getsockname()[1], "copies": 2, "keepOriginals": True}
# A photo is its bytes. This account of them names no version and no looks, so whoever gets the bytes reads them anew.
ACCOUNT = {"id": PHOTO, "bytes": len(BYTES), "format": "opaque", "width": 0, "height": 0, "colour": False, "camera": False}
FACTS = {"names": [NAME]}


class Link:
    """A connection to another node. See "Framing": four bytes of length, then JSON."""

    def __init__(self, stream):
        stream.settimeout(10)  # who is silent for so long is down
        self.stream, self.read, self.lock, self.node = stream, stream.makefile("rb").read, threading.Lock(), None

    def say(self, command, **fields):
        frame = json.dumps({"command": command, **fields}).encode()
        with self.lock:
            self.stream.sendall(struct.pack(">I", len(frame)) + frame)

    def hear(self):
        return json.loads(self.read(*struct.unpack(">I", self.read(4))))


def talk(stream, dialed):
    """A link from its first frame to its last."""
    link = Link(stream)
    try:
        if dialed:  # who dials registers first
            link.say(**REGISTER)
        while True:
            heard = link.hear()
            if heard["command"] == "register" and not dialed:
                link.say(**REGISTER)
            react(link, **heard)
    except (OSError, ValueError, LookupError, TypeError, struct.error) as error:
        print(link.node or "a link", "is gone:", error, file=sys.stderr)
    stream.close()
    if LINKS.get(link.node) is link:  # what that node has is out of reach
        del LINKS[link.node]
        HOLDERS.discard(link.node)


def react(link, command, **heard):
    if command == "register":  # join: whom I know (nobody), and all that you have, please
        link.node = heard["node"]
        LINKS[link.node] = link
        link.say("ConnectionUpdate", nodes={})
        link.say("RequestInfo")
        link.say("space", capacity=len(BYTES), room=0)  # so nobody offers photos to this node
    elif command == "ConnectionUpdate":  # any node is a way in to all: of two that hear of each other the lower dials
        for node, address in heard["nodes"].items():
            if NODE < node and node not in LINKS:
                start(dial, address)
    elif command == "RequestInfo":  # announce: one record, and that it is all
        link.say("ImageInfo", records=[{**ACCOUNT, **FACTS, "holding": "original"}], complete=True)
    elif command == "ImageInfo":  # a node speaks for its own disk, and its last word counts; trash is no copy
        about = [record["holding"] for record in heard["records"] if record["id"] == PHOTO]
        if "original" in about or "replica" in about:
            HOLDERS.add(link.node)
        elif about or PHOTO in heard.get("gone", ()):
            HOLDERS.discard(link.node)
    elif command == "AskForImage" and heard["photo"] == PHOTO:  # serve: the window that is asked for, in pieces
        end = min(heard["offset"] + heard["length"], len(BYTES))
        for at in range(heard["offset"], end, CHUNK):
            data = base64.b64encode(BYTES[at:min(at + CHUNK, end)]).decode()
            link.say("chunk", transfer=heard["transfer"], offset=at, data=data)
    elif command == "AskForImage":
        link.say("noImage", transfer=heard["transfer"], reason="this node has one photo only")
    elif command == "keepThis":  # every offer is answered, be it by no
        link.say("keepAnswer", photo=heard["photo"]["id"], verdict="full")
    elif command == "challenge":  # a proof is BLAKE3 over the bytes; without it nobody gives up a copy for this one
        link.say("proof", nonce=heard["nonce"], refused="this node cannot compute BLAKE3")
    elif command in ("leave", "Error"):
        print(link.node or "a node", "says:", heard, file=sys.stderr)
    # heartbeat, keepAnswer, relieve, release, and what only a later program says: there is nothing to do.


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=5)


def dial(address):
    talk(connect(address), True)


def accept():
    while True:
        start(talk, LISTENER.accept()[0], False)


def start(run, *arguments):
    threading.Thread(target=run, args=arguments, daemon=True).start()


def say_to_all(command, **fields):
    for link in list(LINKS.values()):
        with suppress(OSError):  # its reader notices, too
            link.say(command, **fields)


def tend(second):
    say_to_all("heartbeat")
    # A holder sees to the copies. An offer is no copy, and neither is its answer: only what the new holder announces is.
    if len(HOLDERS) < 2 and LINKS and second % 10 == 0:
        with suppress(OSError):
            random.choice(list(LINKS.values())).say("keepThis", photo=ACCOUNT, facts=FACTS)


start(accept)
start(talk, connect("127.0.0.1:" + sys.argv[1]), True)
try:
    for second in range(sys.maxsize):
        time.sleep(1)
        tend(second)
except KeyboardInterrupt:
    say_to_all("leave", reason="stopped")
