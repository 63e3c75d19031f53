"""stile statement: what a holder says to the public, through a real gate."""
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3

from holder import VIN, Holder, about, all_of, check, equal, main, wait

STAFF = {"cal": "counsel", "pam": "privacy_officer", "dora": "data_owner"}
TEXT = "We give no records in bulk, to nobody."
LIMIT_STATEMENT_TEXT = 4000


def staffed(holder):
    holder.agency("NYDMV0000", "Motor vehicles", kind="state")
    for who, role in STAFF.items():
        holder.requester(who, "NYDMV0000", role)
    return holder.populate()


def draft(holder, who, number, topic="bulk", text=TEXT, role=None, **more):
    return holder.post(who, "/v1/statements", {
        "number": number, "topic": topic, "text": text, "role": role or STAFF[who], **more})


def approve(holder, who, number, role=None):
    return holder.post(who, f"/v1/statements/{number}/approval", {"role": role or STAFF[who]})


def verb(holder, *words, expect=0):
    return holder.stile("statement", *words, "--dir", holder.dir, expect=expect)


def spoken(holder, who, *words, expect=0):
    return holder.stile("statement", *words, "--role", STAFF[who], "--as", who, expect=expect,
                        env={"STILE_SERVER": f"https://localhost:{holder.port}",
                             "STILE_DIR": holder.dir})


def published(holder):
    def is_there():
        text = pathlib.Path(holder.path("log/checkpoint")).read_text()
        return int(text.splitlines()[1]) == holder.size()
    wait(is_there, "the checkpoint")


def t01_an_inquiry_is_answered_with_statement_figures_and_checkpoint(holder):
    staffed(holder)
    for _ in range(3):
        equal(holder.ask("alice", about(VIN)).status, 200, "asked")
    receipt = os.path.join(holder.scratch, "draft.receipt")
    spoken(holder, "pam", "add", "S-1", "--topic", "bulk", "--text", TEXT,
           "--receipt", receipt)
    holder.verify(pathlib.Path(receipt).read_text())
    done = verb(holder, "answer", "bulk", expect=None)
    equal(done.returncode, 1, "a draft was given")
    check("S-1" in done.stderr and "draft" in done.stderr, done.stderr)
    check(TEXT not in done.stdout, "the text of a draft")
    spoken(holder, "cal", "approve", "S-1")
    published(holder)
    said = verb(holder, "answer", "bulk")
    root = json.loads(holder.stile("report", "--dir", holder.dir, "--json"))["log"]["root"]
    for part in (TEXT, "S-1", "in force", "approved by cal", "permit 3", root):
        check(part in said, part, "is not in", said)
    got = json.loads(verb(holder, "answer", "bulk", "--json"))
    equal(got["statement"]["text"], TEXT, "text")
    equal(got["report"]["log"]["size"], holder.size(), "size")
    check(got["report"]["log"]["checkpoint"].startswith(got["report"]["log"]["origin"]), got)
    # Figures that belong to the topic are in the answer.
    spoken(holder, "dora", "add", "S-2", "--topic", "refusals", "--text", "By rule.")
    spoken(holder, "cal", "approve", "S-2")
    published(holder)
    check("Rules that refused" in verb(holder, "answer", "refusals"), "figures of the topic")


def t02_of_another_agency_that_agency_speaks(holder):
    staffed(holder)
    published(holder)
    done = verb(holder, "answer", "immigration", "--agency", "ICE", expect=None)
    equal(done.returncode, 1, "exit")
    check("must come from ICE" in done.stdout, done.stdout)
    check("speaks only for itself" in done.stdout, done.stdout)
    got = json.loads(verb(holder, "answer", "anything", "--agency", "ICE", "--json",
                          expect=None).stdout)
    equal(got["answer_from"], "ICE", "answer_from")


def p9_nobody_approves_a_statement_of_their_own(holder):
    staffed(holder)
    equal(draft(holder, "pam", "S-1").status, 201, "draft")
    answer = approve(holder, "pam", "S-1")
    equal(answer.status, 403, answer.text)
    check("own-request" in answer.text, answer.text)
    equal(approve(holder, "sam", "S-1", "supervisor").status, 403, "a supervisor")
    equal(approve(holder, "cal", "S-1", "data_owner").status, 403, "a role cal has not")
    equal(draft(holder, "alice", "S-9", role="counsel").status, 403, "a requester")
    equal(approve(holder, "cal", "S-1").status, 201, "another person")
    equal(approve(holder, "dora", "S-1").status, 409, "twice")
    equal(approve(holder, "cal", "S-404").status, 404, "none")
    state = json.loads(verb(holder, "show", "S-1", "--json"))["statement"]
    equal((state["drafted_by"], state["approved_by"]), ("pam", "cal"), "persons")


def t04_one_statement_is_in_force_on_a_topic(holder):
    staffed(holder)
    for number, who in (("S-1", "pam"), ("S-2", "dora")):
        equal(draft(holder, who, number).status, 201, number)
    equal(approve(holder, "cal", "S-1").status, 201, "S-1")
    answer = approve(holder, "cal", "S-2")
    equal(answer.status, 409, "a second one in force")
    check("S-1" in answer.text, answer.text)
    equal(draft(holder, "pam", "S-3").status, 409, "it does not name what it supersedes")
    equal(draft(holder, "pam", "S-3", supersedes="S-2").status, 409, "a draft")
    equal(draft(holder, "pam", "S-3", supersedes="S-404").status, 409, "nothing")
    equal(draft(holder, "pam", "S-3", topic="log", supersedes="S-1").status, 409, "other topic")
    equal(draft(holder, "pam", "S-1", supersedes="S-1").status, 400, "itself")
    equal(draft(holder, "pam", "S-3", supersedes="S-1", text="New.").status, 201, "S-3")
    equal(draft(holder, "dora", "S-4", supersedes="S-1", text="Newer.").status, 201, "S-4")
    equal(approve(holder, "cal", "S-3").status, 201, "S-3")
    equal(approve(holder, "cal", "S-4").status, 409, "S-1 is not in force any more")
    published(holder)
    check("New." in verb(holder, "answer", "bulk"), "the one in force")
    states = {s["number"]: s["state"]
              for s in json.loads(verb(holder, "list", "--json"))["statements"]}
    equal(states, {"S-1": "superseded", "S-2": "draft", "S-3": "in force", "S-4": "draft"},
          "states")


def p7_each_change_of_a_statement_is_an_entry(holder):
    staffed(holder)
    before = holder.size()
    answers = [draft(holder, "pam", "S-1"), approve(holder, "pam", "S-1"),
               approve(holder, "cal", "S-1")]
    equal(holder.size(), before + 3, "entries")
    with contextlib.closing(holder.database()) as db:
        leaves = [bytes(row[0]) for row in db.execute(
            "SELECT bytes FROM entry WHERE type = 'statement' ORDER BY idx")]
    equal([json.loads(leaf)["decision"] for leaf in leaves], ["done", "deny", "done"], "leaves")
    for leaf in leaves:
        check(TEXT.encode() not in leaf and b"bulk" not in leaf, "open in the log:", leaf)
    for answer in (answers[0], answers[2]):
        holder.verify(answer.body["receipt"])


def h06_bad_statements_are_refused_and_named(holder):
    staffed(holder)
    right = {"number": "S-1", "topic": "bulk", "text": TEXT, "role": "privacy_officer"}
    for member, value, status in (
            ("topic", "weather", 400), ("topic", "other-agency", 400), ("topic", "", 400),
            ("topic", 7, 400), ("text", "a\u0007b", 400), ("text", "a\nb", 400),
            ("text", "a\u202eb", 400), ("text", "a\u200bb", 400), ("text", "", 400),
            ("text", "   ", 400), ("text", "x" * (LIMIT_STATEMENT_TEXT + 1), 400), ("text", ["a"], 400),
            ("number", "", 400), ("number", "x" * 65, 400), ("number", None, 400),
            ("supersedes", "x" * 65, 400), ("supersedes", 7, 400), ("role", "king", 400),
            ("role", "counsel", 403), ("more", "x", 400)):
        answer = holder.post("pam", "/v1/statements", {**right, member: value})
        equal(answer.status, status, f"{member}={value!r}: {answer.text}")
        check(answer.body.get("member", "").startswith(f"/{member}"), member, answer.text)
        check(answer.body.get("title"), "reason")
    equal(json.loads(verb(holder, "list", "--json"))["statements"], [], "register")
    equal(draft(holder, "pam", "S-1", text="x" * LIMIT_STATEMENT_TEXT).status, 201, "as long as allowed")
    for answer in (holder.post("cal", "/v1/statements/S-1/approval", {}),
                   holder.post("cal", "/v1/statements/S-1/approval", {"role": "counsel",
                                                                       "text": "y"})):
        equal(answer.status, 400, answer.text)
    equal(json.loads(verb(holder, "show", "S-1", "--json"))["statement"]["state"], "draft", "")
    for words, code in ((["answer", "weather"], 2), (["answer", "bulc"], 2),
                        (["show", "S-404"], 1), (["answer", "log"], 1)):
        done = verb(holder, *words, expect=None)
        equal(done.returncode, code, " ".join(words))
        check(words[1] in done.stderr, done.stderr)
    check("did you mean bulk" in verb(holder, "answer", "bulc", expect=None).stderr, "hint")


def h07_a_register_that_was_tampered_with_is_refused_with_place_and_reason(holder):
    staffed(holder)
    equal(draft(holder, "pam", "S-1").status, 201, "S-1")
    equal(approve(holder, "cal", "S-1").status, 201, "S-1")
    equal(draft(holder, "pam", "S-2", supersedes="S-1").status, 201, "S-2")
    equal(approve(holder, "cal", "S-2").status, 201, "S-2")
    published(holder)
    holder.stop()
    verb(holder, "answer", "bulk")
    whole = os.path.join(holder.scratch, "state")
    for sql, number, why in (
            ("supersedes = 'S-2' WHERE number = 'S-1'", "S-1", "circle"),
            ("supersedes = number WHERE number = 'S-2'", "S-2", "circle"),
            ("supersedes = 'S-3' WHERE number = 'S-1'", "S-1", "not in the register"),
            ("topic = 'weather' WHERE number = 'S-2'", "S-2", "topic"),
            ("topic = 'log' WHERE number = 'S-1'", "S-2", "another topic"),
            ("body = 'a' || char(27) || '[2J' WHERE number = 'S-2'", "S-2", "deceive"),
            ("approved_by = drafted_by WHERE number = 'S-2'", "S-2", "P9"),
            ("approved_by = '' WHERE number = 'S-2'", "S-2", "nobody"),
            ("approved_us = 0, approved_by = '' WHERE number = 'S-1'", "S-2", "never approved"),
            ("supersedes = '' WHERE number = 'S-2'", "S-2", "another is in force"),
            ("body = 'We give them to all.' WHERE number = 'S-2'", "S-2", "logged")):
        shutil.copytree(holder.path("state"), whole)
        with contextlib.closing(sqlite3.connect(holder.path("state/stile.db"))) as db, db:
            equal(db.execute("UPDATE statement SET " + sql).rowcount, 1, sql)
        done = verb(holder, "answer", "bulk", expect=None)
        equal(done.returncode, 1, sql + done.stdout)
        check(number in done.stderr and why in done.stderr and "\033" not in done.stderr,
              sql, done.stderr)
        equal(done.stdout, "", sql)
        shutil.rmtree(holder.path("state"))
        os.rename(whole, holder.path("state"))


if __name__ == "__main__":
    main(all_of(globals()))
