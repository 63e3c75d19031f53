"""The crash test: killed at random moments under load, and every system call of
the commit path failed once. After each: the log is whole, every answer given is in
it, nothing was entered twice, no budget was lost, and the gate is up by itself.

Environment: STILE_CRASHES (default 200), LOAD (the load client), STILE_SEED.
"""
import base64
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import tempfile
import time

from holder import (LICENCE, OTHER_VIN, PERSON, PLATE, VIN, about, all_of, check,
                    equal, main, wait)

CRASHES = int(os.environ.get("STILE_CRASHES", "200"))
LOAD = os.environ.get("LOAD", "build/bench/load_bench")
SEED = int(os.environ.get("STILE_SEED", "0")) or random.randrange(1 << 30)
CLIENTS = 8
# Who is killed how often: the gate is what holds the promise.
TARGETS = ["gate"] * 12 + ["keeper"] * 3 + ["clerk"] * 2 + ["front"] * 2 + ["serve"]


class Load:
    """The load client on a holder, asking again with the same key when cut off."""

    def __init__(self, holder, seconds=3600.0):
        scratch = pathlib.Path(holder.scratch)
        self.answers = scratch / f"answers-{time.monotonic_ns()}"
        bodies = [about(s) for s in (VIN, OTHER_VIN, PLATE, PERSON, LICENCE)]
        (scratch / "bodies").write_text(
            "".join(json.dumps(body) + "\n" for body in bodies))
        (scratch / "identities").write_text(
            "".join(" ".join(holder.certificate(who)) + "\n" for who in ("alice", "sue")))
        self.process = subprocess.Popen(
            [LOAD, "--host", "localhost", "--port", str(holder.port),
             "--ca", holder.path("tls/ca.crt"), "--identities", scratch / "identities",
             "--bodies", scratch / "bodies", "--clients", str(CLIENTS),
             "--seconds", str(seconds), "--answers", self.answers, "--retry"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._read = 0

    def fresh(self):
        """Answers that have come since the last call: (key, body)."""
        if not self.answers.exists():
            check(self.process.poll() is None, "the load client ended:",
                  self.process.stdout.read() if self.process.poll() is not None else "")
            return []
        with self.answers.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._read += whole
        return [(line.split(b"\t", 1)[0].decode(), json.loads(line.split(b"\t", 1)[1]))
                for line in data[:whole].splitlines()]

    def stop(self):
        self.process.terminate()
        self.process.communicate()


class Witness:
    """Remembers what was answered and holds it against the log."""

    def __init__(self, holder):
        self.holder = holder
        self.index_of = {}          # idempotency key -> index
        self.roots = {}             # tree size -> root of a signed checkpoint
        self.n_answers = 0

    def see(self, answers):
        with contextlib.closing(self.holder.database()) as db:
            for key, body in answers:
                self._see_one(db, key, body)
        self.n_answers += len(answers)

    def _see_one(self, db, key, body):
        index, receipt = body["index"], body["receipt"]
        equal(self.index_of.setdefault(key, index), index, f"{key} was entered twice")
        row = db.execute("SELECT bytes FROM entry WHERE idx = ?", (index,)).fetchone()
        check(row, f"answered, and not in the log: entry {index}")
        extra = re.search(r"(?m)^extra (\S+)$", receipt)
        leaf = base64.b64decode(extra[1]).split(b"~")[0]
        check(leaf == bytes(row[0]), f"entry {index} is not what was answered")
        # Any two signed checkpoints of one size have one root, or there is a fork.
        lines = receipt.split("\n")
        at = next(i for i, line in enumerate(lines) if line == "")
        size, root = lines[at + 2], lines[at + 3]
        equal(self.roots.setdefault(int(size), root), root, f"fork at size {size}")

    def check_budgets(self):
        """Every person asked about is counted, once."""
        with contextlib.closing(self.holder.database()) as db:
            rows = db.execute("SELECT scope, key, count(*) FROM seen"
                              " GROUP BY scope, key").fetchall()
        by_who = {key: n for _, key, n in rows if key in ("alice", "sue")}
        equal(by_who, {"alice": 5, "sue": 5}, "distinct subjects counted")


def up_again(holder):
    if holder.server.poll() is not None:  # it was the parent's turn
        holder.start()
    wait(holder.is_ready, "the gate to be up again", 20)


def kill_one(holder, target):
    if target == "serve":
        holder.server.kill()
        holder.server.wait()
        # The roles end by themselves when their parent is gone.
        wait(lambda: not any(holder.pids(role) for role in
                             ("front", "gate", "keeper", "clerk")), "orphans to end")
    else:
        holder.kill(target)


def h25_killed_at_random_moments_under_load(holder):
    chance = random.Random(SEED)
    print(f"# seed {SEED}, {CRASHES} kills", flush=True)
    holder.set("restart_ms", 50)  # or the pauses between restarts grow to seconds
    holder.populate()
    witness = Witness(holder)
    killed = collections.Counter()
    load = Load(holder)
    slowest = 0.0
    try:
        wait(lambda: (got := load.fresh()) and (witness.see(got) or True), "a first answer")
        for number in range(CRASHES):
            time.sleep(chance.uniform(0.005, 0.15))
            target = chance.choice(TARGETS)
            kill_one(holder, target)
            killed[target] += 1
            began = time.monotonic()
            up_again(holder)
            slowest = max(slowest, time.monotonic() - began)
            holder.log_check()
            witness.see(load.fresh())
    finally:
        load.stop()
    witness.see(load.fresh())
    holder.log_check()
    witness.check_budgets()
    print(f"# {witness.n_answers} answers, {holder.size()} entries, killed {dict(killed)},"
          f" up again within {slowest:.1f} s", flush=True)
    check(witness.n_answers > CRASHES, "too little load to prove anything")


# -- every system call of the commit path, failed once

PROBE = "pwrite64,pwritev,write,writev,sendmsg,sendto,fdatasync,fsync,ftruncate," \
        "fcntl,lseek,mmap,pread64,read,recvmsg,recvfrom,openat,fallocate,unlink"
ERRORS = {"pwrite64": ("EIO", "ENOSPC"), "pwritev": ("EIO", "ENOSPC"),
          "fdatasync": ("EIO", "ENOSPC"), "fsync": ("EIO", "ENOSPC"),
          "ftruncate": ("EIO", "ENOSPC"), "openat": ("EIO", "ENOSPC"),
          "fallocate": ("ENOSPC",), "mmap": ("ENOMEM",), "fcntl": ("EIO",),
          "write": ("EIO", "ENOSPC"), "writev": ("EIO",), "sendmsg": ("ECONNRESET",),
          "sendto": ("ECONNRESET",), "pread64": ("EIO",), "read": ("EIO",),
          "recvmsg": ("ECONNRESET",), "recvfrom": ("ECONNRESET",), "unlink": ("EIO",)}


@contextlib.contextmanager
def strace(pid, *options):
    """Attach; the commands of the body are watched. Yields the trace's path."""
    prefix = [] if os.getuid() == 0 else ["sudo", "-n"]
    trace = pathlib.Path(tempfile.gettempdir(), f"strace-{pid}-{time.monotonic_ns()}")
    process = subprocess.Popen([*prefix, "strace", "-f", "-p", str(pid), "-o", trace,
                                *options], stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    check("attached" in line, f"strace: {line}")
    try:
        yield trace
    finally:
        process.terminate()
        process.communicate()
        with contextlib.suppress(OSError):
            trace.unlink()


def calls_of_one_request(holder):
    """How often each system call comes in one request: name -> count."""
    counts = collections.Counter()
    gate, = holder.pids("gate")
    with strace(gate, "-e", f"trace={PROBE}") as trace:
        equal(holder.ask("alice", about(VIN)).status, 200)
        time.sleep(0.2)
        for line in trace.read_text().splitlines():
            name = re.match(r"(?:\d+\s+)?(\w+)\(", line)
            if name:
                counts[name[1]] += 1
    return counts


def fault_survived(holder, witness, name, error, number):
    """One request while the number-th call of this name fails."""
    gate, = holder.pids("gate")
    before = holder.size()
    key = f"fault-{name}-{error}-{number}"
    holder.client("alice")
    with strace(gate, "-e", f"trace={name}", "-e",
                f"inject={name}:error={error}:syscall=getpid:when={number}"):
        try:
            answer = holder.ask("alice", about(VIN), key=key)
        except OSError:
            answer = None
    if answer is not None and answer.status == 200:
        witness.see([(key, answer.body)])
    elif answer is not None:
        check("record" not in answer.body, f"{key}: disclosed with {answer.status}")
        check(answer.status >= 500, f"{key}: {answer.status} {answer.text[:200]}")
    up_again(holder)
    holder.log_check()
    # The same key again: answered, and entered once however it went before.
    again = holder.ask("alice", about(VIN), key=key)
    equal(again.status, 200, f"{key} again: {again.text[:300]}")
    witness.see([(key, again.body)])
    check(holder.size() <= before + 3, f"{key}: {holder.size() - before} entries for one request")


def h22_h25_every_system_call_of_the_commit_path_fails_once(holder):
    holder.populate()
    witness = Witness(holder)
    for subject in (VIN,):
        equal(holder.ask("alice", about(subject)).status, 200)
    counts = calls_of_one_request(holder)
    check(counts["fdatasync"] + counts["fsync"] > 0, f"no sync in a commit: {counts}")
    n_faults = 0
    for name, count in sorted(counts.items()):
        for number in range(1, min(count, 12) + 1):
            for error in ERRORS[name]:
                fault_survived(holder, witness, name, error, number)
                n_faults += 1
    print(f"# {n_faults} faults; calls of one request: {dict(counts)}", flush=True)


def h23_a_sync_that_fails_once_is_final_for_the_process_that_saw_it(holder):
    holder.populate()
    equal(holder.ask("alice", about(VIN)).status, 200)
    gate, = holder.pids("gate")
    with strace(gate, "-e", "trace=fdatasync,fsync", "-e",
                "inject=fdatasync,fsync:error=EIO:syscall=getpid:when=1"):
        with contextlib.suppress(OSError):
            check(holder.ask("alice", about(VIN)).status != 200, "answered unsynced")
        wait(lambda: gate not in holder.pids("gate"), "the gate to give up its store")
    up_again(holder)
    holder.log_check()
    equal(holder.ask("alice", about(VIN)).status, 200)


def h22_a_short_write_discloses_nothing(holder):
    holder.populate()
    equal(holder.ask("alice", about(VIN)).status, 200)
    wal = pathlib.Path(holder.path("state/stile.db-wal"))
    for room in (1, 100, 2000, 4096, 5000):
        gate, = holder.pids("gate")
        # The kernel cuts the write that crosses the limit: a genuine short write.
        limit = wal.stat().st_size + room
        resource.prlimit(gate, resource.RLIMIT_FSIZE, (limit, limit))
        for _ in range(8):
            try:
                answer = holder.ask("alice", about(VIN))
            except OSError:
                break
            if answer.status != 200:
                check("record" not in answer.body, answer.text)
                break
        holder.kill("gate")
        wait(lambda: holder.pids("gate") not in ([], [gate]), "another gate")
        up_again(holder)
        holder.log_check()
        equal(holder.ask("alice", about(VIN)).status, 200)


def h25_an_orderly_end_under_load_loses_nothing(holder):
    holder.populate()
    witness = Witness(holder)
    load = Load(holder)
    try:
        time.sleep(1)
        equal(holder.stop(), 0, "exit code of an orderly end")
    finally:
        load.stop()
    answers = load.fresh()
    check(answers, "no answer before the end")
    witness.see(answers)
    holder.log_check()


main(all_of(globals()))
