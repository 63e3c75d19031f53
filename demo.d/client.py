#!/usr/bin/env python3
"""The demo's client: an ordinary HTTPS client with a certificate.

usage: client.py grounds HOLDER CASES      register what grounds.tsv lists
       client.py ask HOLDER CASES OUT      ask what scenarios.tsv lists: a table
       client.py held HOLDER ANSWERS       are all answers of the load in the log?
"""
import base64
import csv
import http.client
import json
import os
import pathlib
import re
import shutil
import sqlite3
import ssl
import sys
import textwrap
import uuid

HERE = pathlib.Path(__file__).resolve().parent
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(text, code):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def rows(name):
    with open(HERE / name, encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


class Holder:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        conf = (self.folder / "stile.conf").read_text()
        self.port = int(re.search(r"(?m)^\s*port\s*=\s*(\d+)", conf)[1])
        self.lines = {}

    def call(self, who, method, path, body=None):
        if who not in self.lines:
            context = ssl.create_default_context(cafile=self.folder / "tls/ca.crt")
            context.load_cert_chain(self.folder / f"clients/{who}.crt",
                                    self.folder / f"clients/{who}.key")
            self.lines[who] = http.client.HTTPSConnection(
                "localhost", self.port, timeout=20, context=context)
        headers = {"Idempotency-Key": uuid.uuid4().hex} if method == "POST" else {}
        if body is not None:
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        self.lines[who].request(method, path, body, headers)
        response = self.lines[who].getresponse()
        text = response.read().decode()
        return response.status, json.loads(text)


def subject_of(canonical):
    """{"vin": …} from the canonical bytes of cases.json."""
    kind, *parts = canonical.split("|")
    if kind == "vin":
        return {"vin": parts[0]}
    if kind == "plate":
        return {"plate": {"state": parts[0], "number": parts[1], "year": int(parts[2]),
                          "type": parts[3]}}
    if kind == "licence":
        return {"licence": {"state": parts[0], "number": parts[1]}}
    return {"person": {"family": parts[0], "given": parts[1], "birth_date": parts[2]}}


class Cases:
    def __init__(self, path):
        self.cases = json.loads(pathlib.Path(path).read_text())

    def subject(self, name):
        if name[0] in "{[":
            return json.loads(name)
        case, _, kind = name.partition(".")
        found = self.cases[case]
        return subject_of(found[kind] if kind else found["person"])


def must(status, body, what):
    if status not in (200, 201):
        sys.exit(f"demo: {what}: {status} {json.dumps(body)[:300]}")


def grounds(holder, cases):
    counts = {}
    for kind, number, by, assigned, subjects, details in rows("grounds.tsv"):
        body = {"number": number, **json.loads(details)}
        if subjects != "-":
            body["subjects"] = [cases.subject(name) for name in subjects.split(",")]
        if kind == "close":
            must(*holder.call(by, "POST", f"/v1/investigations/{number}/close"), number)
            continue
        path = {"investigation": "/v1/investigations", "wanted": "/v1/wanted",
                "instrument": "/v1/instruments"}[kind]
        must(*holder.call(by, "POST", path, body), number)
        counts[kind] = counts.get(kind, 0) + 1
        for who in assigned.split(",") if assigned != "-" else []:
            must(*holder.call(by, "POST", f"/v1/investigations/{number}/assignments",
                              {"requester": who}), f"{number} for {who}")
    print("  registered " + ", ".join(f"{n} × {kind}" for kind, n in counts.items()))


def request_of(cases, subject, ground, end_use, fields):
    body = {"subject": cases.subject(subject), "purpose": "dppa-1", "end_use": end_use,
            "fields": fields.split(","), "reason": "demonstration of the case named here"}
    if end_use == "proceedings":
        body["purpose"] = "dppa-4"
    if ground != "-":
        kind, _, number = ground.partition(":")
        number, _, instrument = number.partition("+")
        body["ground"] = {kind: number}
        if instrument:
            body["instrument"] = instrument
    return body


def outcome(status, body):
    """(word, rules or code, what people read)."""
    rules = [rule["rule"] for rule in body.get("rules", [])]
    says = next((r["says"] for r in body.get("rules", []) if r.get("says")), "")
    if status == 200:
        withheld = [w["field"] for w in body.get("withheld", [])]
        rules = sorted({w["rule"] for w in body.get("withheld", []) if "rule" in w})
        text = "disclosed " + ", ".join(body["record"])
        return "permit", rules, text + (
            "; withheld " + ", ".join(withheld) if withheld else "")
    if status == 202:
        return "refer", rules, says
    if status == 403 and rules:
        return "deny", rules, says
    word = "none" if status == 404 else "refused"
    return word, [body.get("code", "?")], body.get("detail") or body.get("title", "")


def approve(holder, who, request):
    """A supervisor who is not the asker approves; the asker fetches the answer."""
    path = f"/v1/requests/{request}"
    status, body = holder.call("lindqvist", "POST", path + "/approvals", {
        "role": "supervisor", "granted": True, "reason": "needed for the line-up"})
    text = f"decided again: {body.get('decision', body.get('code'))}; the approver saw no record"
    status, body = holder.call(who, "GET", path)
    got = outcome(status, body)[0]
    show("A8", "the supervisor approves it, the detective fetches it", "permit", got, [], text,
         got == "permit")
    return got == "permit"


def show(name, story, want, got, rules, why, is_right):
    """One question: asked, expected, got; and why, below."""
    mark = paint("✓", "32") if is_right else paint("✗", "31;1")
    colour = {"permit": "32", "refer": "33"}.get(got, "31")
    print(f"  {mark} {name:4} {story[:58]:58}  {want:8}  {paint(got, colour)}")
    if rules:
        why += f" [{', '.join(rules)}]"
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    print(textwrap.fill(why, width, initial_indent=" " * 9, subsequent_indent=" " * 9,
                        break_on_hyphens=False))


def ask(holder, cases, out):
    """Ask each row, print the table, keep the receipts. Exit 1 on a surprise."""
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    n_wrong, none_answers, referred = 0, set(), {}
    print(f"  {'':6} {'asked':58}  {'expected':8}  got")
    print(f"  {'':6} {'and below: why, by which rule'}")
    for row in rows("scenarios.tsv"):
        name, who, subject, ground, end_use, fields, want, rule, story = row
        status, body = holder.call(who, "POST", "/v1/requests",
                                   request_of(cases, subject, ground, end_use, fields))
        got, rules, text = outcome(status, body)
        if got == "refer":
            referred[name] = (who, body["id"])
        right = got == want and (rule == "-" or rule in rules)
        n_wrong += not right
        if got == "none":
            none_answers.add(json.dumps({k: v for k, v in body.items() if k not in
                                         ("id", "index", "time", "receipt")}))
        if "receipt" in body:
            (out / f"{name}.tlog-proof").write_text(body["receipt"])
        show(name, story, want, got, rules, text, right)
    n_wrong += not approve(holder, *referred["A8"])
    if len(none_answers) > 1:
        print("  answers for none, many and sealed differ: they must not")
        n_wrong += 1
    print(f"  {len(rows('scenarios.tsv'))} asked, {n_wrong} not as expected")
    return n_wrong == 0


def held(holder, answers):
    """Every answer the load got: is its entry in the store, byte for byte?"""
    db = sqlite3.connect(f"file:{holder.folder}/state/stile.db?mode=ro", uri=True)
    n, keys = 0, {}
    for line in open(answers, encoding="utf-8"):
        if not line.endswith("\n"):
            break
        key, text = line.split("\t", 1)
        body = json.loads(text)
        extra = re.search(r"(?m)^extra (\S+)$", body["receipt"])
        leaf = base64.b64decode(extra[1]).split(b"~")[0]
        row = db.execute("SELECT bytes FROM entry WHERE idx = ?",
                         (body["index"],)).fetchone()
        if row is None or bytes(row[0]) != leaf:
            print(f"  answered and not in the log: entry {body['index']}")
            return False
        if keys.setdefault(key, body["index"]) != body["index"]:
            print(f"  entered twice: {key}")
            return False
        n += 1
    size = db.execute("SELECT max(idx) + 1 FROM entry").fetchone()[0]
    print(f"  {n} answers ⊆ {size} entries, none twice")
    return n > 0


def main(verb, folder, *words):
    holder = Holder(folder)
    if verb == "grounds":
        return grounds(holder, Cases(words[0])) is None
    if verb == "ask":
        return ask(holder, Cases(words[0]), words[1])
    if verb == "held":
        return held(holder, words[0])
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
