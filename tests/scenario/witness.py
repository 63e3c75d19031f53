"""A witness: remembers what was answered and holds it against the log.

Answered is a subset of logged; nothing is entered twice; one size has one root, or
there is a fork; a key gives the same bytes again; everybody asked about is counted.
"""
import base64
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import subprocess
import time

from holder import LICENCE, OTHER_VIN, PERSON, PLATE, VIN, about, check, equal, wait

LOAD = os.environ.get("LOAD", "build/bench/load_bench")
SEED = int(os.environ.get("STILE_SEED", "0")) or random.randrange(1 << 30)
ASKED = [about(subject) for subject in (VIN, OTHER_VIN, PLATE, PERSON, LICENCE)]
ASKERS = ("alice", "sue")


class Load:
    """The load client on a holder, asking again with the same key when cut off."""

    def __init__(self, holder, clients=8):
        scratch = pathlib.Path(holder.scratch)
        self.answers = scratch / f"answers-{time.monotonic_ns()}"
        (scratch / "bodies").write_text(
            "".join(json.dumps(body) + "\n" for body in ASKED))
        (scratch / "identities").write_text(
            "".join(" ".join(holder.certificate(who)) + "\n" for who in ASKERS))
        self.process = subprocess.Popen(
            [LOAD, "--host", "localhost", "--port", str(holder.port),
             "--ca", holder.path("tls/ca.crt"), "--identities", scratch / "identities",
             "--bodies", scratch / "bodies", "--clients", str(clients),
             "--seconds", "3600", "--answers", self.answers, "--retry"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._read = 0

    def fresh(self):
        """Answers that have come since the last call: (key, text)."""
        if not self.answers.exists():
            check(self.process.poll() is None, "the load client ended:",
                  self.process.stdout.read() if self.process.poll() is not None else "")
            return []
        with self.answers.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._read += whole
        return [tuple(line.decode().split("\t", 1)) for line in data[:whole].splitlines()]

    def stop(self):
        self.process.terminate()
        self.process.communicate()


def presentation(receipt):
    """Of a receipt: the bytes of its leaf and its disclosures."""
    extra = base64.b64decode(re.search(r"(?m)^extra (\S+)$", receipt)[1])
    leaf, *disclosures = extra.split(b"~")
    return leaf, disclosures[:-1]


def disclosed(receipt, label):
    """The value of a label that the receipt opens; None when it does not."""
    leaf, disclosures = presentation(receipt)
    wanted = json.loads(leaf)[label][0]["..."]
    for text in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest())
        if digest.rstrip(b"=").decode() == wanted:
            return json.loads(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)))[1]
    return None


class Witness:
    def __init__(self, holder):
        self.holder = holder
        self.text_of = {}  # idempotency key -> the body of its answer
        self.roots = {}    # tree size -> root of a signed checkpoint
        self.chance = random.Random(SEED)
        self.n_replays = 0

    def see(self, answers):
        with contextlib.closing(self.holder.database()) as db:
            for key, text in answers:
                self._see_one(db, key, text)

    def _see_one(self, db, key, text):
        equal(self.text_of.setdefault(key, text), text, f"{key} was answered otherwise")
        body = json.loads(text)
        index, receipt = body["index"], body["receipt"]
        row = db.execute("SELECT bytes FROM entry WHERE idx = ?", (index,)).fetchone()
        check(row, f"answered, and not in the log: entry {index}")
        check(presentation(receipt)[0] == bytes(row[0]),
              f"entry {index} is not what was answered")
        lines = receipt.split("\n")
        at = next(i for i, line in enumerate(lines) if line == "")
        size, root = lines[at + 2], lines[at + 3]
        equal(self.roots.setdefault(int(size), root), root, f"fork at size {size}")

    def ask_again(self, how_many):
        """Keys of before give the same bytes, whatever has died since."""
        keys = sorted(key for key in self.text_of if key.startswith("load-"))
        for key in self.chance.sample(keys, min(how_many, len(keys))):
            number = int(key.rsplit("-", 1)[1])
            who = disclosed(json.loads(self.text_of[key])["receipt"], "operator")
            again = self.holder.ask(who, ASKED[number % len(ASKED)], key=key)
            equal(again.text, self.text_of[key], f"{key} again")
            self.n_replays += 1

    def check_budgets(self, expected=None):
        """Everybody asked about is counted, once; the minutes add up to that."""
        with contextlib.closing(self.holder.database()) as db:
            seen = dict(((scope, key), n) for scope, key, n in db.execute(
                "SELECT scope, key, count(*) FROM seen GROUP BY scope, key"))
            tally = dict(((scope, key), n) for scope, key, n in db.execute(
                "SELECT scope, key, sum(n) FROM tally GROUP BY scope, key"))
        equal(tally, seen, "subjects by minute, and by name")
        by_who = {key: n for (_, key), n in seen.items() if key in ASKERS}
        if expected is not None:
            equal(by_who, expected, "distinct subjects counted")


def up_again(holder):
    """Ready by itself; the parent alone has nobody to start it."""
    if holder.server.poll() is not None:
        holder.start()
    wait(holder.is_ready, "the gate to be up again", 20)


def published(holder):
    """Wait until the clerk has published the whole log, and verify that."""
    def is_there():
        try:
            lines = pathlib.Path(holder.path("log/checkpoint")).read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 1 and int(lines[1]) >= holder.size()

    wait(is_there, "the log to be published", 20)
    holder.stile("verify", holder.path("log"), "--key", holder.path("keys/log.vkey"))
