"""Retention on a whole holder: through the gate, at rest, under legal holds."""
import contextlib
import json
import pathlib
import sqlite3

from holder import VIN, about, check, equal, main, wait

DAY = 86400 * 1_000_000
STAFF = {"cal": "counsel", "dora": "data_owner", "pam": "privacy_officer"}


def run(holder, *words, who=None, expect=0):
    env = {"STILE_SERVER": f"https://localhost:{holder.port}", "STILE_DIR": holder.dir}
    more = ["--role", STAFF[who], "--as", who] if who else []
    return holder.stile("retention", *words, *more, env=env, expect=expect)


def prepare(holder):
    """A holder with old and young requests; returns the index of an old one."""
    holder.agency("NYDMV0000", "Motor vehicles", kind="state")
    for who, role in STAFF.items():
        holder.requester(who, "NYDMV0000", role)
    holder.populate()
    receipts = []
    for _ in range(3):
        answer = holder.ask("alice", about(VIN))
        equal(answer.status, 200)
        receipts.append(answer.body)
    holder.stop()
    # All that was asked so far was six years ago, as far as the store's own
    # columns go; the leaves are signed and stay.
    with contextlib.closing(sqlite3.connect(holder.path("state/stile.db"))) as db:
        old = 6 * 366 * DAY
        db.execute("UPDATE entry SET time_us = time_us - ?", (old,))
        db.execute("UPDATE epoch SET created_us = created_us - ?", (old,))
        db.commit()
    holder.start()
    young = holder.ask("alice", about(VIN))
    equal(young.status, 200)
    return receipts, young.body


def traces(holder, index):
    with contextlib.closing(holder.database()) as db:
        epoch, sealed = db.execute("SELECT epoch, bytes FROM sealed WHERE idx = ?",
                                   (index,)).fetchone()
        wrapped = db.execute("SELECT wrapped FROM epoch WHERE id = ?", (epoch,)).fetchone()[0]
        answer = db.execute("SELECT answer FROM sealed WHERE idx = ?", (index,)).fetchone()[0]
    return {"sealed": sealed[60:110], "key": wrapped[:48], "answer": answer[60:110]}


def in_files(holder, needle):
    return any(needle in path.read_bytes()
               for path in pathlib.Path(holder.path("state")).iterdir() if path.is_file())


def gone(holder, found):
    return lambda: not any(in_files(holder, needle) for needle in found.values())


def p6_through_the_gate_what_is_past_is_gone_from_the_disk(holder):
    old, young = prepare(holder)
    found, kept = traces(holder, old[0]["index"]), traces(holder, young["index"])
    check(all(in_files(holder, needle) for needle in found.values()))
    said = run(holder, "run", "--dry-run")
    check("request" in said and " to erase" in said, said)
    check(all(in_files(holder, needle) for needle in found.values()), "a dry run erased")
    equal(run(holder, "run", who="pam", expect=None).returncode, 2)
    said = run(holder, "run", who="dora")
    check("erased the values of" in said, said)
    wait(gone(holder, found), "the erased bytes to be gone from the files")
    check(all(in_files(holder, needle) for needle in kept.values()))
    # Everything that was proved is proved still.
    for body in old + [young]:
        holder.verify(body["receipt"])
    holder.log_check()
    answer = holder.get("alice", f"/v1/receipts/{old[0]['index']}")
    equal(answer.status, 200)
    holder.verify(answer.text)
    equal(holder.get("alice", f"/v1/requests/{old[0]['id']}").status, 410)
    equal(holder.get("alice", f"/v1/requests/{young['id']}").status, 200)
    equal(holder.ask("alice", about(VIN)).status, 200)
    check(run(holder, "run", who="dora").startswith("erased the values of 0 entries"))


def p6_a_hold_keeps_values_until_it_is_lifted(holder):
    old, _ = prepare(holder)
    index = old[1]["index"]
    run(holder, "hold", "2026-CV-1", "--from", index, "--reason", "Doe v. State", who="cal")
    check("in force" in run(holder, "list") and "Doe v. State" in run(holder, "list"))
    run(holder, "run", who="dora")
    with contextlib.closing(holder.database()) as db:
        left = [row[0] for row in db.execute(
            "SELECT s.idx FROM sealed s JOIN entry e ON e.idx = s.idx "
            "WHERE e.type = 'request' ORDER BY 1")]
        name = db.execute("SELECT class FROM epoch WHERE id = "
                          "(SELECT epoch FROM sealed WHERE idx = ?)", (index,)).fetchone()[0]
    check(index in left and old[0]["index"] not in left, left)
    equal(name, "hold")
    equal(run(holder, "lift", "2026-CV-1", who="dora", expect=None).returncode, 2)
    run(holder, "lift", "2026-CV-1", who="cal")
    check("lifted" in run(holder, "list"))
    run(holder, "run", who="dora")
    with contextlib.closing(holder.database()) as db:
        equal(db.execute("SELECT count(*) FROM sealed WHERE idx = ?", (index,)).fetchone()[0], 0)


def p6_at_rest_the_same(holder):
    old, young = prepare(holder)
    done = run(holder, "run", "--at-rest", expect=None)
    equal(done.returncode, 3)
    check("another gate writes" in done.stderr, done.stderr)
    found, kept = traces(holder, old[0]["index"]), traces(holder, young["index"])
    holder.stop()
    said = run(holder, "run", "--at-rest")
    check("erased the values of" in said, said)
    check(gone(holder, found)(), "bytes are left in the files")
    check(all(in_files(holder, needle) for needle in kept.values()))
    holder.start()
    holder.log_check()
    for body in old + [young]:
        holder.verify(body["receipt"])
    equal(holder.get("alice", f"/v1/requests/{old[0]['id']}").status, 410)


def p7_each_erasure_is_an_entry(holder):
    prepare(holder)
    before = holder.size()
    run(holder, "run", who="dora")
    lines = [json.loads(line) for line in holder.stile(
        "log", "show", holder.dir, "--from", before, "--json").splitlines()]
    check(any(line["entry"]["type"] == "erasure" for line in lines), lines)


main([p6_through_the_gate_what_is_past_is_gone_from_the_disk,
      p6_a_hold_keeps_values_until_it_is_lifted,
      p6_at_rest_the_same,
      p7_each_erasure_is_an_entry])
