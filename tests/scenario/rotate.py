"""One log after another: what the next begins with, what goes on, what stays."""
import base64
import contextlib
import hashlib
import json
import pathlib
import sqlite3

from holder import VIN, about, check, equal, main, wait


def opened(presentation):
    """Label -> value of an entry with its disclosures."""
    leaf, *disclosures = presentation.rstrip("~").split("~")
    by_digest = {}
    for text in disclosures:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        padded = text + "=" * (-len(text) % 4)
        by_digest[digest.decode().rstrip("=")] = json.loads(base64.urlsafe_b64decode(padded))[1]
    entry = json.loads(leaf)
    return leaf, {label: by_digest[value[0]["..."]] for label, value in entry.items()
                  if isinstance(value, list) and value and isinstance(value[0], dict)}


def published(holder):
    size = holder.size()
    path = pathlib.Path(holder.path("log/checkpoint"))
    wait(lambda: path.exists() and int(path.read_text().split("\n")[1]) >= size,
         "the checkpoint to be published")


def whole(holder):
    """Wait until all is published, and stop."""
    published(holder)
    holder.stop()


def rotated(holder, *more):
    """Two people known to budgets, one receipt; then the next log is served."""
    holder.agency("NYDMV0000", "Motor vehicles", kind="state")
    holder.requester("dora", "NYDMV0000", "data_owner")
    holder.populate()
    answer = holder.ask("alice", about(VIN))
    equal(answer.status, 200)
    whole(holder)
    old, new = holder.dir, holder.dir + "-2"
    said = holder.stile("log", "rotate", old, new, *more)
    return answer, old, new, said


def p10_the_next_log_begins_with_the_last_checkpoint(holder):
    answer, old, new, said = rotated(holder)
    check("/2, after" in said, said)
    leaf, claims = opened(pathlib.Path(new, "log/previous").read_text())
    equal(claims["change"], "log begins")
    equal(claims["detail"], pathlib.Path(old, "log/checkpoint").read_text())
    # It is the first entry of what is served then.
    receipt = answer.body["receipt"]
    holder.dir = new
    holder.start()
    equal(holder.ask("alice", about(VIN)).status, 200)
    published(holder)
    first = json.loads(holder.stile("log", "show", new, "--to", "1", "--json").splitlines()[0])
    equal(first["entry"], json.loads(leaf))
    holder.log_check()
    equal(holder.probe("/log/checkpoint").text.split("\n")[0], "stile.invalid/NYDMV/2")
    # What was proved in the old log is proved by its own key, not by the new one.
    path = pathlib.Path(holder.scratch, "receipt")
    path.write_text(receipt)
    holder.stile("verify", path, "--key", f"{old}/keys/log.vkey")
    equal(holder.stile("verify", path, "--key", f"{new}/keys/log.vkey", expect=None).returncode, 1)
    holder.stile("log", "check", old)
    holder.stile("verify", f"{old}/log", "--key", f"{old}/keys/log.vkey", "--kept", path)


def p8_people_cases_and_budgets_go_on(holder):
    _, old, new, _ = rotated(holder)
    seen = []
    for folder in (old, new):
        with contextlib.closing(sqlite3.connect(f"{folder}/state/stile.db")) as db:
            seen.append([db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
                         for table in ("seen", "tally", "seal", "assignment", "credential")])
            if folder == new:
                for table in ("sealed", "request", "answered", "approval", "head"):
                    equal(db.execute(f"SELECT count(*) FROM {table} WHERE 1").fetchone()[0],
                          1 if table == "sealed" else 0, table)
    check(seen[0][0], "nobody was seen")
    equal(seen[0], seen[1])
    holder.dir = new
    holder.start()
    answer = holder.ask("alice", about(VIN))
    equal(answer.status, 200)
    holder.verify(answer.body["receipt"])
    equal(holder.ask("bob", about(VIN)).status, 403)


def p2_the_old_log_answers_no_request_any_more(holder):
    _, old, new, _ = rotated(holder)
    check(new not in old)
    holder.start()
    equal(holder.ask("alice", about(VIN)).status, 403)
    published(holder)
    lines = holder.stile("log", "show", old, "--json").splitlines()
    check(any(json.loads(line)["entry"]["type"] == "gate" for line in lines), lines)
    # What is kept there can still be erased, and its officers still work.
    holder.stile("retention", "run", "--role", "data_owner", "--as", "dora", env={
        "STILE_SERVER": f"https://localhost:{holder.port}", "STILE_DIR": old})
    whole(holder)
    holder.stile("log", "check", old)


def p6_nothing_sealed_in_the_old_log_is_in_the_new_one(holder):
    _, old, new, _ = rotated(holder)
    with contextlib.closing(sqlite3.connect(f"{old}/state/stile.db")) as db:
        sealed = [row[0] for row in db.execute("SELECT bytes FROM sealed")]
        wrapped = [row[0] for row in db.execute("SELECT wrapped FROM epoch")]
    files = [path.read_bytes() for path in pathlib.Path(new, "state").iterdir()]
    for needle in sealed + wrapped:
        check(not any(needle[:48] in text for text in files), "it is there")
    for name in ("log.key", "seal.key"):
        check(pathlib.Path(old, "keys", name).read_bytes() !=
              pathlib.Path(new, "keys", name).read_bytes(), name)


def it_is_done_when_it_is_due_and_can_be_done(holder):
    holder.populate()
    answer = holder.stile("log", "rotate", holder.dir, holder.dir + "-2", expect=None)
    equal(answer.returncode, 3, answer.stderr)
    check("stop it first" in answer.stderr, answer.stderr)
    whole(holder)
    said = holder.stile("log", "rotate", holder.dir, holder.dir + "-2", "--over", "1000")
    check("it goes on" in said, said)
    holder.agency("NY0290000", "Nassau PD")
    answer = holder.stile("log", "rotate", holder.dir, holder.dir + "-2", expect=None)
    check("serve it until all are" in answer.stderr, answer.stderr)
    check(not pathlib.Path(holder.dir + "-2").exists())
    check(not pathlib.Path(holder.dir + "-2.new").exists())
    holder.start()
    whole(holder)
    holder.stile("log", "rotate", holder.dir, holder.dir + "-2", "--over", "5",
                 "--origin", "log.example/next")
    before = pathlib.Path(holder.dir + "-2", "keys/log.vkey").read_text()
    check(before.startswith("log.example/next+"), before)
    holder.start()
    whole(holder)
    answer = holder.stile("log", "rotate", holder.dir, holder.dir + "-2", expect=None)
    check("is there already" in answer.stderr, answer.stderr)
    equal(pathlib.Path(holder.dir + "-2", "keys/log.vkey").read_text(), before)


main([p10_the_next_log_begins_with_the_last_checkpoint,
      p8_people_cases_and_budgets_go_on,
      p2_the_old_log_answers_no_request_any_more,
      p6_nothing_sealed_in_the_old_log_is_in_the_new_one,
      it_is_done_when_it_is_due_and_can_be_done])
