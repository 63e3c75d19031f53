"""Logs made by hand: what a hostile holder could publish. Standard library and
the openssl program, so it shares no line with Stile.

RFC 6962 hashing, C2SP tlog-tiles files, signed notes with Ed25519.
"""
import base64
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

EMPTY = hashlib.sha256(b"").digest()


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(hashes):
    """MTH of leaf hashes."""
    if not hashes:
        return EMPTY
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(root(hashes[:k]), root(hashes[k:]))


def subproof(m, hashes, whole):
    n = len(hashes)
    if m == n:
        return [] if whole else [root(hashes)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return subproof(m, hashes[:k], whole) + [root(hashes[k:])]
    return subproof(m - k, hashes[k:], False) + [root(hashes[:k])]


def consistency(m, hashes):
    return subproof(m, hashes, True) if 0 < m < len(hashes) else []


def b64(data):
    return base64.b64encode(data).decode()


class Key:
    """An Ed25519 key of a note: type 1 a log's, type 4 a witness's."""

    def __init__(self, name, seed, kind=1):
        self.name, self.kind = name, kind
        self.folder = tempfile.mkdtemp(prefix="stile-key-")
        self.pem = os.path.join(self.folder, "key.pem")
        der = bytes.fromhex("302e020100300506032b657004220420") + seed
        body = base64.encodebytes(der).decode()
        pathlib.Path(self.pem).write_text(
            f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n")
        public = subprocess.run(
            ["openssl", "pkey", "-in", self.pem, "-pubout", "-outform", "DER"],
            check=True, capture_output=True).stdout[-32:]
        self.public = bytes([kind]) + public
        self.id = hashlib.sha256(name.encode() + b"\n" + self.public).digest()[:4]

    @classmethod
    def of_skey(cls, text):
        """Read PRIVATE+KEY+name+id+base64."""
        _, _, name, _, body = text.strip().split("+", 4)
        body = base64.b64decode(body)
        return cls(name, body[1:], body[0])

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{b64(self.public)}"

    def raw(self, message):
        path = os.path.join(self.folder, "message")
        pathlib.Path(path).write_bytes(message)
        return subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.pem, "-in", path],
            check=True, capture_output=True).stdout

    def line(self, text, time=None):
        if self.kind == 4:
            stamp = time.to_bytes(8, "big")
            body = stamp + self.raw(f"cosignature/v1\ntime {time}\n{text}".encode())
        else:
            body = self.raw(text.encode())
        return f"\u2014 {self.name} {b64(self.id + body)}\n"


def body_of(origin, size, digest):
    return f"{origin}\n{size}\n{b64(digest)}\n"


def entry(i, kind="request", decision="permit", packs=("federal:" + "0" * 64,), time=None):
    """An entry as Stile writes them, open members only."""
    return json.dumps({"v": 1, "type": kind,
                       "time": time or f"2026-03-{1 + i // 1440 % 28:02d}T"
                       f"{i // 60 % 24:02d}:{i % 60:02d}:00.000000Z",
                       "holder": "NYDMV", "decision": decision, "packs": list(packs)},
                      separators=(",", ":")).encode()


class Log:
    """A log that can be written to a folder, honestly or not."""

    def __init__(self, key, entries=()):
        self.key = key
        self.entries = list(entries)

    def hashes(self):
        return [leaf(e) for e in self.entries]

    def note(self, size=None, digest=None, lines=""):
        size = len(self.entries) if size is None else size
        digest = digest or root(self.hashes()[:size])
        text = body_of(self.key.name, size, digest)
        return text + "\n" + self.key.line(text) + lines

    @staticmethod
    def path(level, n, width):
        name = f"{n % 1000:03d}"
        while n >= 1000:
            n //= 1000
            name = f"x{n % 1000:03d}/{name}"
        return f"tile/{level}/{name}" + (f".p/{width}" if width < 256 else "")

    @staticmethod
    def put(folder, name, data):
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def write(self, folder, note=None):
        """All tiles, bundles and the checkpoint."""
        level, hashes = 0, self.hashes()
        for n in range(0, len(self.entries), 256):
            part = self.entries[n:n + 256]
            self.put(folder, self.path("entries", n // 256, len(part)),
                     b"".join(len(e).to_bytes(2, "big") + e for e in part))
        while hashes:
            for n in range(0, len(hashes), 256):
                part = hashes[n:n + 256]
                self.put(folder, self.path(level, n // 256, len(part)), b"".join(part))
            hashes = [root(hashes[n:n + 256])
                      for n in range(0, len(hashes) - len(hashes) % 256, 256)]
            level += 1
        self.put(folder, "checkpoint", (note or self.note()).encode())
