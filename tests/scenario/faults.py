"""Faults and insiders, by their numbers: what happens to the log and its house."""
import base64
import calendar
import contextlib
import itertools
import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

from holder import HERE, OTHER_VIN, STILE, VIN, about, all_of, check, equal, main, wait

ROOT = HERE.parents[1]


def filled(h, n=5):
    h.populate()
    receipts = []
    for _ in range(n):
        answer = h.ask("alice", about(VIN))
        equal(answer.status, 200, answer.text)
        receipts.append(answer.body["receipt"])
    return receipts


def edit(h, statement, *values):
    with contextlib.closing(sqlite3.connect(h.path("state/stile.db"))) as db:
        db.execute(statement, values)
        db.commit()


def h24_a_store_that_is_taken_away_stops_the_answers(h):
    filled(h, 1)
    state, gone = pathlib.Path(h.path("state")), pathlib.Path(h.path("state.gone"))
    state.rename(gone)
    h.kill("gate")
    answers = []
    end = time.monotonic() + 3
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            answers.append(h.ask("alice", about(VIN)))
        time.sleep(0.1)
    check(all(a.status >= 500 and "record" not in a.body for a in answers),
          [a.status for a in answers])
    h.stop(signal.SIGKILL)
    gone.rename(state)
    h.start()
    h.log_check()


def h24_files_taken_away_under_the_gate_are_seen_before_the_next_answer(h):
    """What would be written into a file without its name is not durable (P1)."""
    filled(h, 2)
    state, gone = pathlib.Path(h.path("state")), pathlib.Path(h.path("state.gone"))
    base = state / "stile.db"

    def swap():
        state.rename(gone)
        state.mkdir(0o700)
    for name, take, give_back in (
            ("renamed", lambda: base.rename(gone), lambda: gone.rename(base)),
            ("replaced by a copy", lambda: (shutil.copy(base, gone), gone.rename(base)),
             lambda: None),
            ("directory swapped", swap, lambda: (shutil.rmtree(state), gone.rename(state)))):
        # All that was committed before is in the file itself.
        edit(h, "PRAGMA wal_checkpoint(PASSIVE)")
        size = h.size()
        take()
        answer = h.ask("alice", about(VIN))
        equal((answer.status, answer.body.get("code")), (503, "log-unavailable"), name)
        check("record" not in answer.body)
        wait(lambda: "taken away, replaced or cut" in h.log_text(), "a word why")
        h.stop(signal.SIGKILL)
        give_back()
        h.start()
        check(h.size() >= size, name)
        equal(h.ask("alice", about(VIN)).status, 200)
        h.log_check()


def h24_a_log_cut_under_the_gate_stops_the_answers(h):
    filled(h, 2)
    os.truncate(h.path("state/stile.db-wal"), 0)
    answer = h.ask("alice", about(VIN))
    check(answer.status >= 500 and "record" not in answer.body, answer.text)
    wait(lambda: "taken away, replaced or cut" in h.log_text(), "a word why")
    h.stop(signal.SIGKILL)
    done = h.stile("log", "check", "--dir", h.dir, expect=None)
    check(done.returncode != 0, "what was cut off went unseen")


def h26_a_bit_that_flipped_is_named(h):
    filled(h)
    h.stop()
    with contextlib.closing(h.database()) as db:
        leaf = bytearray(db.execute("SELECT bytes FROM entry WHERE idx = 3").fetchone()[0])
    at = leaf.index(b'"decision":"') + 20
    leaf[at] ^= 1
    edit(h, "UPDATE entry SET bytes = ? WHERE idx = 3", bytes(leaf))
    done = h.stile("log", "check", "--dir", h.dir, expect=None)
    check(done.returncode != 0 and "3" in done.stdout + done.stderr, done)
    # The published tiles still hold the old entry; one of those flipped is named, too.
    done = h.stile("verify", h.path("log"), "--key", h.path("keys/log.vkey"), expect=None)
    equal(done.returncode, 0, done.stdout + done.stderr)


def h26_a_published_tile_that_flipped_is_named(h):
    filled(h)
    h.stop()
    bundles = [f for f in pathlib.Path(h.path("log/tile/entries")).rglob("*") if f.is_file()]
    check(bundles, "no entry bundles were published")
    file = max(bundles, key=lambda f: f.stat().st_size)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    done = h.stile("verify", h.path("log"), "--key", h.path("keys/log.vkey"), expect=None)
    check(done.returncode == 1, done)
    check("entry" in done.stdout + done.stderr, done)


def h26_h40_a_rolled_back_store_gets_no_signature(h):
    filled(h, 3)
    h.stop()
    kept = pathlib.Path(h.scratch, "kept.db")
    with contextlib.closing(sqlite3.connect(h.path("state/stile.db"))) as db:
        with contextlib.closing(sqlite3.connect(kept)) as copy:
            db.backup(copy)
    h.start()
    for _ in range(3):
        equal(h.ask("alice", about(VIN)).status, 200)
    h.stop()
    for left in pathlib.Path(h.path("state")).glob("stile.db*"):
        left.unlink()
    kept.rename(h.path("state/stile.db"))
    h.start(expect_ready=False)
    end = time.monotonic() + 4
    while time.monotonic() < end and h.server.poll() is None:
        with contextlib.suppress(OSError):
            answer = h.ask("alice", about(VIN))
            check(answer.status >= 500 and "record" not in answer.body, answer.text)
        time.sleep(0.1)
    check("keeper" in h.log_text() or "signed" in h.log_text(), "nothing says why")


def h26_h40_an_entry_edited_in_the_store_gets_no_signature(h):
    filled(h, 3)
    h.stop()
    edit(h, "UPDATE entry SET bytes = CAST(replace("
            "CAST(bytes AS TEXT), 'permit', 'denied') AS BLOB) WHERE idx = "
            "(SELECT max(idx) FROM entry)")
    done = h.stile("log", "check", "--dir", h.dir, expect=None)
    check(done.returncode != 0, "an edited entry went unseen")


def t14_h26_a_log_cut_short_is_found_by_the_last_checkpoint_or_receipt(h):
    receipts = filled(h)
    kept = pathlib.Path(h.scratch, "kept")
    wait(lambda: h.stile("verify", h.path("log"), "--key", h.path("keys/log.vkey"), "--json")
         .startswith(f'{{"verified":true,"entries":{h.size()},'), "all to be published")
    shorter = pathlib.Path(h.scratch, "shorter")
    shutil.copytree(h.path("log"), shorter)
    receipts.append(h.ask("alice", about(OTHER_VIN)).body["receipt"])
    size = h.size()
    h.stop()
    # Whoever restores an older published log has one that verifies by itself,
    # but not for who kept something of the longer one.
    key = ["--key", h.path("keys/log.vkey")]
    check("verified" in h.stile("verify", shorter, *key))
    for word, text in (("receipt", receipts[-1]),
                       ("checkpoint", pathlib.Path(h.path("log/checkpoint")).read_text())):
        kept.write_text(text)
        done = h.stile("verify", shorter, *key, "--kept", kept, expect=None)
        equal(done.returncode, 1, word)
        check(f"entries {size - 1} to {size - 1} are missing" in done.stderr, done.stderr)
        check("verified" in h.stile("verify", h.path("log"), *key, "--kept", kept))
    kept.write_text(receipts[0])
    check("verified" in h.stile("verify", shorter, *key, "--kept", kept))
    kept.write_text("no receipt")
    equal(h.stile("verify", shorter, *key, "--kept", kept, expect=None).returncode, 2)
    # The store cut: its own keeper knows better.
    edit(h, "DELETE FROM sealed WHERE idx = (SELECT max(idx) FROM entry)")
    edit(h, "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")
    done = h.stile("log", "check", "--dir", h.dir, expect=None)
    equal(done.returncode, 1, done)
    check(f"entries {size - 1} to {size - 1} are missing" in done.stderr, done.stderr)
    h.verify(receipts[-1])  # what was given out stays provable


def h29_two_histories_of_one_log_are_told_apart(h):
    """An insider restores a whole snapshot, keeper and all, and goes on twice."""
    filled(h, 2)
    h.stop()
    first = pathlib.Path(h.scratch, "first")
    shutil.copytree(h.dir, first, ignore=shutil.ignore_patterns("*.sock"))
    h.start()
    one = h.ask("alice", about(VIN)).body["receipt"]
    h.stop()
    shutil.rmtree(h.dir)
    first.rename(h.dir)
    h.start()
    two = h.ask("alice", about(OTHER_VIN)).body["receipt"]
    h.stop()
    kept = pathlib.Path(h.scratch, "kept")
    key = ["--key", h.path("keys/log.vkey")]
    kept.write_text(two)
    check("verified" in h.stile("verify", h.path("log"), *key, "--kept", kept))
    kept.write_text(one)
    done = h.stile("verify", h.path("log"), *key, "--kept", kept, expect=None)
    equal(done.returncode, 1, done)
    check("rewritten" in done.stderr or "are missing" in done.stderr, done.stderr)


def h27_a_second_gate_on_the_same_store_refuses(h):
    filled(h, 1)
    done = subprocess.run([STILE, "serve", h.dir], capture_output=True, text=True,
                          timeout=15)
    equal(done.returncode, 3, "two servers on one holder")
    check("another stile serve" in done.stderr, done.stderr)
    done = h.stile("agency", "add", "NY0020000", "--dir", h.dir, "--name", "x", expect=None)
    equal(done.returncode, 3, "a second writer beside the gate")
    check("another gate" in done.stderr and "stop it first" in done.stderr, done.stderr)
    h.log_check()
    equal(h.ask("alice", about(VIN)).status, 200, "the first goes on")


def set_back(h, seconds):
    edit(h, "UPDATE entry SET time_us = time_us + ? WHERE idx = (SELECT max(idx) FROM entry)",
         seconds * 1000000)


def h38_a_clock_that_ran_back_starts_no_gate(h):
    # LIMIT_CLOCK_BACK_MS
    filled(h, 1)
    h.stop()
    size = h.size()
    set_back(h, 3600)
    said = gives_up(h)
    check("clock: it ran back: it shows 20" in said, said)
    done = h.stile("agency", "add", "NY0020000", "--dir", h.dir, "--name", "x", expect=None)
    equal(done.returncode, 3, done)
    check("it ran back" in done.stderr, done.stderr)
    equal(h.size(), size, "nothing was entered")
    set_back(h, -3600)
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)


def h38_a_clock_a_little_behind_discloses_nothing_until_it_has_caught_up(h):
    filled(h, 1)
    h.stop()
    set_back(h, 4)
    h.start(expect_ready=False)
    seen = []

    def is_answered():
        with contextlib.suppress(OSError):
            ready = h.probe("/readyz")
            answer = h.ask("alice", about(VIN))
            seen.append((ready.status, answer.status, answer.body.get("code")))
            check(answer.status == 200 or "record" not in answer.body, answer.text)
        return seen and seen[-1][1] == 200
    wait(is_answered, "the clock to catch up")
    check((503, 503, "clock") in seen, seen)
    check("the clock ran back" in h.log_text() and "has caught up" in h.log_text())
    set_back(h, -4)
    h.log_check()


def h38_no_time_zone_of_the_surroundings_is_in_an_answer(h):
    kept = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Kathmandu"
    try:
        filled(h, 1)
        body = h.ask("alice", about(VIN)).body
        check(body["time"].endswith("Z"), body["time"])
        told = calendar.timegm(time.strptime(body["time"][:19], "%Y-%m-%dT%H:%M:%S"))
        check(abs(told - time.time()) < 60, body["time"])
    finally:
        os.environ.pop("TZ")
        if kept is not None:
            os.environ["TZ"] = kept


def h39_without_file_descriptors_it_refuses_and_recovers(h):
    h.populate()
    front = h.pids("front")
    kept = [resource.prlimit(pid, resource.RLIMIT_NOFILE) for pid in front]
    for pid, (_, hard) in zip(front, kept):
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 3, hard))
    flood = []
    for _ in range(40):
        with contextlib.suppress(OSError):
            flood.append(socket.create_connection(("127.0.0.1", h.port), timeout=2))
    time.sleep(0.3)
    for s in flood:
        s.close()
    for pid, limits in zip(front, kept):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    wait(lambda: h.ask("alice", about(VIN)).status == 200, "answers again")


def h12_a_log_that_never_stands_still_is_judged_all_the_same(h):
    filled(h, 3)
    h.stop()
    checkpoint = pathlib.Path(h.path("log/checkpoint"))
    text = checkpoint.read_text()
    shutil.rmtree(h.path("log/tile/0"))
    is_over = threading.Event()

    def publish_again():
        # Another text each time: a line of a witness that nobody knows.
        for n in itertools.count():
            if is_over.is_set():
                break
            line = base64.b64encode(n.to_bytes(8, "big")).decode()
            fresh = checkpoint.with_name("checkpoint.new")
            fresh.write_text(text + f"\N{EM DASH} w.example/w {line}\n")
            fresh.rename(checkpoint)

    clerk = threading.Thread(target=publish_again)
    clerk.start()
    try:
        # Five tries (LIMIT_LOG_CHECK_TRIES), then what is missing is said.
        done = h.stile("log", "check", "--dir", h.dir, expect=None)
    finally:
        is_over.set()
        clerk.join()
    equal(done.returncode, 1, done)
    check("tile/0/" in done.stderr + done.stdout, done)


def gives_up(h):
    """`stile serve` ends by itself with exit code 3; what it said."""
    done = subprocess.run([STILE, "serve", h.dir], capture_output=True, text=True, timeout=30)
    equal(done.returncode, 3, done.stderr)
    return done.stderr


def p12_a_store_of_a_newer_schema_is_left_alone(h):
    filled(h, 1)
    h.stop()
    edit(h, "PRAGMA user_version = 9999")
    for file in pathlib.Path(h.path("state")).glob("stile.db-*"):
        file.unlink()
    before = pathlib.Path(h.path("state/stile.db")).read_bytes()
    said = gives_up(h)
    check("schema is version 9999, newer than version" in said, said)
    for words in (["log", "check", "--dir", h.dir],
                  ["agency", "add", "NY0020000", "--dir", h.dir, "--name", "x"],
                  ["log", "show", "--dir", h.dir]):
        done = h.stile(*words, expect=None)
        equal(done.returncode, 3, done)
        check("newer than version" in done.stderr, done.stderr)
    equal(pathlib.Path(h.path("state/stile.db")).read_bytes(), before, "the store")


def p12_what_is_missing_or_broken_at_the_start_is_named(h):
    filled(h, 1)
    h.stop()
    size = h.size()
    edit(h, "PRAGMA wal_checkpoint(TRUNCATE)")
    for name, change, word in (
            ("packs/house/policies.cedar", b"permit (", "house/pack.sig: the signature"),
            ("packs/house/pack.sig", None, "house/pack.sig"),
            ("packs/federal/pack.conf", b"name = 7;", "federal/"),
            ("trust/counsel.vkey", b"x", "counsel"),
            ("keys/log.key", None, "log.key"),
            ("keys/keeper.state", b"x", "keeper"),
            ("state/stile.db", b"not a database at all, and long enough to be seen",
             "stile.db"),
            ("records/records.db", b"not a database at all, and long enough", "records")):
        path = pathlib.Path(h.path(*name.split("/")))
        good = pathlib.Path(h.scratch, "good")
        path.rename(good)
        if change is not None:
            path.write_bytes(change)
            path.chmod(0o600)
        said = gives_up(h)
        check(word in said, name, said[-1500:])
        good.rename(path)
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)
    equal(h.size(), size + 1)
    h.log_check()


def p12_a_full_disk_is_told_and_what_was_there_stays(h):
    """Without root nobody can make a small disk: a file size limit is as good."""
    filled(h, 1)
    h.stop()
    h.log_check()

    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    for words in (["agency", "add", "NY0020000", "--dir", h.dir, "--name", "x"],
                  ["import", HERE / "records" / "vehicles.csv", "--map",
                   HERE / "records" / "vehicles.map", "--dir", h.dir],
                  ["lookback", ROOT / "data/alpr_audit/eugene_or_pd_2025.csv", "--quiet",
                   "--packs", ROOT / "packs", "--html", h.scratch + "/page.html"],
                  ["init", h.scratch + "/new", "--holder", "X", "--state", "NY", "--name", "x"]):
        done = subprocess.run([STILE, *map(str, words)], capture_output=True, text=True,
                              preexec_fn=small, timeout=60)
        equal(done.returncode, 3, (words[0], done.stdout[-300:], done.stderr[-600:]))
        check(done.stderr.strip(), words[0])
    for half in ("page.html", "new", "new.new"):
        check(not pathlib.Path(h.scratch, half).exists(), half)
    h.log_check()
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)


def p12_settings_are_read_strictly(h):
    conf = pathlib.Path(h.path("stile.conf"))
    good = conf.read_text()
    for bad in (good + "\nno_such_setting = 1;\n", good.replace("listen", "listne", 1),
                good + "\n{", ""):
        conf.write_text(bad)
        done = subprocess.run([STILE, "serve", h.dir], capture_output=True, text=True,
                              timeout=15)
        check(done.returncode != 0 and done.stderr.strip(), f"taken: {bad[-60:]!r}")
    conf.write_text(good)


def p12_init_touches_nothing_that_exists(h):
    before = sorted(str(p) for p in pathlib.Path(h.dir).rglob("*"))
    done = h.stile("init", h.dir, "--holder", "NYDMV", "--state", "NY", "--name", "X",
                   expect=None)
    check(done.returncode != 0 and done.stderr.strip(), done)
    equal(sorted(str(p) for p in pathlib.Path(h.dir).rglob("*")), before)


def h40_everybody_sees_only_what_a_role_needs(h):
    """What each process has open, from /proc: the drawing of ARCHITECTURE.md."""
    filled(h, 1)
    opened = {}
    for role in ("front", "gate", "keeper", "clerk"):
        for pid in h.pids(role):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    target = os.readlink(f"/proc/{pid}/fd/{fd}")
                    opened.setdefault(role, set()).add(target)
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            check("NoNewPrivs:\t1" in status, role, "may gain privileges")
            check("Seccomp:\t2" in status, role, "has no system call filter")
    for role in ("front", "keeper"):
        check(not any("stile.db" in t or "records.db" in t for t in opened[role]),
              role, "has the store or the records open")
    # What a front may read has no private key but the server's own.
    for folder in ("tls", "log", "run"):
        for file in pathlib.Path(h.path(folder)).rglob("*"):
            check(file.suffix != ".key" or file.name == "server.key", file)
    for role in ("front", "gate", "clerk"):
        check(not any("/keys/" in t and not t.endswith(".vkey") for t in opened[role]),
              role, "has a private key open")


main(all_of(globals()))
