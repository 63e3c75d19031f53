"""stile report: what a real holder was asked, counted from its log."""
import collections
import contextlib
import csv
import html.parser
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import time

from holder import (ABSENT_VIN, LICENCE, OTHER_VIN, PERSON, PLATE, VIN, Holder, about, all_of,
                    check, equal, main, wait)

LEAST = 5


class Asked:
    """What was asked of a holder, and how it was answered."""

    def __init__(self, holder):
        self.holder = holder
        self.decisions = collections.Counter()
        self.by = collections.defaultdict(collections.Counter)
        self.fields = collections.Counter()
        self.subjects = set()

    def ask(self, who, kind, body, subject_kind):
        answer = self.holder.ask(who, body)
        decision = {200: "permit", 404: "permit", 202: "refer"}.get(answer.status, "deny")
        ground = body.get("ground") or {}
        self.decisions[decision] += 1
        self.by["agency"][kind, decision] += 1
        self.by["ground"]["investigation" if "investigation" in ground else "else",
                          decision] += 1
        self.by["subject_kind"][subject_kind, decision] += 1
        self.by["end_use"][body["end_use"], decision] += 1
        self.by["purpose"][body["purpose"], decision] += 1
        if decision == "permit":
            self.subjects.add(json.dumps(body["subject"], sort_keys=True))
            self.by["disclosed"]["some" if answer.status == 200 else "else", decision] += 1
        if answer.status == 200:
            for field in answer.body["record"]:
                self.fields[field] += 1
        return answer


def ask_much(holder):
    asked = Asked(holder)
    for _ in range(6):
        asked.ask("alice", "local", about(VIN), "vin")
    asked.ask("alice", "local", about(OTHER_VIN), "vin")
    asked.ask("alice", "local", about(PLATE), "plate")
    asked.ask("alice", "local", about(LICENCE), "licence")
    asked.ask("alice", "local", about(ABSENT_VIN), "vin")
    asked.ask("alice", "local", about(VIN, ground="C-404"), "vin")
    asked.ask("alice", "local", about(VIN, ground={}), "vin")
    asked.ask("bob", "local", about(PERSON), "person")
    asked.ask("olga", "state", about(VIN, ground="S-1"), "vin")
    asked.ask("olga", "state", about(PERSON, ground="S-1"), "person")
    asked.ask("olga", "state", about(VIN, ground="S-1", purpose="dppa-4",
                                     end_use="proceedings"), "vin")
    return asked


def published(holder):
    """Wait until the checkpoint covers what is in the store."""
    def is_there():
        text = pathlib.Path(holder.path("log/checkpoint")).read_text()
        return int(text.splitlines()[1]) == holder.size()
    wait(is_there, "the checkpoint")


def report(holder, *words):
    return json.loads(holder.stile("report", "--dir", holder.dir, "--json", *words))


def table(of, name):
    return next(t for t in of["tables"] if t["id"] == name)


def cells(of, name):
    """{(row, column): number}, withheld as None."""
    found = table(of, name)
    return {(row["id"], column): row["cells"][i]
            for row in found["rows"] for i, column in enumerate(found["columns"])}


def t01_exact_figures_are_what_was_asked(holder):
    holder.populate()
    asked = ask_much(holder)
    published(holder)
    got = report(holder, "--live", "--exact")
    check(got["exact"], "exact")
    equal(got["log"]["size"], holder.size(), "size")
    equal({e["decision"]: e["n"] for e in got["entries"] if e["type"] == "request"},
          dict(asked.decisions), "decisions")
    for name, want in asked.by.items():
        have = {key: n for key, n in cells(got, name).items() if n}
        equal(have, dict(want), name)
    equal(cells(got, "subjects")["distinct", "permit"], len(asked.subjects), "subjects")
    have = {row: n for (row, _), n in cells(got, "fields_disclosed").items() if n}
    equal(have, dict(asked.fields), "fields")
    rules = cells(got, "rules")
    check(sum(n for (_, column), n in rules.items() if column == "deny")
          >= asked.decisions["deny"], "rules", rules)
    grounds = cells(got, "grounds")
    equal(grounds["open", "done"], 2, "investigations")
    equal(grounds["assign", "done"], 3, "assignments")


def t02_live_figures_are_those_open_in_the_log(holder):
    holder.populate()
    asked = ask_much(holder)
    published(holder)
    got = report(holder, "--live")
    equal({e["decision"]: e["n"] for e in got["entries"] if e["type"] == "request"},
          dict(asked.decisions), "decisions")
    equal(sum(m["permit"] for m in got["months"]), asked.decisions["permit"], "months")
    # The quarter that runs is in no table: it would change with each request.
    running = time.strftime("%Y-Q", time.gmtime()) + str((time.gmtime().tm_mon + 2) // 3)
    check(running not in got["period"]["quarters"], got["period"])
    for one in got["tables"]:
        for row in one.get("rows", []):
            check(all(not n for n in row["cells"]), "figures of a running quarter", row)
    text = json.dumps(got)
    for secret in ("alice", "NY0010100", "1HGCM82633A004352", "C-1"):
        check(secret not in text, secret, "is in the report")


def t03_the_same_log_gives_the_same_bytes(holder):
    holder.populate()
    ask_much(holder)
    published(holder)
    holder.stop()
    for form in ("json", "csv", "html"):
        words = ("report", "--dir", holder.dir, "--live", "--exact", "--format", form)
        first = holder.stile(*words)
        time.sleep(0.01)
        equal(holder.stile(*words), first, form)
    folder = os.path.join(holder.scratch, "www")
    os.mkdir(folder)
    holder.stile("report", "--dir", holder.dir, "--live", "--exact", "--out", folder)
    for form in ("json", "csv", "html"):
        equal(pathlib.Path(folder, "report." + form).read_text(),
              holder.stile("report", "--dir", holder.dir, "--live", "--exact",
                           "--format", form), form)


class Page(html.parser.HTMLParser):
    """Tags in balance, and what they refer to."""

    VOID = {"meta", "rect", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.n_plots, self.n_tables = [], set(), 0, 0
        self.labelled = []
        self.feed(text)
        self.close()
        check(not self.open, "left open:", self.open)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "action", "onclick", "onload"):
            check(name not in attributes, tag, name)
        check(tag not in ("script", "link", "img", "iframe", "object"), tag)
        if "id" in attributes:
            check(attributes["id"] not in self.names, "twice:", attributes["id"])
            self.names.add(attributes["id"])
        if tag == "svg":
            self.n_plots += 1
            equal(attributes.get("role"), "img", "svg")
            self.labelled += attributes["aria-labelledby"].split()
        self.n_tables += tag == "table"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        equal(self.open.pop(), tag, "closes")


def t04_the_page_stands_alone_and_has_a_table_beside_each_plot(holder):
    holder.populate()
    ask_much(holder)
    published(holder)
    text = holder.stile("report", "--dir", holder.dir, "--live", "--exact", "--format", "html")
    page = Page(text)
    check(page.n_plots > 5, page.n_plots)
    check(page.n_tables >= page.n_plots, page.n_tables)
    check(set(page.labelled) <= page.names, set(page.labelled) - page.names)
    check("http://" not in text and "https://" not in text and "url(" not in text, "refers")
    rows = list(csv.reader(io.StringIO(holder.stile(
        "report", "--dir", holder.dir, "--live", "--exact", "--format", "csv"))))
    check(all(len(row) == 4 for row in rows), "four columns")
    got = {(row[1], row[2]): row[3] for row in rows if row[0] == "agency"}
    have = cells(report(holder, "--live", "--exact"), "agency")
    equal({key: int(n) for key, n in got.items() if key in have}, have, "csv")


def tampered(holder, *statements):
    """Run SQL on the store, try a report, put the store back."""
    whole = os.path.join(holder.scratch, "state")
    shutil.copytree(holder.path("state"), whole)
    with contextlib.closing(sqlite3.connect(holder.path("state/stile.db"))) as db, db:
        for sql, *values in statements:
            check(db.execute(sql, values).rowcount > 0, "nothing changed:", sql)
    done = holder.stile("report", "--dir", holder.dir, "--live", "--json", expect=None)
    shutil.rmtree(holder.path("state"))
    os.rename(whole, holder.path("state"))
    return done


def h05_a_log_that_is_not_under_the_checkpoint_gives_no_report(holder):
    holder.populate()
    ask_much(holder)
    published(holder)
    holder.stop()
    with contextlib.closing(holder.database()) as db:
        index, leaf = next(
            row for row in db.execute("SELECT idx, bytes FROM entry ORDER BY idx")
            if b'"type":"request"' in row[1] and b'"deny"' in row[1])
    for change, why in (
            ((b'"deny"', b'"done"'), "not those under"),
            ((b'"type":"request"', b'"type":"request","type":"read"'), "does not open"),
            ((b'"time":"2', b'"time":"x'), "not an entry"),
            ((b'"time":"2', b'"time":"1'), "before the last one")):
        done = tampered(holder, ("UPDATE entry SET bytes = ? WHERE idx = ?",
                                 leaf.replace(*change), index))
        equal(done.returncode, 1, why)
        check(why in done.stderr, done.stderr)
    done = tampered(holder, ("UPDATE sealed SET bytes = (SELECT bytes FROM sealed WHERE"
                             " idx = 1) WHERE idx = 2",))
    equal(done.returncode, 1, "swapped values")
    check(re.search(r"entry 2: .*does not open", done.stderr), done.stderr)
    # The gap of an erasure is no damage: the open figures stand.
    done = tampered(holder, ("DELETE FROM sealed WHERE idx = ?", index))
    equal(done.returncode, 0, done.stderr)
    path = pathlib.Path(holder.path("log/checkpoint"))
    text = path.read_text()
    path.write_text(text.replace("\n" + text.splitlines()[1] + "\n", "\n7\n", 1))
    done = holder.stile("report", "--dir", holder.dir, "--live", expect=None)
    equal(done.returncode, 1, "a checkpoint nobody signed")
    check("not signed" in done.stderr, done.stderr)


def h06_periods_that_are_none_are_refused(holder):
    holder.populate()
    published(holder)
    for words in (["--from", "2026-05-01", "--to", "2026-04-01"],
                  ["--from", "2026-05-01"], ["--year", "2026", "--live"],
                  ["--from", "1970-01-01", "--to", "2100-01-01"], ["--year", "12"],
                  ["--from", "2026-02-30", "--to", "2026-03-01"]):
        done = holder.stile("report", "--dir", holder.dir, *words, expect=None)
        equal(done.returncode, 2, " ".join(words))
        check(done.stderr, words)


if __name__ == "__main__":
    main(all_of(globals()))
