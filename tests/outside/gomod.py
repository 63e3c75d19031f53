"""Programs that others wrote, had as Go modules: Tessera's fsck and its witness
client, and litewitness. ./test --full only; skipped, with a line that says so,
where Go is older than their modules want or the module proxy is not reached.
"""
import base64
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from holder import STILE, VIN, about, all_of, check, equal, free_port, main, wait
from tlog_maker import EMPTY, Key, b64
from witnesses_kit import Witness, policy_of

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = tempfile.mkdtemp(prefix="stile-gomod-")


def build():
    """None, or why the programs cannot be had."""
    go = shutil.which("go")
    if go is None:
        return "there is no go"
    version = subprocess.run([go, "version"], capture_output=True, text=True).stdout
    found = re.search(r"go1\.(\d+)", version)
    if not found or int(found[1]) < 25:
        return f"{version.strip()}: the modules want go 1.25"
    work = os.path.join(TOOLS, "src")
    shutil.copytree(HERE / "gomod", work)
    done = subprocess.run([go, "build", "-o", TOOLS + "/", "tool"], cwd=work, text=True,
                          capture_output=True, env={**os.environ, "GOFLAGS": "-mod=mod"})
    if done.returncode != 0:
        return "go build: " + (done.stderr.strip().splitlines() or ["failed"])[-1]
    return None


def tool(name, *words, expect=0, env=None):
    done = subprocess.run([os.path.join(TOOLS, name), *words], capture_output=True, text=True,
                          timeout=120, env={**os.environ, **(env or {})})
    if expect is not None:
        equal(done.returncode, expect, (done.stdout + done.stderr)[-2000:])
    return done


def t1_tesseras_fsck_finds_no_fault_in_a_served_log(h):
    port = free_port()
    h.set("public_port", str(port))
    h.populate()
    for _ in range(300):
        equal(h.ask("alice", about(VIN, fields=["vehicle.make"])).status, 200)
    size = h.size()
    note = pathlib.Path(h.path("log/checkpoint"))
    wait(lambda: note.read_text().split("\n")[1] == str(size), "all of it to be published")
    vkey = h.path("keys/log.vkey")
    trimmed = os.path.join(h.scratch, "vkey")
    pathlib.Path(trimmed).write_text(pathlib.Path(vkey).read_text().strip())

    def fsck():
        """It exits with 0 whatever it found: what it says counts."""
        said = tool("fsck", f"--storage_url=https://localhost:{port}/log/",
                    f"--public_key={trimmed}", "--ui=false", "--N=4", "-v=1",
                    env={"SSL_CERT_FILE": h.path("tls/ca.crt")}).stderr
        check("Completed ranges" in said, said[-2000:])
        return "fsck failed" not in said

    check(fsck(), "fsck found a fault")
    path = pathlib.Path(h.path("log/tile/0/000"))
    good = path.read_bytes()
    path.write_bytes(good[:77] + bytes([good[77] ^ 1]) + good[78:])
    check(not fsck(), "fsck took a damaged tile")
    path.write_bytes(good)
    check(fsck(), "fsck found a fault")


def skey(key, seed):
    return f"PRIVATE+KEY+{key.name}+{key.id.hex()}+{b64(bytes([1]) + seed)}"


def tessera(folder, entries, secret, policy, expect=0):
    """Append files to a Tessera log, cosigned as the policy says."""
    drop = tempfile.mkdtemp(dir=TOOLS)
    for i, text in enumerate(entries):
        pathlib.Path(drop, f"{i:04d}").write_text(text)
    return tool("posix-oneshot", f"--storage_dir={folder}", f"--entries={drop}/*",
                f"--witness_policy_file={policy}", "--witness_timeout=3s", expect=expect,
                env={"LOG_PRIVATE_KEY": secret})


def t2_tesseras_witness_client_is_served_by_ours_and_we_verify_its_log():
    seed = b"\x21" * 32
    key = Key("tessera.example/log", seed)
    w = Witness(key.vkey()).start()
    try:
        policy = os.path.join(w.dir, "policy")
        pathlib.Path(policy).write_text(
            f"witness w1 {w.vkey} {w.url().rstrip('/')}\nquorum w1\n")
        folder = os.path.join(w.dir, "log")
        size = 0
        for n in (1, 2, 255, 300):
            tessera(folder, [f"entry {size + i}" for i in range(n)], skey(key, seed), policy)
            size += n
            note = pathlib.Path(folder, "checkpoint").read_text()
            equal(note.split("\n")[1], str(size))
            check("\u2014 w.example/1 " in note, note)
            vkey = os.path.join(w.dir, "vkey")
            pathlib.Path(vkey).write_text(key.vkey())
            done = subprocess.run([STILE, "verify", folder, "--key", vkey, "--policy", policy],
                                  capture_output=True, text=True)
            equal(done.returncode, 0, done.stderr)
            check(f"{size} entries" in done.stdout, done.stdout)
        # The same log begun anew: our witness remembers, and Tessera is told.
        fork = os.path.join(w.dir, "fork")
        done = tessera(fork, [f"another {i}" for i in range(700)], skey(key, seed), policy, None)
        note = pathlib.Path(fork, "checkpoint")
        check(not note.exists() or "w.example" not in note.read_text(), "a fork was cosigned")
        check(done.returncode != 0 and f"x.tlog.size {size}" in done.stderr, done.stderr[-500:])
        equal(w.add_size(), size)
    finally:
        w.close()


class Litewitness:
    """litewitness with a key of its own in an ssh-agent."""

    def __init__(self, origin, vkey):
        self.dir = tempfile.mkdtemp(prefix="stile-litewitness-")
        self.port = free_port()
        path = lambda name: os.path.join(self.dir, name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("key")],
                       check=True)
        self.agent = subprocess.Popen(["ssh-agent", "-D", "-a", path("agent")],
                                      stdout=subprocess.DEVNULL)
        wait(lambda: os.path.exists(path("agent")), "ssh-agent")
        subprocess.run(["ssh-add", "-q", path("key")], check=True,
                       env={**os.environ, "SSH_AUTH_SOCK": path("agent")})
        finger = subprocess.run(["ssh-keygen", "-lf", path("key.pub")], check=True, text=True,
                                capture_output=True).stdout.split()[1]
        self.words = [os.path.join(TOOLS, "litewitness"), "-db", path("db"), "-name",
                      "lite.example/w", "-ssh-agent", path("agent"), "-key", finger, "-listen",
                      f"127.0.0.1:{self.port}"]
        self.log = path("log")
        self.server = None
        self.start()  # makes its tables
        self.stop()
        with sqlite3.connect(path("db")) as db:
            db.execute("INSERT INTO log VALUES (?, 0, ?)", (origin, b64(EMPTY)))
            db.execute("INSERT INTO key VALUES (?, ?)", (origin, vkey))
        db.close()
        self.start()
        self.vkey = re.search(r'vkey="?([^"\s]+)', pathlib.Path(self.log).read_text())[1]

    def start(self):
        self.server = subprocess.Popen(self.words, stderr=open(self.log, "ab"))
        wait(lambda: "vkey=" in pathlib.Path(self.log).read_text(), "litewitness")
        time.sleep(0.3)

    def stop(self):
        self.server.terminate()
        self.server.wait(20)

    def close(self):
        for process in (self.server, self.agent):
            process.kill()
            process.wait()
        shutil.rmtree(self.dir)


def t2_litewitness_cosigns_what_our_courier_brings(h):
    import json
    vkey = pathlib.Path(h.path("keys/log.vkey")).read_text().strip()
    lite = Litewitness("stile.invalid/NYDMV", vkey)
    ours = Witness(vkey, name="w.example/1").start()
    try:
        policy = policy_of(h, [(lite.vkey, f"http://127.0.0.1:{lite.port}"),
                               (ours.vkey, ours.url())], "all")
        h.populate()

        def status():
            return json.loads(h.stile("log", "status", "--dir", h.dir, "--json",
                                      expect=None).stdout)

        for _ in range(3):
            h.ask("alice", about(VIN))
            size = h.size()
            wait(lambda: status().get("entries") == size and status()["quorum"],
                 f"both to cosign: {status()}", 20)
        equal(status()["cosignatures"], 2)
        h.stile("verify", h.path("log"), "--policy", policy)
        # It is away for a while, and both are asked with the sizes they know.
        lite.stop()
        h.ask("alice", about(VIN))
        wait(lambda: not status()["quorum"], "litewitness to be missed", 20)
        lite.start()
        wait(lambda: status()["quorum"], f"it to be back: {status()}", 20)
    finally:
        lite.close()
        ours.close()


why = build()
if why is not None:
    print(f"1..0 # SKIP {why}")
    shutil.rmtree(TOOLS, ignore_errors=True)
    sys.exit(0)
try:
    main(all_of(globals()))
finally:
    shutil.rmtree(TOOLS, ignore_errors=True)
