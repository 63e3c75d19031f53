"""The holder's portal, for scenarios: signs tokens with a key of its own.

Signatures are OpenSSL's, so that what is checked here was not made by what
checks it. forge() makes tokens that a portal never would.
"""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import time
import uuid

# PKCS #8 of an Ed25519 seed (RFC 8410, 7), up to the seed.
PKCS8 = bytes.fromhex("302e020100300506032b657004220420")


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dumps(value):
    return value if isinstance(value, str) else json.dumps(value)


class Portal:
    """Made before the server starts: a requester of the role, and a key."""

    def __init__(self, holder, name="portal", ori="NYDMV0000"):
        self.holder = holder
        self.name = name
        secret = os.path.join(holder.scratch, name + ".key")
        os.makedirs(holder.path("portals"), exist_ok=True)
        holder.stile("pack", "key", name, "--secret", secret, "--public",
                     holder.path("portals", name + ".vkey"))
        text = open(secret).read().strip()
        self.seed = base64.b64decode(text.split("+", 4)[4])[1:]
        public = open(holder.path("portals", name + ".vkey")).read().strip()
        self.public = base64.b64decode(public.split("+", 2)[2])[1:]
        self.pem = os.path.join(holder.scratch, name + ".pem")
        with open(self.pem, "w") as file:
            file.write("-----BEGIN PRIVATE KEY-----\n"
                       + base64.b64encode(PKCS8 + self.seed).decode()
                       + "\n-----END PRIVATE KEY-----\n")
        holder.agency(ori, "The holder", kind="state")
        holder.requester(name, ori, "portal")
        holder.requester("officer", ori, "privacy_officer")
        holder.set("portals", f'[ "{name}" ]')

    def sign(self, message):
        path = os.path.join(self.holder.scratch, "message")
        with open(path, "wb") as file:
            file.write(message)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.pem,
                               "-in", path], check=True, capture_output=True).stdout

    def payload(self, licence, **more):
        now = int(time.time())
        origin = open(self.holder.path("keys/log.vkey")).read().split("+")[0]
        claims = {"iss": self.name, "aud": origin, "iat": now, "exp": now + 60,
                  "jti": uuid.uuid4().hex, "licence": licence["licence"]}
        claims.update(more)
        return {name: value for name, value in claims.items() if value is not None}

    def header(self, **more):
        header = {"alg": "EdDSA", "kid": self.name, "typ": "stile-self+jwt"}
        header.update(more)
        return {name: value for name, value in header.items() if value is not None}

    def forge(self, header, payload, sign=None):
        """header and payload: objects, or JSON text as it is to stand there."""
        text = b64(dumps(header).encode()) + "." + b64(dumps(payload).encode())
        return text + "." + b64((sign or self.sign)(text.encode()))

    def sign_hs256(self, message):
        """The public key as a secret: what a confused verifier would take."""
        return hmac.new(self.public, message, hashlib.sha256).digest()

    def token(self, licence, **more):
        return self.forge(self.header(), self.payload(licence, **more))

    # -- asking as the portal

    def call(self, method, path, token, body=None):
        headers = {} if token is None else {"Authorization": "Bearer " + token}
        return self.holder.client(self.name).call(method, path, body, headers=headers)

    def look(self, licence, before=None):
        path = "/v1/self/disclosures"
        if before is not None:
            path += f"/before/{before}"
        return self.call("GET", path, self.token(licence))

    def complain(self, licence, about, reason="no-reason-known", **more):
        return self.call("POST", "/v1/self/complaints", self.token(licence),
                         {"about": about, "reason": reason, **more})
