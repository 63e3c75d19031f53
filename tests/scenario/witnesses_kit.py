"""Witnesses to play with: servers of ours, policies of a holder, and liars."""
import contextlib
import hashlib
import http.client
import http.server
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

from holder import STILE, check, equal, free_port
from tlog_maker import b64, consistency

ORIGIN = "log.example/a"


def test_authority(name):
    """A CA of front_world.py, which wants to know programs it is not asked for."""
    for needed in ("FRONT_HOST", "FAKE_GATE"):
        os.environ.setdefault(needed, "")
    from front_world import authority
    return authority(name)


def end_children(pid, by):
    """What strace runs: it outlives strace's own death."""
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(child), by)


class Witness:
    """A witness server of ours in a folder of its own."""

    def __init__(self, *vkeys, name="w.example/1", options=(), add=()):
        self.dir = tempfile.mkdtemp(prefix="stile-witness-")
        self.folder = os.path.join(self.dir, "w")
        self.vkey = self.stile("init", self.folder, "--name", name).stdout.strip()
        for vkey in vkeys:
            self.stile("add", self.folder, vkey, *add)
        self.options = list(options)
        self.port = free_port()
        self.server = None

    def stile(self, *words, expect=0):
        done = subprocess.run([STILE, "witness", *words], capture_output=True, text=True,
                              timeout=60)
        if expect is not None:
            equal(done.returncode, expect, done.stdout + done.stderr)
        return done

    def start(self, wrapper=(), ready=True):
        self.errors = open(os.path.join(self.dir, "errors"), "ab")
        self.server = subprocess.Popen(
            [*wrapper, STILE, "witness", "serve", self.folder, "--listen",
             f"127.0.0.1:{self.port}", *self.options], stdout=subprocess.PIPE,
            stderr=self.errors, text=True)
        if ready:
            check(self.server.stdout.readline().startswith("ready http"), self.log())
        return self

    def log(self):
        return pathlib.Path(self.dir, "errors").read_text()

    def stop(self, by=signal.SIGTERM):
        self.server.send_signal(by)
        code = self.server.wait(20)
        self.server.stdout.close()
        self.errors.close()
        self.server = None
        return code

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def add(self, log, old, size=None, note=None, proof=None):
        """add-checkpoint for a Log: (status, text)."""
        size = len(log.entries) if size is None else size
        hashes = log.hashes()[:size]
        proof = consistency(old, hashes) if proof is None else proof
        body = f"old {old}\n" + "".join(b64(h) + "\n" for h in proof) + "\n"
        status, headers, text = self.ask(
            "POST", "/add-checkpoint", (body + (note or log.note(size))).encode())
        if status == 409:
            equal(headers["Content-Type"], "text/x.tlog.size")
        return status, text

    def add_size(self):
        """The size it cosigned last, of its first log."""
        import json
        return json.loads(self.stile("status", self.folder, "--json").stdout)["logs"][0]["size"]

    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def record(self, origin=ORIGIN):
        return os.path.join(self.folder, "state", hashlib.sha256(origin.encode()).hexdigest())

    def close(self):
        if self.server is not None:
            self.stop(signal.SIGKILL)
        subprocess.run(["rm", "-rf", self.dir], check=True)


def policy_of(h, witnesses, quorum):
    text = f"log {pathlib.Path(h.path('keys/log.vkey')).read_text().strip()}\n"
    for i, (vkey, url) in enumerate(witnesses):
        text += f"witness w{i} {vkey} {url}\n"
    names = " ".join(f"w{i}" for i in range(len(witnesses)))
    text += f"group g {quorum} {names}\nquorum g\n"
    path = h.path("trust/witness.policy")
    pathlib.Path(path).write_text(text)
    h.set("policy", '"trust/witness.policy"')
    h.set("interval_s", "1")
    return path


class Liar:
    """An HTTP server in a witness's place; what it answers can be changed."""

    def __init__(self):
        outer = self
        self.bodies = []
        self.answer = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.bodies.append(body)
                with contextlib.suppress(OSError):
                    outer.answer(self, body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def say(status, body, kind="text/plain", **headers):
    def answer(handler, _):
        data = body if isinstance(body, bytes) else body.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)
    return answer
