"""Faults and insiders, by their numbers: what happens to the log and its house."""
import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from holder import (OTHER_VIN, STILE, VIN, Holder, about, all_of, check, equal, main, shared,
                    wait)


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


def t14_a_log_cut_short_is_found_by_the_last_checkpoint_or_receipt(h):
    receipts = filled(h)
    h.stop()
    edit(h, "DELETE FROM sealed WHERE idx = (SELECT max(idx) FROM entry)")
    edit(h, "DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)")
    done = h.stile("log", "check", "--dir", h.dir, expect=None)
    check(done.returncode != 0, "a missing tail went unseen")
    h.verify(receipts[-1])  # what was given out stays provable


def h27_a_second_gate_on_the_same_store_refuses(h):
    filled(h, 1)
    done = subprocess.run([STILE, "serve", h.dir], capture_output=True, text=True,
                          timeout=15)
    check(done.returncode != 0, "two servers on one holder")
    check(done.stderr.strip(), "no word why")
    equal(h.ask("alice", about(VIN)).status, 200, "the first goes on")


def h38_a_clock_that_ran_back_discloses_nothing(h):
    filled(h, 1)
    h.stop()
    edit(h, "UPDATE entry SET time_us = time_us + 3600000000"
            " WHERE idx = (SELECT max(idx) FROM entry)")
    h.start(expect_ready=False)
    end = time.monotonic() + 4
    seen = []
    while time.monotonic() < end and h.server.poll() is None:
        with contextlib.suppress(OSError):
            answer = h.ask("alice", about(VIN))
            seen.append(answer.status)
            check("record" not in answer.body, answer.text)
        time.sleep(0.2)
    check("clock" in h.log_text() or 503 in seen, h.log_text()[-400:])


def h39_without_file_descriptors_it_refuses_and_recovers(h):
    h.populate()
    import resource
    import socket
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


def p12_a_store_of_a_newer_schema_is_left_alone(h):
    filled(h, 1)
    h.stop()
    edit(h, "PRAGMA user_version = 9999")
    h.start(expect_ready=False)
    wait(lambda: h.server.poll() is not None or "schema" in h.log_text()
         or "newer" in h.log_text(), "a word about the schema")
    h.stop()


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
    for role in ("front", "gate", "clerk"):
        check(not any("/keys/" in t and not t.endswith(".vkey") for t in opened[role]),
              role, "has a private key open")


main(all_of(globals()))
