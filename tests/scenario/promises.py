"""The promises, as a stranger meets them: the whole program, from outside.

P1 and P8 under a crash are in crash.py; P3 and P4 have unit tests in gate/ too.
"""
import base64
import json
import pathlib
import re
import signal

from holder import (ABSENT_VIN, LICENCE, OTHER_VIN, PERSON, PLATE, SEALED_VIN, TWINS, VIN,
                    about, all_of, check, equal, main, record, rules, shared, wait)


def p1_an_answer_carries_a_proof_that_its_entry_is_in_the_log():
    h = shared()
    before = h.size()
    answer = h.ask("alice", about(VIN))
    equal(answer.status, 200, answer.text)
    equal(h.size(), before + 1, "entries")
    equal(answer.body["index"], before, "index of the entry")
    h.verify(answer.body["receipt"])


def p1_nothing_is_disclosed_while_the_keeper_does_not_sign(h):
    h.populate()
    equal(h.ask("alice", about(VIN)).status, 200)
    import os
    stopped = h.pids("keeper")
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        answer = h.ask("alice", about(VIN))
        check(answer.status in (503, 504), answer.text)
        check("HONDA" not in answer.text, "the record left without a signature")
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    wait(lambda: h.ask("alice", about(VIN)).status == 200, "the keeper to be back")
    h.log_check()


def p2_one_request_discloses_one_record():
    h = shared()
    answer = h.ask("alice", about(VIN, fields=["vehicle.vin", "owner.family"]))
    equal(record(answer)["vehicle.vin"], "1HGCM82633A004352")
    for two in ({**VIN, **PLATE}, [VIN, OTHER_VIN], {"vin": [VIN["vin"], OTHER_VIN["vin"]]}):
        refused = h.ask("alice", about(VIN, subject=two))
        equal(refused.status, 400, refused.text)
        check("record" not in refused.body)


def p3_what_is_not_permitted_is_not_fetched():
    h = shared()
    denied = h.ask("bob", about(VIN))
    equal(denied.status, 403, denied.text)
    absent = h.ask("bob", about(ABSENT_VIN))
    equal(rules(absent), rules(denied), "a refusal before the fetch knows no record")


def p4_a_disclosed_field_was_asked_for_and_permitted():
    h = shared()
    answer = h.ask("alice", about(VIN, fields=["vehicle.make"]))
    equal(record(answer), {"vehicle.make": "HONDA"})
    answer = h.ask("alice", about(LICENCE, fields=["licence.status", "person.photo"]))
    if answer.status == 200:
        equal(list(answer.body["record"]), ["licence.status"])
    else:
        equal(answer.status, 202, answer.text)


def p4_an_instrument_opens_only_what_it_names():
    h = shared()
    equal(h.instrument("sam", "I-41", LICENCE, ["licence.status"]).status, 201)
    answer = h.ask("alice", about(LICENCE, instrument="I-41", fields=[
        "licence.status", "person.address.street", "person.photo"]))
    equal(answer.status, 200, answer.text)
    equal(record(answer), {"licence.status": "VALID"})
    equal({w["field"] for w in answer.body["withheld"]},
          {"person.address.street", "person.photo"})


def normal(answer):
    """An answer without what differs in any two: ids, numbers, time, proof."""
    body = {k: v for k, v in answer.body.items()
            if k not in ("id", "index", "time", "receipt")}
    headers = {k.lower(): v for k, v in answer.headers.items()
               if k.lower() not in ("date", "location", "content-length", "x-request-id")}
    return answer.status, json.dumps(body), json.dumps(headers, sort_keys=True)


def p5_none_many_and_sealed_are_one_answer():
    h = shared()
    for number, subject in (("V", ABSENT_VIN), ("V", SEALED_VIN)):
        equal(h.ask("alice", about(subject)).status, 404)
    none = h.ask("alice", about(ABSENT_VIN))
    sealed = h.ask("alice", about(SEALED_VIN))
    equal(normal(none), normal(sealed), "absent and sealed")
    nobody = {"person": {"family": "NOBODY", "given": "AT ALL", "birth_date": "1960-02-02"}}
    equal(normal(h.ask("alice", about(nobody))), normal(h.ask("alice", about(TWINS))),
          "none and many")
    lengths = {len(h.ask("alice", about(s)).body["receipt"].split("\n")[0])
               for s in (ABSENT_VIN, SEALED_VIN)}
    equal(len(lengths), 1, "shapes of the receipts")


def p5_a_refusal_that_knows_no_record_says_why_and_what_would_be_lawful():
    h = shared()
    answer = h.ask("bob", about(VIN))
    equal(answer.status, 403)
    equal(answer.headers["Content-Type"], "application/problem+json")
    check("not-assigned" in rules(answer), answer.text)
    for rule in answer.body["rules"]:
        check(rule.get("says") and rule.get("remedy"), rule)


def p6_the_log_holds_no_value_in_the_clear(h):
    h.populate()
    equal(h.ask("alice", about(VIN, fields=["vehicle.make", "owner.family",
                                            "owner.address.street"])).status, 200)
    equal(h.ask("alice", about(PERSON, fields=["person.address.city"])).status, 200)
    h.stop()
    needles = [b"MARTINEZ", b"1HGCM82633A004352", b"14 ELM", b"ELENA", b"1984-03-09",
               b"HONDA", b"alice", b"NY0010100", b"burglary"]
    files = list(pathlib.Path(h.path("log")).rglob("*"))
    check([f for f in files if f.is_file() and f.name != "checkpoint"], "no tiles")
    for file in files:
        if file.is_file():
            data = file.read_bytes()
            for needle in needles:
                check(needle not in data, f"{needle} is open in {file}")
    # In the store people and grounds are rows; the person asked about is not.
    for name in ("stile.db", "stile.db-wal"):
        data = pathlib.Path(h.path("state", name))
        data = data.read_bytes() if data.exists() else b""
        for needle in (b"MARTINEZ", b"14 ELM", b"1HGCM82633A004352"):
            check(needle not in data, f"{needle} is open in {name}")


def p7_requests_refusals_grounds_approvals_and_reads_are_one_sequence(h):
    h.populate()
    size = h.size()
    steps = [
        lambda: h.ask("alice", about(VIN)),
        lambda: h.ask("bob", about(VIN)),
        lambda: h.ask("alice", about({"vin": "*"})),
        lambda: h.case("sam", "C-7"),
        lambda: h.post("sam", "/v1/investigations/C-7/close"),
        lambda: h.get("sam", "/v1/investigations/C-1"),
    ]
    for number, step in enumerate(steps):
        step()
        size += 1
        equal(h.size(), size, f"entries after step {number}")
    h.log_check()


def p8_the_same_person_counts_once_and_a_restart_forgets_nothing(h):
    h.populate()
    for _ in range(60):
        equal(h.ask("alice", about(VIN)).status, 200)
    h.stop()
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)
    h.log_check()


def p9_nobody_approves_their_own_request():
    h = shared()
    equal(h.instrument("sam", "I-9", PERSON, ["person.photo"]).status, 201)
    asked = h.ask("sue", about(LICENCE, fields=["person.photo"]))
    equal(asked.status, 202, asked.text)
    path = f"/v1/requests/{asked.body['id']}/approvals"
    approval = {"role": "supervisor", "granted": True, "reason": "needed for the line-up"}
    own = h.post("sue", path, approval)
    equal((own.status, own.body["code"]), (403, "own-request"))
    other = h.post("sam", path, approval)
    equal(other.status, 201, other.text)
    equal(other.body["decision"], "permit")
    check("record" not in other.body, "the record goes to its requester only")
    done = h.get("sue", f"/v1/requests/{asked.body['id']}")
    equal(done.status, 200, done.text)
    equal(list(done.body["record"]), ["person.photo"])


def p10_a_receipt_verifies_with_the_logs_key_and_nothing_else():
    h = shared()
    receipt = h.ask("alice", about(VIN)).body["receipt"]
    out = h.verify(receipt)
    check("MARTINEZ" in out or "owner.family" in out, "it shows what was disclosed")
    index = re.search(r"(?m)^index (\d+)$", receipt)
    again = h.get("alice", f"/v1/receipts/{index[1]}")
    equal(again.status, 200, again.text)
    h.verify(again.text)


def p10_a_receipt_changed_anywhere_does_not_verify():
    h = shared()
    receipt = h.ask("alice", about(VIN)).body["receipt"]
    h.verify(receipt)
    lines = receipt.split("\n")
    for number, line in enumerate(lines):
        if not line:
            continue
        at = len(line) // 2
        swap = "B" if line[at] != "B" else "C"
        changed = lines[:number] + [line[:at] + swap + line[at + 1:]] + lines[number + 1:]
        done = h.stile("verify", "-", "--key", h.path("keys/log.vkey"), expect=None,
                       text="\n".join(changed))
        check(done.returncode != 0, f"line {number + 1} can be changed: {line[:60]}")


def p10_a_claim_left_out_still_verifies_and_a_claim_of_another_entry_does_not():
    h = shared()
    first = h.ask("alice", about(VIN)).body["receipt"]
    second = h.ask("alice", about(OTHER_VIN)).body["receipt"]

    def split(receipt):
        lines = receipt.split("\n")
        at = next(i for i, line in enumerate(lines) if line.startswith("extra "))
        return lines, at, base64.b64decode(lines[at][6:]).split(b"~")

    def joined(lines, at, parts):
        lines = list(lines)
        lines[at] = "extra " + base64.b64encode(b"~".join(parts)).decode()
        return "\n".join(lines)

    lines, at, parts = split(first)
    h.verify(joined(lines, at, parts[:1] + parts[2:]))
    foreign = split(second)[2]
    h.verify(joined(lines, at, parts[:1] + foreign[1:]), expect=1)


def p11_a_bad_pack_leaves_the_old_one_in_force(h):
    h.populate()
    policies = pathlib.Path(h.path("packs/house/policies.cedar"))
    good = policies.read_text()
    for bad in (good[: len(good) // 2], good + "\npermit (principal, action, resource);\n",
                "not cedar at all", ""):
        policies.write_text(bad)
        h.server.send_signal(1)
        wait(lambda: "pack" in h.log_text(), "a word about the pack")
        equal(h.ask("alice", about(VIN)).status, 200)
        equal(h.ask("bob", about(VIN)).status, 403)
    done = h.stile("pack", "check", h.path("packs/house"), expect=None)
    check(done.returncode != 0 and done.stderr.strip(), done)


def p11_a_new_version_is_in_force_after_sighup_and_is_an_entry(h):
    h.populate()
    size = h.size()
    folder = pathlib.Path(h.path("packs/house"))
    for name, old, new in (("pack.conf", "version   = 1", "version   = 2"),
                           ("policies.cedar", "You are not assigned to this investigation.",
                            "This is not your case.")):
        text = (folder / name).read_text()
        check(old in text, name, old)
        (folder / name).write_text(text.replace(old, new))
    h.stile("pack", "sign", folder, "--key", pathlib.Path(h.scratch, "counsel.key"))
    equal([r["says"] for r in h.ask("bob", about(VIN)).body["rules"]],
          ["You are not assigned to this investigation."])
    h.server.send_signal(signal.SIGHUP)
    wait(lambda: h.ask("bob", about(VIN)).body["rules"][0]["says"] == "This is not your case.",
         "the new words")
    packs = json.loads(h.stile("pack", "list", "--dir", h.dir, "--json"))["packs"]
    equal([(p["name"], p["version"]) for p in packs], [("federal", 1), ("house", 2)])
    check(packs[1]["entry"] > size, "an entry of the log")
    # The version that was in force before does not come back.
    text = (folder / "pack.conf").read_text()
    (folder / "pack.conf").write_text(text.replace("version   = 2", "version   = 1"))
    h.stile("pack", "sign", folder, "--key", pathlib.Path(h.scratch, "counsel.key"))
    h.server.send_signal(signal.SIGHUP)
    wait(lambda: "the old ones stay in force" in h.log_text(), "a word about the pack")
    equal(h.ask("bob", about(VIN)).body["rules"][0]["says"], "This is not your case.")
    h.log_check()


def p12_bad_input_names_the_member_and_changes_nothing():
    h = shared()
    good = about(VIN)
    before = h.ask("alice", good)
    for change, member in (
            ({"purpose": 7}, "/purpose"), ({"purpose": None}, "/purpose"),
            ({"end_use": "curiosity"}, "/end_use"), ({"extra": "x"}, "/extra"),
            ({"fields": "vehicle.make"}, "/fields"), ({"fields": []}, "/fields"),
            ({"fields": ["no.such.field"]}, "/fields"),
            ({"reason": "x" * 10000}, "/reason"),
            ({"reason": "so\u202etsil"}, "/reason"),
            ({"subject": {"vin": "1HGCM82633A00435O"}}, "/subject/vin"),
            ({"subject": {"person": {"family": "MARTINEZ", "given": "ELENA",
                                     "birth_date": "2999-01-01"}}},
             "/subject/person/birth_date"),
            ({"subject": {"person": {"family": "MARTINEZ", "given": "ELENA",
                                     "birth_date": "1984-02-30"}}},
             "/subject/person/birth_date"),
            ({"subject": {}}, "/subject")):
        answer = h.ask("alice", about(VIN, **change))
        equal(answer.status, 400, f"{change}: {answer.text}")
        equal(answer.headers["Content-Type"], "application/problem+json")
        check(str(answer.body.get("member", "")).startswith(member),
              f"{change}: member is {answer.body.get('member')!r}")
    after = h.ask("alice", good)
    equal(record(after), record(before))


main(all_of(globals()))
