"""Who looked me up: the person's own view, its seals, its tokens, complaints.

Promises: P5 (what may not be told is not told by anything), P6, P7, P10; and
hostile tokens (h8), each named in the answer.
"""
import base64
import contextlib
import hashlib
import json
import re
import sqlite3
import time

from holder import (ABSENT_VIN, LICENCE, OTHER_VIN, PERSON, VIN, Holder, about, all_of, check,
                    equal, main, wait)
from portal import Portal, b64, dumps

ELENA = LICENCE
DANIEL = {"licence": {"state": "NY", "number": "833100245"}}
NOBODY = {"licence": {"state": "NY", "number": "999999999"}}
BUCKET = 65536


def open_holder(h):
    """A populated holder with a portal; look-ups are told of once their case is closed."""
    portal = Portal(h)
    h.set("days_after_close", "0")
    h.populate()
    h.case("sam", "X-1", assign=["alice"])
    return portal


def close(h, number="C-1"):
    equal(h.post("sam", f"/v1/investigations/{number}/close").status, 200)


def seen(portal, who, before=None):
    answer = portal.look(who, before)
    equal(answer.status, 200, answer.text)
    return answer.body


def opened(receipt):
    """The claims that a receipt opens: label to value."""
    extra = re.search(r"(?m)^extra (\S+)$", receipt)[1]
    leaf, *disclosures = base64.b64decode(extra).decode().split("~")
    digests = {}
    for label, value in json.loads(leaf).items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            digests[value[0]["..."]] = label
    found = {}
    for text in filter(None, disclosures):
        digest = b64(hashlib.sha256(text.encode()).digest())
        found[digests[digest]] = json.loads(base64.urlsafe_b64decode(text + "=="))[1]
    return found


def p10_a_person_is_told_who_looked_and_can_prove_it(h):
    portal = open_holder(h)
    h.ask("alice", about(LICENCE))
    h.ask("alice", about(VIN))
    h.ask("alice", about(PERSON))
    denied = h.ask("olga", about(LICENCE))
    h.ask("alice", about(OTHER_VIN))
    equal(denied.status, 403, denied.text)
    # Of a case that her agency does not have: nothing to be under seal.
    equal([e["by"] for e in seen(portal, ELENA)["disclosures"]], ["licence"])
    close(h)
    body = seen(portal, ELENA)
    shown = body["disclosures"]
    equal([e["decision"] for e in shown], ["deny", "permit", "permit", "permit"])
    equal([e["by"] for e in shown], ["licence", "person", "vin", "licence"])
    equal(shown[2]["fields"], ["vehicle.make", "owner.family"])
    equal(shown[2]["disclosed"], ["vehicle.make", "owner.family"])
    equal(shown[2]["agency"], {"ori": "NY0010100", "name": "Albany PD"})
    equal(shown[0]["disclosed"], [])
    equal(shown[2]["purpose"], "dppa-1")
    for entry in shown:
        h.verify(entry["receipt"])
        claims = opened(entry["receipt"])
        check(set(claims) <= {"agency", "purpose", "subject_kind", "fields", "disclosed"}, claims)
        equal(claims["agency"], entry["agency"]["ori"])
        for secret in ("alice", "olga", "burglary", "C-1", "MARTINEZ", "512839476"):
            check(secret not in json.dumps([entry, claims]), secret)
    h.verify(body["receipt"])


def p7_p6_a_look_is_an_entry_and_names_nobody(h):
    portal = open_holder(h)
    size = h.size()
    body = seen(portal, ELENA)
    equal(h.size(), size + 1)
    with contextlib.closing(h.database()) as db:
        kind, leaf = db.execute("SELECT type, bytes FROM entry WHERE idx = ?", (size,)).fetchone()
    equal(kind, "self")
    check(b"512839476" not in leaf and b"MARTINEZ" not in leaf)
    equal(set(opened(body["receipt"])), {"agency", "operator", "certificate", "id", "what"})
    h.stop()
    h.log_check()


def p5_a_relative_and_an_owner_before_see_nothing_of_another(h):
    portal = open_holder(h)
    h.ask("alice", about(LICENCE))
    h.ask("alice", about(VIN))
    h.ask("alice", about(ABSENT_VIN))
    close(h)
    h.case("sam", "C-2", assign=["alice"])
    equal(seen(portal, DANIEL)["disclosures"], [])
    equal(seen(portal, NOBODY)["disclosures"], [])
    # The vehicle is sold: what was looked up before stays with who it was about.
    h.stop()
    with contextlib.closing(sqlite3.connect(h.path("records/records.db"))) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(vehicle)")]
        check(columns, "no table of vehicles")
        column = next(c for c in columns if "owner" in c and "licence" in c)
        db.execute(f'UPDATE vehicle SET "{column}" = ?', (DANIEL["licence"]["number"],))
        db.commit()
    h.start()
    h.ask("alice", about(VIN, "C-2"))
    close(h, "C-2")
    equal(len(seen(portal, DANIEL)["disclosures"]), 1)
    equal(len(seen(portal, ELENA)["disclosures"]), 2)


def p5_a_number_of_another_states_licence_is_nobody_s_here(h):
    portal = open_holder(h)
    h.stop()
    with contextlib.closing(sqlite3.connect(h.path("records/records.db"))) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(vehicle)")]
        column = next(c for c in columns if "owner" in c and "state" in c)
        db.execute(f'UPDATE vehicle SET "{column}" = ?', ("NJ",))
        db.commit()
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)
    close(h)
    equal(seen(portal, ELENA)["disclosures"], [])


def t16_a_lead_of_the_holder_is_told_of_too(h):
    portal = open_holder(h)
    h.stop()
    h.requester("dora", "NYDMV0000", "data_owner")
    h.start()
    answer = h.post("dora", "/v1/leads", {
        **about(VIN, None, reason="the car of the series"), "to": "alice", "case": "C-1"})
    equal(answer.status, 201, answer.text)
    equal(seen(portal, ELENA)["disclosures"], [], "under seal of the case it went to")
    close(h)
    entry = seen(portal, ELENA)["disclosures"][0]
    equal((entry["kind"], entry["decision"], entry["agency"]["ori"]),
          ("lead", "permit", "NY0010100"))
    h.verify(entry["receipt"])


def shape(answer):
    """What an answer is but for chance: names, lengths, order, and no values."""
    def of(value):
        if isinstance(value, dict):
            return {name: of(item) for name, item in value.items()}
        if isinstance(value, list):
            return [of(item) for item in value]
        return len(value) if isinstance(value, str) else value
    body = {name: value for name, value in answer.body.items() if name != "time"}
    body["disclosures"] = [{name: value for name, value in entry.items() if name != "time"}
                           for entry in body["disclosures"]]
    fields = sorted((name, value) for name, value in answer.headers.items()
                    if name not in ("Date", "X-Request-ID"))
    return of(body), fields, len(answer.text)


def world(ground, subject, n):
    """The same day twice over; only the n look-ups in the middle differ."""
    h = Holder()
    try:
        portal = open_holder(h)
        h.ask("alice", about(LICENCE))
        for _ in range(n):
            equal(h.ask("alice", about(subject, ground)).status, 200)
        h.ask("alice", about(LICENCE))
        close(h)
        look = portal.look(ELENA)
        complaint = portal.complain(ELENA, look.body["disclosures"][0]["index"] - 1)
        look2 = portal.look(ELENA, look.body["disclosures"][0]["index"])
        return [shape(look), shape(look2)], complaint
    finally:
        h.close()


def p5_what_is_under_seal_is_not_in_bytes_length_order_or_index():
    sealed, refused = world("X-1", LICENCE, 9)
    other, refused_too = world("C-1", DANIEL, 9)
    equal(sealed, other)
    equal(refused.status, 404, refused.text)
    equal(refused_too.status, 404, refused_too.text)

    def same(answer):
        return {name: value for name, value in answer.body.items()
                if name not in ("id", "time", "receipt")}
    equal(same(refused), same(refused_too))
    equal(len(refused.text), len(refused_too.text))


def p5_a_seal_lifts_when_its_ground_ended(h):
    portal = open_holder(h)
    h.ask("alice", about(LICENCE, "X-1"))
    h.ask("alice", about(VIN, "X-1"))
    h.ask("olga", about(LICENCE, "X-1"))  # of another agency's number: not under seal
    body = seen(portal, ELENA)
    equal([e["decision"] for e in body["disclosures"]], ["deny"])
    close(h, "X-1")
    body = seen(portal, ELENA)
    equal([e["decision"] for e in body["disclosures"]], ["deny", "permit", "permit"])
    with contextlib.closing(h.database()) as db:
        equal(db.execute("SELECT count(*) FROM veiled").fetchone()[0], 0)


def p5_a_ground_stays_under_seal_for_a_while_after_it_ended(h):
    portal = Portal(h)
    h.populate()
    h.ask("alice", about(LICENCE))
    close(h)
    equal(seen(portal, ELENA)["disclosures"], [])


def p5_the_seal_shows_in_no_leaf(h):
    open_holder(h)
    h.post("sam", "/v1/investigations", {"number": "X-2", "offence": "fraud",
                                         "sealed_until": "2099-01-01"})
    h.post("sam", "/v1/investigations/X-2/assignments", {"requester": "alice"})
    h.ask("alice", about(LICENCE, "X-1"))
    h.ask("alice", about(LICENCE, "X-2"))
    with contextlib.closing(h.database()) as db:
        leaves = db.execute("SELECT type, bytes FROM entry ORDER BY idx").fetchall()
    for kind in ("ground", "request"):
        equal(len({(tuple(json.loads(leaf)), len(leaf)) for t, leaf in leaves if t == kind}),
              1, kind)


def t16_pages_go_on_without_gaps_and_lengths_come_in_steps(h):
    portal = open_holder(h)
    wanted = []
    for i in range(20):
        wanted.append(h.ask("alice", about(LICENCE)).body["index"])
        h.ask("alice", about(LICENCE, "X-1"))
    close(h)
    got, before, lengths = [], None, set()
    while True:
        answer = portal.look(ELENA, before)
        lengths.add(len(answer.text.encode()))
        check("ETag" not in answer.headers and "Last-Modified" not in answer.headers)
        equal(answer.headers["Cache-Control"], "no-store")
        got += [entry["index"] for entry in answer.body["disclosures"]]
        before = answer.body["next"]
        if before is None:
            break
        check(len(answer.body["disclosures"]) == 8)
    equal(got, wanted[::-1])
    empty = portal.look(NOBODY)
    lengths.add(len(empty.text.encode()))
    check(all(length % BUCKET == 0 for length in lengths), lengths)


def refused(portal, token, code, member=None):
    size = portal.holder.size()
    answer = portal.call("GET", "/v1/self/disclosures", token)
    equal((answer.status, answer.body.get("code")), (403, code), answer.text)
    if member is not None:
        equal(answer.body.get("member"), member, answer.text)
    equal(portal.holder.size(), size + 1, "the refusal is an entry")


def h8_hostile_tokens_are_refused_by_name(h):
    portal = open_holder(h)
    now = int(time.time())
    good = portal.payload(ELENA)
    header = portal.header()
    refused(portal, None, "token-missing")
    text = b64(dumps(portal.header(alg="none")).encode()) + "." + b64(dumps(good).encode())
    refused(portal, text + ".", "token-algorithm", "alg")
    refused(portal, portal.forge(portal.header(alg="HS256"), good, portal.sign_hs256),
            "token-algorithm", "alg")
    for alg in ("none", "ES256", "eddsa", "Ed25519", "", "EdDSA "):
        refused(portal, portal.forge(portal.header(alg=alg), good), "token-algorithm", "alg")
    refused(portal, portal.forge(portal.header(kid="other"), good), "token-key", "kid")
    refused(portal, portal.forge(portal.header(kid="../portal"), good), "token-key", "kid")
    refused(portal, portal.forge(header, portal.payload(ELENA, aud="example.com")),
            "token-audience", "aud")
    refused(portal, portal.forge(header, portal.payload(ELENA, iss="other")),
            "token-issuer", "iss")
    refused(portal, portal.forge(header, portal.payload(ELENA, iat=now - 100, exp=now - 1)),
            "token-expired", "exp")
    refused(portal, portal.forge(header, portal.payload(ELENA, iat=now + 120, exp=now + 180)),
            "token-early", "iat")
    refused(portal, portal.forge(header, portal.payload(ELENA, exp=now + 100000)),
            "token-life", "exp")
    refused(portal, portal.forge(header, portal.payload(ELENA, iat=now, exp=now - 5)),
            "token-expired", "exp")
    refused(portal, portal.forge(header, good, lambda m: b"\0" * 64), "token-signature")
    refused(portal, portal.forge(header, good, lambda m: portal.sign(m)[:63]), "token-signature")
    refused(portal, portal.forge(header, good, lambda m: portal.sign(m + b".")),
            "token-signature")


def h8_tokens_of_another_shape_are_refused(h):
    portal = open_holder(h)
    good = portal.payload(ELENA)
    header = portal.header()
    for name in list(good):
        refused(portal, portal.forge(header, {k: v for k, v in good.items() if k != name}),
                "token-malformed", name)
    for name in ("kid", "typ"):
        refused(portal, portal.forge(portal.header(**{name: None}), good), "token-malformed", name)
    refused(portal, portal.forge(portal.header(typ="JWT"), good), "token-malformed", "typ")
    refused(portal, portal.forge(portal.header(crit=["exp"]), good), "token-malformed")
    refused(portal, portal.forge(portal.header(jwk={"kty": "OKP"}), good), "token-malformed")
    refused(portal, portal.forge(header, {**good, "sub": "x"}), "token-malformed")
    twice = dumps(good)[:-1] + ', "aud": "example.com"}'
    refused(portal, portal.forge(header, twice), "token-malformed", "aud")
    refused(portal, portal.forge(dumps(header)[:-1] + ', "alg": "none"}', good),
            "token-algorithm")
    for licence in ({}, {"state": "NY"}, {"state": "NY", "number": "51*"}, [], "NY",
                    {"state": "NY", "number": "512839476", "x": 1},
                    {"state": "", "number": ""}):
        refused(portal, portal.forge(header, {**good, "licence": licence}), "token-malformed")
    for name, value in (("exp", "soon"), ("exp", 1.5), ("iat", -1), ("exp", 1e99), ("jti", 7),
                        ("jti", "short"), ("jti", "x" * 129), ("aud", [good["aud"]])):
        refused(portal, portal.forge(header, {**good, name: value}), "token-malformed", name)
    refused(portal, portal.forge(header, "[]"), "token-malformed")
    refused(portal, portal.forge(header, dumps(good) + "x"), "token-malformed")
    refused(portal, portal.forge(header, "[" * 1000), "token-malformed")
    whole = portal.token(ELENA)
    parts = whole.split(".")
    for text in (whole + ".", "." + whole, parts[0] + "." + parts[1], "x", "..", "a.b.c",
                 whole.replace(".", "..", 1), whole + "=", whole + "!",
                 parts[0] + "=." + parts[1] + "." + parts[2], "A" * 2049):
        refused(portal, text, "token-malformed")
    # The last character of a signature has four loose bits: one writing is right.
    loose = whole[:-1] + chr(ord(whole[-1]) + 1)
    refused(portal, loose, "token-malformed")
    equal(portal.call("GET", "/v1/self/disclosures", whole).status, 200)


def h8_a_token_serves_once_also_in_one_batch_and_after_a_restart(h):
    portal = open_holder(h)
    token = portal.token(ELENA)
    equal(portal.call("GET", "/v1/self/disclosures", token).status, 200)
    refused(portal, token, "token-used", "jti")
    claims = portal.payload(ELENA)
    equal(portal.call("GET", "/v1/self/disclosures",
                      portal.forge(portal.header(), claims)).status, 200)
    # Signed anew with the same jti: another token, the same id.
    refused(portal, portal.forge(portal.header(), {**claims, "exp": claims["exp"] + 1}),
            "token-used", "jti")
    h.kill("gate")
    wait(h.is_ready, "the gate to be back")
    h.clients.clear()
    refused(portal, token, "token-used", "jti")
    headers = {"Authorization": "Bearer " + portal.token(ELENA)}
    refused_twice = h.client("portal")
    refused_twice.connect()
    refused_twice.connection.putrequest("GET", "/v1/self/disclosures")
    refused_twice.connection.putheader("Authorization", headers["Authorization"])
    refused_twice.connection.putheader("Authorization", headers["Authorization"])
    refused_twice.connection.endheaders()
    equal(refused_twice.connection.getresponse().status, 400)


def p9_only_a_portal_vouches_and_a_portal_does_nothing_else(h):
    portal = open_holder(h)
    token = portal.token(ELENA)
    for who in ("alice", "sam", "officer"):
        answer = h.client(who).call("GET", "/v1/self/disclosures",
                                    headers={"Authorization": "Bearer " + token})
        equal(answer.body["code"], "role-missing", answer.text)
    equal(h.ask("portal", about(LICENCE)).status, 403)
    for path in ("/v1/complaints", "/v1/investigations/C-1"):
        equal(h.get("portal", path).body["code"], "role-missing")
    equal(h.get("alice", "/v1/complaints").body["code"], "role-missing")
    h.stop()
    done = h.stile("requester", "add", "both", "--dir", h.dir, "--agency", "NYDMV0000", "--name",
                   "Both", "--role", "portal", "--role", "requester", expect=None)
    check(done.returncode != 0, done.stdout)


def t16_a_complaint_is_filed_answered_and_read(h):
    portal = open_holder(h)
    index = h.ask("alice", about(LICENCE)).body["index"]
    sealed = h.ask("alice", about(LICENCE, "X-1")).body["index"]
    close(h)
    text = "I was never in Albany on that day, says «Elena»."
    filed = portal.complain(ELENA, index, text=text)
    equal(filed.status, 201, filed.text)
    h.verify(filed.body["receipt"])
    path = filed.headers["Location"]
    equal(path, "/v1/self/complaints/" + filed.body["complaint"])
    again = portal.complain(ELENA, index)
    equal((again.status, again.body["code"]), (409, "conflict"))
    for who, entry in ((DANIEL, index), (ELENA, sealed), (ELENA, 999999), (ELENA, 0)):
        equal(portal.complain(who, entry).body["code"], "not-found")
    for body in ({"about": index}, {"about": "x", "reason": "other"},
                 {"about": index, "reason": "angry"}, {"about": -1, "reason": "other"},
                 {"about": index, "reason": "other", "text": "x" * 4001},
                 {"about": index, "reason": "other", "who": "alice"}):
        answer = portal.call("POST", "/v1/self/complaints", portal.token(ELENA), body)
        equal(answer.status, 400, answer.text)
    equal(portal.call("GET", path, portal.token(DANIEL)).status, 404)
    state = portal.call("GET", path, portal.token(ELENA)).body
    equal((state["state"], state["text"]), ("received", text))
    as_officer = ("--dir", h.dir, "--as", "officer")
    out = h.stile("complaint", "list", *as_officer)
    check(filed.body["complaint"] in out and "no-reason-known" in out, out)
    check(text in h.stile("complaint", "show", filed.body["complaint"], *as_officer, "--json"))
    h.stile("complaint", "answer", filed.body["complaint"], "--finding", "not-upheld", "--text",
            "It belongs to an open case.", *as_officer)
    h.stile("complaint", "answer", filed.body["complaint"], "--finding", "upheld", "--text",
            "No, it does not.", *as_officer, expect=1)
    check(filed.body["complaint"] not in h.stile("complaint", "list", *as_officer))
    state = portal.call("GET", path, portal.token(ELENA)).body
    equal((state["state"], state["finding"], state["answer"]),
          ("answered", "not-upheld", "It belongs to an open case."))
    with contextlib.closing(h.database()) as db:
        leaves = [leaf for (leaf,) in db.execute("SELECT bytes FROM entry")]
        equal(db.execute("SELECT count(*) FROM entry WHERE type = 'complaint'").fetchone()[0], 14)
    check(not any(b"Albany on" in leaf or b"open case." in leaf for leaf in leaves))


if __name__ == "__main__":
    main(all_of(globals()))
