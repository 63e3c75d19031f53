"""A holder of its own for one scenario: made, filled, served, asked, killed.

Everything goes through what a stranger has: the command line (`stile`) and the
API over mutual TLS. A scenario file is a list of functions whose names are
sentences; each takes a fresh Holder, or none, and raises when something is not
so. main() runs them and speaks TAP.

Environment: STILE, the program. Python's standard library only.
"""
import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

HERE = pathlib.Path(__file__).resolve().parent
STILE = os.environ.get("STILE", str(HERE.parents[1] / "build/stile"))
PACKS = HERE.parents[1] / "packs"
ROLES = ("front", "gate", "keeper", "clerk")
PATIENCE = float(os.environ.get("STILE_PATIENCE", "15"))

# People and vehicles of tests/scenario/records: made up, all of them.
VIN = {"vin": "1HGCM82633A004352"}
OTHER_VIN = {"vin": "1M8GDM9AXKP042788"}
ABSENT_VIN = {"vin": "5YJSA1E14HF000337"}
SEALED_VIN = {"vin": "2T1BURHE5JC074621"}
PLATE = {"plate": {"state": "NY", "number": "ABC1234", "year": 2027, "type": "PC"}}
PERSON = {"person": {"family": "MARTINEZ", "given": "ELENA", "birth_date": "1984-03-09"}}
TWINS = {"person": {"family": "SMITH", "given": "JOHN", "birth_date": "1970-01-01"}}
LICENCE = {"licence": {"state": "NY", "number": "512839476"}}

Answer = collections.namedtuple("Answer", "status headers body text")


class Wrong(AssertionError):
    """Something is not as the scenario says."""


def check(condition, *what):
    if not condition:
        raise Wrong(" ".join(str(word) for word in what) or "not so")


def equal(got, want, what=""):
    if got != want:
        raise Wrong(f"{what}: got {got!r}, expected {want!r}")


def wait(condition, what="it", seconds=None):
    """Call condition until it is true; its value."""
    end = time.monotonic() + (seconds or PATIENCE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Wrong(f"waited in vain for {what}")
        time.sleep(0.02)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def about(subject, /, ground="C-1", **more):
    """The body of a request about one subject; None as a value leaves it out."""
    if isinstance(ground, str):
        ground = {"investigation": ground}
    body = {"subject": subject, "ground": ground,
            "purpose": "dppa-1", "end_use": "criminal",
            "fields": ["vehicle.make", "owner.family"],
            "reason": "Vehicle seen at the place of the burglary"}
    if "person" in subject or "licence" in subject:
        body["fields"] = ["person.family", "licence.status"]
    body.update(more)
    return {name: value for name, value in body.items() if value is not None}


def record(answer):
    """The record's values, without classes and marks."""
    return {name: field["value"] for name, field in answer.body["record"].items()}


def rules(answer):
    return [rule["rule"] for rule in answer.body.get("rules", [])]


class Client:
    """One person's keep-alive connection."""

    def __init__(self, holder, requester, certificate=None):
        self.holder = holder
        files = certificate or holder.certificate(requester)
        self.context = ssl.create_default_context(cafile=holder.path("tls/ca.crt"))
        self.context.load_cert_chain(*files)
        self.connection = None

    def connect(self):
        self.connection = http.client.HTTPSConnection(
            "localhost", self.holder.port, timeout=PATIENCE, context=self.context)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def call(self, method, path, body=None, key=None, headers=None):
        if self.connection is None:
            self.connect()
        send = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        if body is not None:
            send.setdefault("Content-Type", "application/json")
        if key is not None:
            send["Idempotency-Key"] = key
        elif method == "POST" and "Idempotency-Key" not in send:
            send["Idempotency-Key"] = uuid.uuid4().hex
        try:
            self.connection.request(method, path, body, send)
            response = self.connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        try:
            parsed = json.loads(text)
        except ValueError:
            parsed = {}
        return Answer(response.status, response.headers, parsed, text)


class Holder:
    """A holder's folder and, once started, its server."""

    def __init__(self, name="NYDMV", state="NY"):
        self.scratch = tempfile.mkdtemp(prefix="stile-scenario-")
        self.dir = os.path.join(self.scratch, "holder")
        self.port = free_port()
        self.server = None
        self.clients = {}
        self.stile("init", self.dir, "--holder", name, "--state", state,
                   "--name", "Test holder", "--port", str(self.port))
        self.sign_packs()

    # -- files and verbs

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def stile(self, *words, expect=0, text=None, env=None):
        """Run the program; its standard output. expect None: any exit code."""
        done = subprocess.run(
            [STILE, *[str(word) for word in words]], input=text, text=True,
            capture_output=True, timeout=60, env={**os.environ, **(env or {})})
        if expect is not None and done.returncode != expect:
            raise Wrong(f"stile {' '.join(map(str, words))}: exit {done.returncode}, "
                        f"expected {expect}\n{done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done if expect is None else done.stdout

    def set(self, name, value):
        """Change a setting of stile.conf by its last name."""
        path = pathlib.Path(self.path("stile.conf"))
        text, n = re.subn(rf"(?m)^(\s*#?\s*){name}(\s*)=.*?;",
                          lambda m: f"{m[1].replace('#', '')}{name}{m[2]}= {value};",
                          path.read_text(), count=1)
        check(n == 1, "no setting", name)
        path.write_text(text)

    def sign_packs(self):
        """The packs as shipped, signed by authorities of this holder's own."""
        for pack in sorted(PACKS.iterdir()):
            folder = self.path("packs", pack.name)
            shutil.copytree(pack, folder, dirs_exist_ok=True)
            authority = re.search(r'(?m)^authority\s*=\s*"([^"]+)"',
                                  (pack / "pack.conf").read_text())[1]
            secret = os.path.join(self.scratch, authority + ".key")
            if not os.path.exists(secret):
                self.stile("pack", "key", authority, "--secret", secret, "--public",
                           self.path("trust", authority + ".vkey"))
            self.stile("pack", "sign", folder, "--key", secret)

    def import_records(self):
        for kind in ("vehicles", "drivers"):
            self.stile("import", HERE / "records" / f"{kind}.csv", "--map",
                       HERE / "records" / f"{kind}.map", "--dir", self.dir)

    def agency(self, ori, name="Test police", kind="local", **more):
        """Register an agency. The server must not run."""
        words = ["agency", "add", ori, "--dir", self.dir, "--name", name, "--kind", kind]
        for option, value in more.items():
            words += ["--" + option.replace("_", "-"), value]
        self.stile(*words)

    def requester(self, who, ori, *roles, name=None, own=None, **more):
        """Register a person with a certificate. own: their FAMILY,GIVEN,DATE."""
        words = ["requester", "add", who, "--dir", self.dir, "--agency", ori, "--name",
                 name or who.title(), "--issue"]
        for role in roles or ("requester",):
            words += ["--role", role]
        if own is not None:
            words += ["--self", own]
        for option, value in more.items():
            words += ["--" + option.replace("_", "-"), value]
        self.stile(*words)

    def certificate(self, requester):
        return (self.path("clients", requester + ".crt"),
                self.path("clients", requester + ".key"))

    def populate(self):
        """Two agencies, their people, one case; the server runs afterwards."""
        self.import_records()
        self.agency("NY0010100", "Albany PD")
        self.agency("NYNSP0000", "State police", kind="state")
        self.requester("alice", "NY0010100")
        self.requester("bob", "NY0010100")
        self.requester("sue", "NY0010100", "requester", "supervisor")
        self.requester("sam", "NY0010100", "supervisor")
        self.requester("olga", "NYNSP0000")
        self.requester("boss", "NYNSP0000", "supervisor")
        self.start()
        self.case("sam", "C-1", assign=["alice", "sue"])
        self.case("boss", "S-1", assign=["olga"])
        return self

    # -- the server

    def start(self, expect_ready=True, wrapper=()):
        self.errors = open(os.path.join(self.scratch, "serve.log"), "ab")
        self.server = subprocess.Popen(
            [*wrapper, STILE, "serve", self.dir], stdout=self.errors,
            stderr=self.errors, start_new_session=True)
        if expect_ready:
            wait(self.is_ready, "the server to be ready")

    def is_ready(self):
        if self.server.poll() is not None:
            raise Wrong("serve ended by itself:\n" + self.log_text()[-3000:])
        try:
            return self.probe("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def probe(self, path):
        """A GET by whoever has a certificate."""
        names = sorted(p.stem for p in pathlib.Path(self.path("clients")).glob("*.crt"))
        check(names, "nobody is registered")
        client = Client(self, names[0])
        try:
            return client.call("GET", path)
        finally:
            client.close()

    def log_text(self):
        return pathlib.Path(self.scratch, "serve.log").read_text(errors="replace")

    def stop(self, by=signal.SIGTERM):
        """Returns the exit code."""
        for client in self.clients.values():
            client.close()
        self.clients.clear()
        if self.server is None:
            return None
        if self.server.poll() is None:
            self.server.send_signal(by)
        try:
            code = self.server.wait(PATIENCE)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server = None
            self.errors.close()
        return code

    def pids(self, role):
        """Processes of one role, from their command lines."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if (b"role" in words and role.encode() in words
                    and self.dir.encode() in words):
                found.append(int(entry.name))
        return found

    def kill(self, role, by=signal.SIGKILL):
        for pid in self.pids(role):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, by)

    # -- asking

    def client(self, requester):
        if requester not in self.clients:
            self.clients[requester] = Client(self, requester)
        return self.clients[requester]

    def get(self, requester, path):
        return self.client(requester).call("GET", path)

    def post(self, requester, path, body=None, **more):
        return self.client(requester).call("POST", path, body, **more)

    def ask(self, requester, body, **more):
        return self.post(requester, "/v1/requests", body, **more)

    def case(self, supervisor, number, subjects=(), assign=(), offence="burglary"):
        body = {"number": number, "offence": offence}
        if subjects:
            body["subjects"] = list(subjects)
        answer = self.post(supervisor, "/v1/investigations", body)
        equal(answer.status, 201, f"registering {number}: {answer.text}")
        for requester in assign:
            answer = self.post(supervisor, f"/v1/investigations/{number}/assignments",
                               {"requester": requester})
            equal(answer.status, 201, f"assigning {requester}: {answer.text}")

    def warrant(self, supervisor, number, *subjects, **more):
        body = {"number": number, "kind": "arrest", "court": "Albany City Court",
                "offence": "robbery", "issued": "2026-01-05", "subjects": list(subjects)}
        body.update(more)
        return self.post(supervisor, "/v1/wanted", body)

    def instrument(self, supervisor, number, subject, scope, **more):
        today = time.strftime("%Y-%m-%d", time.gmtime())
        body = {"number": number, "kind": "court-subpoena", "docket": "26-117",
                "court": "County Court", "issued": today, "expires": "2099-12-31",
                "scope": scope, "subjects": [subject]}
        body.update(more)
        return self.post(supervisor, "/v1/instruments", body)

    # -- the log

    def size(self):
        """Entries committed, read from the store beside the gate."""
        with contextlib.closing(self.database()) as db:
            return db.execute("SELECT coalesce(max(idx) + 1, 0) FROM entry").fetchone()[0]

    def database(self):
        return sqlite3.connect(f"file:{self.path('state/stile.db')}?mode=ro", uri=True,
                               timeout=10)

    def log_check(self):
        """`stile log check`: the store, the tree and the checkpoint agree."""
        return self.stile("log", "check", "--dir", self.dir)

    def verify(self, receipt, expect=0):
        path = os.path.join(self.scratch, "receipt.tlog-proof")
        pathlib.Path(path).write_text(receipt)
        return self.stile("verify", path, "--key", self.path("keys/log.vkey"),
                          expect=expect)

    def close(self):
        self.stop(signal.SIGKILL)
        if os.environ.get("STILE_KEEP"):
            print(f"# kept {self.scratch}")
        else:
            shutil.rmtree(self.scratch, ignore_errors=True)


_shared = []


def shared():
    """One populated holder for scenarios that leave no trace others mind."""
    if not _shared:
        holder = Holder()
        _shared.append(holder)
        holder.populate()
    return _shared[0]


def main(tests):
    """Run the functions; those whose names contain an argument, if there is one."""
    chosen = [t for t in tests
              if not sys.argv[1:] or any(a in t.__name__ for a in sys.argv[1:])]
    print(f"1..{len(chosen)}", flush=True)
    n_failed = 0
    for number, test in enumerate(chosen, 1):
        own = []
        try:
            if test.__code__.co_argcount:
                own.append(Holder())
                test(own[0])
            else:
                test()
            print(f"ok {number} {test.__name__}", flush=True)
        except BaseException as error:  # noqa: B036 - said, counted, and on
            n_failed += 1
            for frame in traceback.extract_tb(error.__traceback__):
                if os.path.dirname(frame.filename) == str(HERE) and frame.name != "main":
                    print(f"# {os.path.basename(frame.filename)}:{frame.lineno}: {frame.line}")
            for line in f"{type(error).__name__}: {error}".splitlines():
                print("#", line)
            for holder in own + _shared:
                if holder.server is not None:
                    for line in holder.log_text().splitlines()[-12:]:
                        print("# serve:", line[:300])
            print(f"not ok {number} {test.__name__}", flush=True)
            if isinstance(error, KeyboardInterrupt):
                break
        for holder in own:
            holder.close()
    for holder in _shared:
        holder.close()
    sys.exit(1 if n_failed else 0)


def all_of(namespace):
    """The scenario functions of a module, in the order they are written."""
    return [value for name, value in namespace.items()
            if callable(value) and getattr(value, "__module__", "") == "__main__"
            and re.match(r"(p|h|t)\d+_", name)]
