"""Hostile inputs by their numbers: who asks, who approves, by which rules."""
import json
import os
import pathlib
import signal
import ssl
import subprocess
import threading

from holder import (LICENCE, OTHER_VIN, PERSON, VIN, Client, about, all_of, check, equal,
                    main, rules, shared, wait)

APPROVE = {"role": "supervisor", "granted": True, "reason": "needed for the line-up"}


def refer(h, requester="alice", fields=("person.photo",)):
    answer = h.ask(requester, about(LICENCE, fields=list(fields)))
    equal(answer.status, 202, answer.text)
    return answer.body["id"]


def h16_a_certificate_that_nobody_registered_opens_nothing(h):
    h.populate()
    folder = pathlib.Path(h.scratch)
    for name, subject in (("mallory", "/CN=alice/O=NY0010100"),):
        subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", subject, "-keyout",
                        folder / f"{name}.key", "-out", folder / f"{name}.csr"],
                       check=True, capture_output=True)
        # Signed by the holder's own CA, yet never registered: as if stolen there.
        subprocess.run(["openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA",
                        h.path("tls/ca.crt"), "-CAkey", h.path("ca/ca.key"),
                        "-CAcreateserial", "-days", "2", "-out", folder / f"{name}.crt"],
                       check=True, capture_output=True)
    client = Client(h, "mallory", (folder / "mallory.crt", folder / "mallory.key"))
    try:
        answer = client.call("POST", "/v1/requests", about(VIN))
        equal(answer.status, 403, answer.text)
        equal(answer.body["code"], "unknown-client")
    except ssl.SSLError:
        pass  # refused already in the handshake: as good
    finally:
        client.close()


def h16_a_certificate_of_another_authority_is_turned_away():
    h = shared()
    folder = pathlib.Path(h.scratch)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=alice",
                    "-keyout", folder / "self.key", "-out", folder / "self.crt"],
                   check=True, capture_output=True)
    client = Client(h, "self", (folder / "self.crt", folder / "self.key"))
    try:
        client.call("POST", "/v1/requests", about(VIN))
    except (ssl.SSLError, OSError):
        return
    finally:
        client.close()
    check(False, "a stranger's certificate was taken")


def h17_only_another_person_in_the_role_approves():
    h = shared()
    request = refer(h, "sue")
    path = f"/v1/requests/{request}/approvals"
    for who, code in (("sue", "own-request"), ("bob", "role-missing"),
                      ("boss", "not-found")):
        answer = h.post(who, path, APPROVE)
        check(answer.status in (403, 404), answer.text)
        equal(answer.body["code"], code, who)
    unknown = h.post("sam", path, {**APPROVE, "role": "emperor"})
    equal(unknown.status, 400)
    equal(h.post("sam", path, APPROVE).status, 201)


def h18_an_approval_serves_once_and_for_its_request():
    h = shared()
    first, second = refer(h), refer(h)
    equal(h.post("sam", f"/v1/requests/{first}/approvals", APPROVE).status, 201)
    again = h.post("sam", f"/v1/requests/{first}/approvals", APPROVE)
    equal(again.status, 409, again.text)
    equal(h.get("alice", f"/v1/requests/{first}").status, 200)
    equal(h.get("alice", f"/v1/requests/{second}").status, 202)
    equal(h.get("bob", f"/v1/requests/{first}").status, 404, "somebody else's")


def h18_two_approvals_at_once_are_one():
    h = shared()
    request = refer(h)
    answers = []
    clients = [Client(h, who) for who in ("sam", "sue")]

    def approve(client):
        answers.append(client.call("POST", f"/v1/requests/{request}/approvals",
                                   APPROVE).status)

    threads = [threading.Thread(target=approve, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    equal(sorted(answers), [201, 409])


def h18_a_refusal_of_approval_ends_the_request():
    h = shared()
    request = refer(h)
    answer = h.post("sam", f"/v1/requests/{request}/approvals",
                    {**APPROVE, "granted": False, "reason": "not needed"})
    equal((answer.status, answer.body.get("decision")), (201, "deny"), answer.text)
    equal(h.post("sam", f"/v1/requests/{request}/approvals", APPROVE).status, 409)


def h19_what_changed_since_is_decided_again():
    h = shared()
    h.case("sam", "C-19", assign=["alice"])
    answer = h.ask("alice", about(LICENCE, "C-19", fields=["person.photo"]))
    equal(answer.status, 202, answer.text)
    equal(h.post("sam", "/v1/investigations/C-19/close").status, 200)
    approved = h.post("sam", f"/v1/requests/{answer.body['id']}/approvals", APPROVE)
    equal(approved.body.get("decision"), "deny", approved.text)
    check("record" not in h.get("alice", f"/v1/requests/{answer.body['id']}").body)


def h20_an_unsigned_or_older_pack_is_refused(h):
    h.populate()
    note = [p for p in pathlib.Path(h.path("packs/house")).iterdir()
            if "note" in p.name or "sig" in p.name]
    check(note, "a pack has a signature file")
    kept = note[0].read_bytes()
    note[0].unlink()
    done = h.stile("pack", "check", h.path("packs/house"), "--key",
                   h.path("trust/counsel.vkey"), expect=None)
    check(done.returncode != 0 and done.stderr.strip(), done)
    h.server.send_signal(signal.SIGHUP)
    equal(h.ask("alice", about(VIN)).status, 200)
    h.stop()
    h.start(expect_ready=False)
    wait(lambda: h.server.poll() is not None or "pack" in h.log_text(), "a clear message")
    h.stop()
    note[0].write_bytes(kept)
    h.start()
    equal(h.ask("alice", about(VIN)).status, 200)


def t7_nobody_looks_up_themselves(h):
    h.import_records()
    h.agency("NY0010100")
    h.requester("sam", "NY0010100", "supervisor")
    h.requester("elena", "NY0010100",
                own="MARTINEZ,ELENA,1984-03-09")
    h.start()
    h.case("sam", "C-1", assign=["elena"])
    answer = h.ask("elena", about(PERSON))
    equal(answer.status, 403, answer.text)
    check("self" in rules(answer))
    equal(h.ask("elena", about(OTHER_VIN)).status, 200)


def t11_no_agreement_or_training_no_answer(h):
    h.import_records()
    h.agency("NY0010100")
    h.agency("NY0020200", agreement_until="2026-01-01")
    h.requester("sam", "NY0010100", "supervisor")
    h.requester("tim", "NY0010100", trained_until="2026-01-01")
    h.requester("una", "NY0020200", "requester", "supervisor")
    h.start()
    h.case("sam", "C-1", assign=["tim"])
    check("training-lapsed" in rules(h.ask("tim", about(VIN))))
    h.case("una", "U-1", assign=["una"])
    check("agreement-lapsed" in rules(h.ask("una", about(VIN, "U-1"))))


main(all_of(globals()))
