"""A holder's directory, a front and a fake gate, for the front's scenarios.

A scenario file defines functions named as sentences, each taking a World, and
calls main(). Output is TAP. Certificates are made once per run by openssl(1).
"""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback

HOST = os.environ["FRONT_HOST"]
GATE = os.environ["FAKE_GATE"]
# Freed memory is kept for a while by AddressSanitizer, which is no growth.
ENV = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
       ":quarantine_size_mb=1"}
JSON = {"Content-Type": "application/json"}


def sh(*argv, **kw):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **kw)


class Authority:
    """One certificate authority in a folder, with clients and a server."""

    def __init__(self, folder, name="Test authority"):
        self.folder = folder
        os.makedirs(folder)
        open(self.path("index.txt"), "w").close()
        with open(self.path("ca.cnf"), "w") as f:
            f.write(f"""[ca]
default_ca=d
[d]
database={folder}/index.txt
default_md=sha256
new_certs_dir={folder}
rand_serial=yes
policy=p
unique_subject=no
[p]
commonName=supplied
""")
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
           "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path("ca.key"),
           "-out", self.path("ca.crt"), "-days", "30", "-subj", f"/CN={name}",
           "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, usage="clientAuth", start=None, end=None):
        ext = self.path(name + ".ext")
        with open(ext, "w") as f:
            f.write(f"extendedKeyUsage={usage}\n"
                    "subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        sh("openssl", "req", "-newkey", "ec", "-pkeyopt",
           "ec_paramgen_curve:P-256", "-nodes", "-keyout",
           self.path(name + ".key"), "-out", self.path(name + ".csr"),
           "-subj", f"/CN={name}")
        now = time.time()
        stamp = "%Y%m%d%H%M%SZ"
        sh("openssl", "ca", "-batch", "-notext", "-config",
           self.path("ca.cnf"), "-cert", self.path("ca.crt"), "-keyfile",
           self.path("ca.key"), "-in", self.path(name + ".csr"), "-out",
           self.path(name + ".crt"), "-extfile", ext, "-startdate",
           time.strftime(stamp, time.gmtime(start or now - 3600)),
           "-enddate", time.strftime(stamp, time.gmtime(end or now + 86400)))

    def revoke(self, *names, seconds=86400):
        """Write a revocation list of these; returns its path."""
        for name in names:
            sh("openssl", "ca", "-config", self.path("ca.cnf"), "-cert",
               self.path("ca.crt"), "-keyfile", self.path("ca.key"),
               "-revoke", self.path(name + ".crt"))
        sh("openssl", "ca", "-gencrl", "-config", self.path("ca.cnf"), "-cert",
           self.path("ca.crt"), "-keyfile", self.path("ca.key"), "-crlsec",
           str(seconds), "-out", self.path("crl.pem"))
        return self.path("crl.pem")


_made = {}
_running = []


def authority(name="Test authority"):
    if name not in _made:
        folder = tempfile.mkdtemp(prefix="stile-ca-") + "/ca"
        ca = _made[name] = Authority(folder, name)
        ca.issue("server", "serverAuth")
        ca.issue("alice")
        ca.issue("bob")
    return _made[name]


class World:
    def __init__(self, *limits, gate=True):
        self.dir = tempfile.mkdtemp(prefix="stile-front-")
        self.ca = authority()
        self.gate = None
        self.front = None
        for sub in ("tls", "run", "log"):
            os.mkdir(self.path(sub))
        for name in ("server.crt", "server.key", "ca.crt"):
            shutil.copy(self.ca.path(name), self.path("tls", name))
        if gate:
            self.start_gate()
        self.start(*limits)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def start_gate(self):
        self.gate = subprocess.Popen([GATE, self.path("run", "gate.sock")],
                                     stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL)
        _running.append(self.gate)
        assert self.gate.stdout.readline() == b"listening\n"

    def stop_gate(self):
        self.gate.kill()
        self.gate.wait()
        self.gate.stdout.close()
        self.gate = None

    def start(self, *limits):
        self.errors = open(self.path("front.log"), "w+")
        self.front = subprocess.Popen(
            [HOST, self.dir, *limits], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, env=ENV)
        _running.append(self.front)
        self.port = int(self.front.stdout.readline().split()[1])
        if "public" in limits:
            self.public = int(self.front.stdout.readline().split()[1])
        self.wait(lambda: '"ready"' in self.log() or
                  self.front.poll() is not None)

    def log(self):
        with open(self.path("front.log")) as f:
            return f.read()

    @staticmethod
    def wait(condition, seconds=10):
        end = time.time() + seconds
        while not condition():
            if time.time() > end:
                raise AssertionError("waited %d s in vain" % seconds)
            time.sleep(0.01)

    def context(self, name="alice", ca=None):
        ca = ca or self.ca
        context = ssl.create_default_context(cafile=self.ca.path("ca.crt"))
        if name:
            context.load_cert_chain(ca.path(name + ".crt"),
                                    ca.path(name + ".key"))
        return context

    def connect(self, name="alice", ca=None, context=None):
        return http.client.HTTPSConnection(
            "localhost", self.port, timeout=20,
            context=context or self.context(name, ca))

    def ask(self, method, path, body=None, headers=None, connection=None,
            name="alice"):
        """One request: (status, headers, body as text)."""
        c = connection or self.connect(name)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if headers is None and body is not None:
            headers = JSON
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        text = r.read().decode("utf-8", "replace")
        if connection is None:
            c.close()
        return r.status, r.headers, text

    def echo(self, body, **kw):
        """What the gate got for a body posted to /v1/requests."""
        status, _, text = self.ask("POST", "/v1/requests", body, **kw)
        assert status == 200, (status, text)
        return json.loads(text)["fields"]

    def raw_socket(self, name="alice"):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return self.context(name).wrap_socket(s, server_hostname="localhost")

    def raw(self, data, pause=None):
        """Send bytes as they are; all that came until the end."""
        s = self.raw_socket()
        try:
            s.sendall(data)
        except OSError:
            pass
        return self.drain(s)

    @staticmethod
    def drain(s):
        out = b""
        try:
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                out += piece
        except (ConnectionResetError, ssl.SSLError, BrokenPipeError):
            pass
        s.close()
        return out

    def rss_kib(self):
        with open("/proc/%d/status" % self.front.pid) as f:
            for line in f:
                if line.startswith("VmRSS"):
                    return int(line.split()[1])
        return 0

    def state(self):
        """Of the front's process: R running, S sleeping, T stopped."""
        with open("/proc/%d/stat" % self.front.pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0]

    def stop(self):
        """End the front as its parent would; its exit code."""
        if self.front.poll() is None:
            self.front.send_signal(signal.SIGTERM)
        code = self.front.wait(timeout=30)
        return code

    def close(self):
        try:
            code = self.stop()
        finally:
            if self.front.poll() is None:
                self.front.kill()
                self.front.wait()
            self.front.stdin.close()
            self.front.stdout.close()
            self.errors.close()
            if self.gate is not None:
                self.stop_gate()
        log = self.log()
        shutil.rmtree(self.dir)
        assert "Sanitizer" not in log, log
        assert code == 0, (code, log)


def code_of(text):
    """The CODE of a problem document."""
    return json.loads(text)["type"].removeprefix("/problems/")


def status_of(raw):
    """Status of the first answer in raw bytes; 0 when there is none."""
    return int(raw.split(b" ", 2)[1]) if raw.startswith(b"HTTP/1.1 ") else 0


def _on_alarm(number, frame):
    raise AssertionError("took more than 60 s")


def main(module):
    """Run the functions of the module in their order, as TAP."""
    tests = [(n, f) for n, f in vars(module).items()
             if callable(f) and getattr(f, "__module__", "") == "__main__"
             and f.__code__.co_argcount == 0]
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    tests = [t for t in tests if wanted in t[0]]
    print("1..%d" % len(tests))
    failed = 0
    signal.signal(signal.SIGALRM, _on_alarm)
    for i, (name, test) in enumerate(tests, 1):
        why = None
        signal.alarm(60)
        try:
            test()
        except Exception:
            why = traceback.format_exc()
        signal.alarm(0)
        while _running:
            child = _running.pop()
            child.kill()
            child.wait()
        print("%s %d %s" % ("not ok" if why else "ok", i, name))
        if why:
            failed += 1
            print("\n".join("# " + line for line in why.splitlines()))
        sys.stdout.flush()
    for ca in _made.values():
        shutil.rmtree(os.path.dirname(ca.folder))
    sys.exit(1 if failed else 0)
