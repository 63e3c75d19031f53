"""The real server against its own OpenAPI file, by tools that are not ours.

Every operation is asked so that it answers in every way it can; status, type and
body must be what src/front/openapi.json says. Runs tests/outside/openapi, whose
packages are installed there by `npm ci`; without them the test is skipped.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import uuid

from consign import licence, sealed, transfer
from portal import Portal
from holder import (ABSENT_VIN, HERE, LICENCE, OTHER_VIN, PERSON, PLATE, VIN, Holder, about,
                    equal, wait)

ROOT = HERE.parents[1]
OUTSIDE = ROOT / "tests" / "outside" / "openapi"
NODE = shutil.which("node")
PAPER = {"number": "I-1", "kind": "court-subpoena", "docket": "26-117", "court": "County Court",
         "issued": "2026-01-05", "expires": "2099-12-31", "scope": ["licence.status"],
         "subjects": [LICENCE]}
WARRANT = {"number": "W-1", "kind": "arrest", "court": "Albany City Court",
           "offence": "robbery", "issued": "2026-01-05", "subjects": [PERSON]}
GRANT = {"role": "supervisor", "granted": True, "reason": "needed for the line-up"}


def get(operation, path, status):
    return {"method": "GET", "path": path, "operation": operation, "status": status}


def post(operation, path, body, status, key=None):
    return {"method": "POST", "path": path, "operation": operation, "status": status,
            "body": body, "headers": {"Idempotency-Key": key or uuid.uuid4().hex}}


def word(portal, who, test):
    """The same, with a token of the portal for somebody."""
    test.setdefault("headers", {})["Authorization"] = "Bearer " + portal.token(who)
    return test


def persons(h, portal):
    """A person's own view, and what the holder sees of their complaints."""
    entry = h.ask("alice", about(LICENCE, "C-404")).body["index"]
    sealed = {"number": "C-7", "offence": "fraud", "sealed_until": "2030-01-05"}
    mine, filing = "/v1/self/disclosures", "/v1/self/complaints"
    complaint = {"about": entry, "reason": "other", "text": "Why?"}
    first = portal.complain(LICENCE, h.ask("alice", about(LICENCE, None)).body["index"])
    id_ = first.body["complaint"]
    finding = {"finding": "upheld", "text": "It was not lawful."}
    yield "sam", [post("createInvestigation", "/v1/investigations", sealed, 201),
                  post("createInvestigation", "/v1/investigations",
                       {**sealed, "number": "C-6", "sealed_until": "soon"}, 400)]
    yield "portal", [
        word(portal, LICENCE, get("getSelfDisclosures", mine, 200)),
        get("getSelfDisclosures", mine, 403),
        word(portal, LICENCE, get("getSelfDisclosuresBefore", mine + f"/before/{entry}", 200)),
        word(portal, LICENCE, post("createComplaint", filing, complaint, 201)),
        word(portal, LICENCE, post("createComplaint", filing, complaint, 409)),
        word(portal, LICENCE, post("createComplaint", filing, {**complaint, "about": 0}, 404)),
        word(portal, LICENCE, post("createComplaint", filing, {"about": entry}, 400)),
        word(portal, LICENCE, get("getSelfComplaint", f"{filing}/{id_}", 200)),
        word(portal, LICENCE, get("getSelfComplaint", filing + "/nothing", 404)),
        get("listComplaints", "/v1/complaints", 403)]
    yield "officer", [
        get("listComplaints", "/v1/complaints", 200),
        get("getComplaint", f"/v1/complaints/{id_}", 200),
        get("getComplaint", "/v1/complaints/nothing", 404),
        post("answerComplaint", f"/v1/complaints/{id_}/answer", {"finding": "upheld"}, 400),
        post("answerComplaint", f"/v1/complaints/{id_}/answer", finding, 201),
        post("answerComplaint", f"/v1/complaints/{id_}/answer", finding, 409),
        post("answerComplaint", "/v1/complaints/nothing/answer", finding, 404),
        get("listComplaints", "/v1/complaints", 200),
        get("getComplaint", f"/v1/complaints/{id_}", 200)]
    yield "portal", [word(portal, LICENCE, get("getSelfComplaint", f"{filing}/{id_}", 200)),
                     word(portal, LICENCE, get("getSelfDisclosures", mine, 200))]


def ask(body, status, **more):
    return post("createRequest", "/v1/requests", body, status, **more)


def cases(h):
    """(who, cases) in the order in which they are to be asked."""
    photo = [h.ask("alice", about(LICENCE, fields=["person.photo"])).body["id"] for _ in "123"]
    answered = h.ask("alice", about(VIN)).body
    cases_ = "/v1/investigations"
    tile = wait(lambda: next((f.relative_to(h.path("log/tile")) for f in
                              pathlib.Path(h.path("log/tile/0")).rglob("*") if f.is_file()),
                             None), "a tile")
    yield "alice", [
        ask(about(VIN), 200), ask(about(PLATE, fields=["owner.family"]), 200),
        ask(about(VIN), 200, key="same"), ask(about(VIN), 200, key="same"),
        ask(about(OTHER_VIN), 422, key="same"),
        ask(about(LICENCE, fields=["person.photo"]), 202), ask(about(ABSENT_VIN), 404),
        ask(about(VIN, "C-404"), 403), ask(about(VIN, None), 403),
        ask(about(VIN, subject=[VIN, OTHER_VIN]), 400), ask("{", 400), ask({}, 400),
        get("getRequest", f"/v1/requests/{answered['id']}", 200),
        get("getRequest", f"/v1/requests/{photo[0]}", 202),
        get("getRequest", "/v1/requests/nothing", 404),
        get("getReceipt", f"/v1/receipts/{answered['index']}", 200),
        get("getReceipt", "/v1/receipts/999999", 404),
        post("createInvestigation", cases_, {"number": "C-9", "offence": "theft"}, 403),
        post("createApproval", f"/v1/requests/{photo[0]}/approvals", GRANT, 403),
        get("livez", "/livez", 200), get("readyz", "/readyz", 200),
        get("getVerifyPage", "/verify", 200),
        get("getOpenapi", "/openapi.json", 200), get("getCheckpoint", "/log/checkpoint", 200),
        get("getTile", f"/log/tile/{tile}", 200), get("getTile", "/log/tile/0/999", 404)]
    yield "sam", [
        post("createInvestigation", cases_, {"number": "C-8", "offence": "theft"}, 201),
        post("createInvestigation", cases_, {"number": "C-8", "offence": "theft"}, 409),
        post("createInvestigation", cases_, {"number": 8}, 400),
        get("getInvestigation", cases_ + "/C-8", 200), get("getInvestigation", cases_ + "/X", 404),
        post("createAssignment", cases_ + "/C-8/assignments", {"requester": "bob"}, 201),
        post("createAssignment", cases_ + "/C-8/assignments", {"requester": "nobody"}, 404),
        post("createAssignment", cases_ + "/X/assignments", {"requester": "bob"}, 404),
        post("endAssignment", cases_ + "/C-8/assignments/bob/end", None, 200),
        post("endAssignment", cases_ + "/X/assignments/bob/end", None, 404),
        post("closeInvestigation", cases_ + "/C-8/close", None, 200),
        post("closeInvestigation", cases_ + "/X/close", None, 404),
        post("createWanted", "/v1/wanted", WARRANT, 201),
        post("createWanted", "/v1/wanted", {**WARRANT, "subjects": [{"vin": "*"}]}, 400),
        get("getWanted", "/v1/wanted/W-1", 200), get("getWanted", "/v1/wanted/X", 404),
        post("recallWanted", "/v1/wanted/W-1/recall", None, 200),
        post("createInstrument", "/v1/instruments", PAPER, 201),
        post("createInstrument", "/v1/instruments", {**PAPER, "scope": ["x"]}, 400),
        get("getInstrument", "/v1/instruments/I-1", 200),
        get("getInstrument", "/v1/instruments/X", 404),
        post("createApproval", f"/v1/requests/{photo[0]}/approvals", GRANT, 201),
        post("createApproval", f"/v1/requests/{photo[0]}/approvals", GRANT, 409),
        post("createApproval", f"/v1/requests/{photo[1]}/approvals",
             {**GRANT, "granted": False}, 201),
        post("createApproval", f"/v1/requests/{photo[2]}/approvals", {"role": 7}, 400),
        post("createApproval", "/v1/requests/nothing/approvals", GRANT, 404)]
    yield "alice", [
        get("getRequest", f"/v1/requests/{photo[0]}", 200),
        get("getRequest", f"/v1/requests/{photo[1]}", 403),
        ask(about(LICENCE, fields=["licence.status", "person.phone"], instrument="I-1"), 200)]


def cases_of_the_holder(h):
    """Likewise of its own people, and of a list that came."""
    h.stop()
    h.agency("NYOLN0000", "The holder", kind="state")
    for who, role in (("dora", "data_owner"), ("carl", "counsel"), ("kim", "key_holder")):
        h.requester(who, "NYOLN0000", role)
    came = sealed(h, transfer(h, 5), "--never-whole")["consignment"]
    h.start()
    one = f"/v1/consignments/{came}"
    destroy = {"order": "destroy", "reason": "nobody asked for it"}
    lead = {**about(VIN, None), "to": "alice", "case": "C-1", "reason": "the car of the series"}

    def order(body, status, path=one):
        return post("orderConsignment", path + "/orders", body, status)

    yield "dora", [
        post("registerConsignment", "/v1/consignments", {"id": came}, 201),
        post("registerConsignment", "/v1/consignments", {"id": came}, 409),
        post("registerConsignment", "/v1/consignments", {"id": "X"}, 400),
        post("registerConsignment", "/v1/consignments", {"id": "0" * 26}, 404),
        get("getConsignment", one, 200), get("getConsignment", one[:-1], 404),
        post("createLead", "/v1/leads", lead, 201, key="lead"),
        post("createLead", "/v1/leads", lead, 201, key="lead"),
        post("createLead", "/v1/leads", {**lead, "case": "C-2"}, 422, key="lead"),
        post("createLead", "/v1/leads", {**lead, "to": "bob"}, 403),
        post("createLead", "/v1/leads", {**lead, "to": "nobody"}, 400),
        post("createLead", "/v1/leads", {**lead, "subject": ABSENT_VIN}, 404),
        post("createErasure", "/v1/retention/erasures", {"role": "data_owner"}, 201)]
    yield "alice", [
        ask(about(licence("900000001"), fields=["licence.status"], source=came), 200),
        ask(about(licence("900000099"), fields=["licence.status"], source=came), 404),
        get("getConsignment", one, 403), order(destroy, 403),
        post("createLead", "/v1/leads", lead, 403)]
    hold = {"id": "H-1", "from": 0, "to": 9, "reason": "a suit", "role": "counsel"}
    holds = "/v1/retention/holds"
    said = "/v1/statements"
    text = {"number": "S-1", "topic": "bulk", "text": "None in bulk.", "role": "counsel"}
    release = f"/v1/releases/{'0' * 64}/signatures"
    yield "carl", [
        post("createHold", holds, hold, 201), post("createHold", holds, hold, 409),
        post("createHold", holds, {**hold, "to": 0}, 400),
        post("liftHold", f"{holds}/H-1/lift", {"role": "counsel"}, 200),
        post("liftHold", f"{holds}/H-1/lift", {"role": "counsel"}, 404),
        post("createErasure", "/v1/retention/erasures", {"role": "counsel"}, 403),
        post("signRelease", release, {"act": "draft", "role": "counsel"}, 201),
        post("signRelease", release, {"act": "burn", "role": "counsel"}, 400),
        order({"order": "keep", "reason": "r"}, 400), order(destroy, 404, "/v1/consignments/X"),
        order(destroy, 202), order(destroy, 403),
        post("createStatement", said, text, 201), post("createStatement", said, text, 409),
        post("createStatement", said, {**text, "topic": "weather"}, 400),
        post("createStatement", said, {**text, "role": "auditor"}, 403),
        post("approveStatement", said + "/S-1/approval", {"role": "counsel"}, 403),
        post("approveStatement", said + "/X/approval", {"role": "counsel"}, 404)]
    yield "dora", [
        post("approveStatement", said + "/S-1/approval", {}, 400),
        post("approveStatement", said + "/S-1/approval", {"role": "data_owner"}, 201),
        post("approveStatement", said + "/S-1/approval", {"role": "data_owner"}, 409)]
    yield "kim", [order({**destroy, "order": "return"}, 409), order(destroy, 200)]
    yield "alice", [
        ask(about(licence("900000001"), fields=["licence.status"], source=came), 410)]


def run(h, who, tests, seen):
    """One call of the tool; its lines with numbers that go on."""
    folder = pathlib.Path(h.scratch, "contract")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(h.path("tls/ca.crt"), folder / "ca.crt")
    for kind, file in zip(("crt", "key"), h.certificate(who)):
        shutil.copy(file, folder / f"client.{kind}")
    (folder / "cases.json").write_text(json.dumps(
        [{k: v for k, v in test.items() if v is not None} for test in tests]))
    done = subprocess.run(
        [NODE, OUTSIDE / "contract.mjs", ROOT / "src" / "front" / "openapi.json",
         f"https://localhost:{h.port}", folder, folder / "cases.json"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    n = 0
    for line in done.stdout.splitlines():
        found = re.match(r"(ok|not ok) \d+ ((?:GET|POST|DELETE) .*)", line)
        if found:
            seen["n"] += 1
            n += 1
            seen["bad"] += found[1] != "ok"
            print(f"{found[1]} {seen['n']} {who}: {found[2]}", flush=True)
        elif line.startswith("#"):
            print(line[:600])
    equal(n, len(tests), done.stderr[-500:])


def main():
    if NODE is None or not os.path.isdir(OUTSIDE / "node_modules"):
        print("1..0 # SKIP npm ci was not run in tests/outside/openapi")
        return 0
    seen = {"n": 0, "bad": 0}
    h = Holder()
    try:
        portal = Portal(h)
        h.populate()
        asked = set()
        for told in (cases(h), cases_of_the_holder(h), persons(h, portal)):
            for who, tests in told:
                run(h, who, tests, seen)
                asked |= {test["operation"] for test in tests}
        api = json.loads((ROOT / "src" / "front" / "openapi.json").read_text())
        there = {operation["operationId"] for path in api["paths"].values()
                 for operation in path.values()}
        seen["n"] += 1
        missing = there - asked
        seen["bad"] += bool(missing)
        print(f"{'not ok' if missing else 'ok'} {seen['n']} every operation was asked")
        if missing:
            print("#", missing)
    finally:
        h.close()
    print(f"1..{seen['n']}")
    return seen["bad"] > 0


sys.exit(main())
