"""The verbs as a stranger uses them: against a server, offline, in a shell.

Environment: STILE, the program. Standard library only, openssl's for the fakes.
"""
import http.server
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading

from holder import HERE, STILE, VIN, Wrong, all_of, check, equal, main, shared
from witness import published


def as_(who, h=None):
    return ["--dir", (h or shared()).dir, "--as", who]


def ask(who, *words, expect=0, h=None):
    return (h or shared()).stile("ask", *words, *as_(who, h), expect=expect)


PLAIN = ["--vin", VIN["vin"], "--investigation", "C-1", "--reason", "Seen at the place"]


def p10_ask_shows_the_marked_answer_and_its_receipt_verifies():
    h = shared()
    receipt = os.path.join(h.scratch, "receipt")
    text = ask("alice", *PLAIN, "--field", "vehicle.make", "--receipt", receipt)
    check("permit" in text and "HONDA" in text, text)
    check(text.count("DPPA//FOUO") >= 3, "the banner stands above, beside and below", text)
    check("Erase it" in text, text)
    told = h.stile("verify", receipt, "--key", h.path("keys/log.vkey"))
    check("verified" in told and "HONDA" in told and "C-1" in told, told)
    answer = os.path.join(h.scratch, "answer.json")
    pathlib.Path(answer).write_text(ask("alice", *PLAIN, "--json"))
    told = json.loads(h.stile("verify", answer, "--key", h.path("keys/log.vkey"), "--json"))
    equal(told["verified"], True)
    equal(told["claims"]["operator"], "alice")


def p5_a_refusal_says_which_rule_and_what_would_help():
    text = ask("alice", "--vin", VIN["vin"], "--reason", "curious", expect=1)
    check("ground-missing" in text and "Name the investigation" in text, text)
    text = ask("bob", *PLAIN, expect=1)
    check("not-assigned" in text, text)
    check("Permitted if you are assigned to the investigation." in text, text)


def p12_a_bad_request_exits_2_and_names_the_member():
    h = shared()
    done = ask("alice", *PLAIN, "--field", "owner.iris", expect=None)
    equal(done.returncode, 2)
    check("/fields" in done.stderr and done.stdout == "", done)
    for words in (["--plate", "ABC1234", "--state", "NY"],
                  ["--vin", "X", "--licence", "5"], [], ["--person", "SMITH"]):
        done = h.stile("ask", *words, "-i", "C-1", *as_("alice"), expect=None)
        equal(done.returncode, 2, done)
        check("stile ask:" in done.stderr, done)


def h4_a_second_try_with_the_same_key_counts_once():
    h = shared()
    size = h.size()
    first = json.loads(ask("alice", *PLAIN, "--idempotency-key", "K-1", "--json"))
    again = json.loads(ask("alice", *PLAIN, "--idempotency-key", "K-1", "--json"))
    equal(first, again)
    check(h.size() - size <= 2, "a replay is no second disclosure")


def t1_a_dry_run_prints_the_request_and_sends_nothing():
    h = shared()
    size = h.size()
    body = json.loads(ask("alice", "--plate", "ABC1234", "--state", "NY", "--year", "2027",
                          "--type", "PC", "-i", "C-1", "-r", "x", "--dry-run"))
    equal(body["subject"], {"plate": {"state": "NY", "number": "ABC1234", "year": 2027,
                                      "type": "PC"}})
    equal(body["ground"], {"investigation": "C-1"})
    equal(h.size(), size)


def t2_a_supervisor_runs_a_case_from_open_to_close():
    h = shared()
    h.stile("case", "open", "V-1", "--offence", "theft", *as_("sam"))
    h.stile("case", "assign", "V-1", "bob", "--until", "2099-12-31", *as_("sam"))
    check("bob" in h.stile("case", "show", "V-1", *as_("sam")))
    words = ["--vin", VIN["vin"], "-i", "V-1", "-r", "Stolen car"]
    ask("bob", *words)
    h.stile("case", "unassign", "V-1", "bob", *as_("sam"))
    ask("bob", *words, expect=1)
    h.stile("case", "close", "V-1", *as_("sam"))
    check("closed" in h.stile("case", "show", "V-1", *as_("sam")))
    equal(h.stile("case", "open", "V-2", "--offence", "x", *as_("alice"), expect=None).returncode,
          1, "who is no supervisor registers nothing")


def t3_a_warrant_is_for_exactly_one_person():
    h = shared()
    add = ["--kind", "arrest", "--court", "County Court", "--offence", "robbery",
           "--issued", "2026-01-05"]
    done = h.stile("wanted", "add", "W-9", *add, *as_("sam"), expect=None)
    equal(done.returncode, 2)
    h.stile("wanted", "add", "W-9", *add, "--subject", "person:MARTINEZ,ELENA,1984-03-09",
            *as_("sam"))
    check("active" in h.stile("wanted", "show", "W-9", *as_("sam")))
    words = ["-w", "W-9", "-r", "Arrest warrant"]
    ask("alice", "--person", "MARTINEZ,ELENA,1984-03-09", *words)
    text = ask("alice", "--person", "SMITH,JOHN,1970-01-01", *words, expect=1)
    check("not-the-wanted-person" in text, text)
    h.stile("wanted", "recall", "W-9", *as_("sam"))
    ask("alice", "--person", "MARTINEZ,ELENA,1984-03-09", *words, expect=1)


def t4_an_instrument_is_filed_and_shown():
    h = shared()
    h.stile("instrument", "file", "S-1", "--kind", "court-subpoena", "--court", "County Court",
            "--docket", "26-117", "--issued", "2026-01-05", "--expires", "2099-12-31",
            "--scope", "licence.status", "--subject", "licence:NY:512839476", *as_("sam"))
    check("licence.status" in h.stile("instrument", "show", "S-1", *as_("sam")))


def p9_a_referred_request_is_approved_by_another():
    h = shared()
    h.stile("case", "open", "N-1", "--offence", "theft", "--subject", "vin:1M8GDM9AXKP042788",
            *as_("sam"))
    h.stile("case", "assign", "N-1", "sue", *as_("sam"))
    words = ["--vin", VIN["vin"], "-i", "N-1", "-r", "Linked"]
    referred = json.loads(ask("sue", *words, "--json", expect=1))
    equal(referred["decision"], "refer")
    approve = ["approve", referred["id"], "--role", "supervisor", "--reason", "Linked today"]
    equal(h.stile(*approve, *as_("sue"), expect=None).returncode, 1, "nobody approves their own")
    text = h.stile(*approve, *as_("sam"))
    check("permit" in text, text)


def t5_the_log_is_shown_checked_and_read_by_anyone():
    h = shared()
    lines = h.stile("log", "show", h.dir, "--type", "request", "--json").splitlines()
    check(lines and all(json.loads(line)["entry"]["type"] == "request" for line in lines))
    check(len(h.stile("log", "tail", h.dir, "-n", "3").splitlines()) == 3)
    equal(len(h.stile("log", "show", "--from", "2", "--to", "5", "--dir", h.dir).splitlines()), 3)
    equal(json.loads(h.stile("log", "check", h.dir, "--json"))["sound"], True)
    mirror = os.path.join(h.scratch, "mirror")
    shutil.rmtree(mirror, ignore_errors=True)
    published(h)  # the clerk rests
    shutil.copytree(h.path("log"), mirror, ignore=shutil.ignore_patterns("*.new"))
    check(len(h.stile("log", "tail", mirror, "-n", "2").splitlines()) == 2)
    check("verified" in h.stile("verify", mirror, "--key", h.path("keys/log.vkey")))
    check("verified" in h.stile("verify", h.dir))


def h26_a_receipt_that_was_touched_does_not_verify():
    h = shared()
    receipt = json.loads(ask("alice", *PLAIN, "--json"))["receipt"]
    key = ["--key", h.path("keys/log.vkey")]
    other = os.path.join(h.scratch, "other.vkey")
    pathlib.Path(other).write_text("x\n")
    for text, code in ((receipt, 0), (receipt.replace("extra ", "extra A", 1), 1), ("", 1),
                       ("{}", 1), (receipt[:-3], 1), ("\0\xff", 1)):
        done = h.stile("verify", "-", *key, text=text, expect=None)
        equal(done.returncode, code, repr(text[:40]))
    equal(h.stile("verify", "-", "--key", other, text=receipt, expect=None).returncode, 2)
    equal(h.stile("verify", "-", text=receipt, expect=None).returncode, 2, "a key is needed")
    equal(h.stile("verify", "/nowhere", *key, expect=None).returncode, 3)


def h16_only_the_holder_s_own_server_is_spoken_to():
    h = shared()
    fake = Fake(h)
    try:
        done = h.stile("ask", *PLAIN, "--server", fake.url, "--dir", h.dir, "--as", "alice",
                       expect=None)
        equal(done.returncode, 3, done)
        check("certificate" in done.stderr and "idempotency-key" in done.stderr, done.stderr)
        equal(fake.seen, [], "nothing was sent to a server without the right certificate")
        trusted = ["--server", fake.url, "--ca", fake.certificate, *as_("alice")]
        for body, why in ((b"[]", "JSON object"), (b"<html>", "JSON object"),
                          (b"x" * (2 << 20), "localhost"), (b'{"a":1,"a":2}', "JSON object")):
            # 2 MiB is over LIMIT_HTTPS_BYTES.
            fake.body = body
            done = h.stile("ask", *PLAIN, *trusted, expect=None)
            equal(done.returncode, 3, (body[:20], done))
            check(why in done.stderr, done.stderr)
        equal(h.stile("ask", *PLAIN, "--server", "http://localhost", *as_("alice"),
                      expect=None).returncode, 2, "only TLS")
    finally:
        fake.close()


class Fake:
    """An HTTPS server with a certificate of its own."""

    def __init__(self, h):
        self.seen, self.body = [], b"{}"
        self.folder = tempfile.mkdtemp(dir=h.scratch)
        self.certificate = os.path.join(self.folder, "fake.crt")
        key = os.path.join(self.folder, "fake.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                        self.certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                fake.seen.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", str(len(fake.body)))
                self.end_headers()
                self.wfile.write(fake.body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()


def t6_no_colour_in_a_pipe_and_none_when_told():
    h = shared()
    check("\033" not in ask("alice", *PLAIN))
    try:
        import pty
    except ImportError:
        return
    for env, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                          ({"TERM": "dumb"}, False)):
        got = []

        def read(fd):
            data = os.read(fd, 4096)
            got.append(data)
            return data
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(STILE, [STILE, "verify", "--help"],
                      {**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, **env})
        try:
            while read(fd):
                pass
        except OSError:
            pass
        os.waitpid(pid, 0)
        os.close(fd)
        equal(b"\033[1m" in b"".join(got), coloured, env)


def t7_the_shells_take_their_completion_scripts():
    h = shared()
    with tempfile.TemporaryDirectory() as folder:
        for shell in ("bash", "zsh", "fish"):
            script = pathlib.Path(folder, shell)
            script.write_text(h.stile("completion", shell))
            if shutil.which(shell):
                done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True)
                equal(done.returncode, 0, done.stderr)
        test = (f'source {folder}/bash; COMP_WORDS=(stile case op); COMP_CWORD=2; _stile; '
                'echo "${COMPREPLY[@]}"; COMP_WORDS=(stile lookback --ht); COMP_CWORD=2; _stile; '
                'echo "${COMPREPLY[@]}"')
        out = subprocess.run(["bash", "-c", test], capture_output=True, text=True).stdout.split()
        equal(out, ["open", "--html"])
    equal(h.stile("completion", "csh", expect=None).returncode, 2)


def t8_a_closed_pipe_or_a_full_disk_is_not_success():
    if not os.path.exists("/dev/full"):
        return
    with open("/dev/full", "w") as full:
        done = subprocess.run([STILE, "help"], stdout=full, stderr=subprocess.PIPE)
    if done.returncode != 3:
        raise Wrong(done.returncode)


def t9_every_verb_speaks_json_and_complains_on_the_other_stream(h):
    folder = pathlib.Path(h.scratch)

    def spoken(*words, expect=0, text=None):
        done = h.stile(*words, "--json", text=text, expect=None)
        equal(done.returncode, expect, (words, done.stderr))
        return json.loads(done.stdout)
    new = spoken("init", folder / "new", "--holder", "X", "--state", "NY", "--name", "x")
    equal((new["holder"], new["dir"]), ("X", str(folder / "new")))
    made = spoken("pack", "key", "other", "--secret", folder / "o.key", "--public",
                  folder / "o.vkey")
    equal(made["public"], str(folder / "o.vkey"))
    good = spoken("pack", "check", h.path("packs/house"))
    check(good["good"] and len(good["hash"]) == 64, good)
    check("signed" in spoken("pack", "sign", h.path("packs/house"), "--key",
                             folder / "counsel.key"))
    equal(len(spoken("pack", "activate", "--dir", h.dir)["in_force"]), 2)
    equal([p["name"] for p in spoken("pack", "list", "--dir", h.dir)["packs"]],
          ["federal", "house"])
    agency = spoken("agency", "add", "NY0010100", "--dir", h.dir, "--name", "Albany")
    equal(agency, {"ori": "NY0010100", "name": "Albany", "state": "NY", "kind": "local",
                   "status": "active"})
    who = spoken("requester", "add", "alice", "--dir", h.dir, "--agency", "NY0010100",
                 "--name", "A", "--issue")
    equal(who["certificate"], h.path("clients/alice.crt"))
    equal(spoken("requester", "suspend", "alice", "--dir", h.dir)["status"], "suspended")
    records = ["--map", HERE / "records" / "vehicles.map", "--dir", h.dir]
    report = spoken("import", HERE / "records" / "vehicles.csv", *records, "--dry-run")
    check(not report["imported"] and report["new"] > 0, report)
    report = spoken("import", "-", *records,
                    text=(HERE / "records" / "vehicles.csv").read_text())
    check(report["imported"] and report["rejected"] == 0, report)
    spoken("requester", "resume", "alice", "--dir", h.dir)
    h.start()
    # What is only read is read beside the server.
    equal([a["ori"] for a in spoken("agency", "list", "--dir", h.dir)["agencies"]],
          ["NY0010100"])
    equal([r["id"] for r in spoken("requester", "list", "--dir", h.dir)["requesters"]],
          ["alice"])
    check("Albany" in h.stile("agency", "list", "--dir", h.dir))
    for words, code, said in (
            (["agency", "add", "12345", "--dir", h.dir, "--name", "x"], 3, "stop it first"),
            (["init", h.dir, "--holder", "X", "--state", "NY", "--name", "x"], 1, "already"),
            (["init", folder / "z", "--holder", "bad id", "--state", "NY", "--name", "x"], 2,
             "holder"),
            (["pack", "check", folder], 1, "pack.conf"),
            (["pack", "key", "o", "--secret", folder / "o.key", "--public", "x"], 1, "exists"),
            (["requester", "suspend", "nobody", "--dir", folder], 3, "stile.conf"),
            (["import", "absent.csv", *records], 3, "no such file"),
            (["import", folder / "o.key", *records], 2, "its columns are"),
            (["import", folder / "o.key", "--map", folder / "o.key", "--dir", h.dir], 2,
             "o.key"),
            (["log", "check", folder], 3, "verifier key"),
            (["verfy", "x"], 2, "did you mean stile verify?"),
            (["agency", "ad"], 2, "did you mean stile agency add?"),
            (["ask", "--vni", "x"], 2, "--vin"), ([], 2, "--help")):
        done = h.stile(*words, expect=None)
        equal((done.returncode, done.stdout), (code, ""), (words, done.stderr))
        check(said in done.stderr, words, done.stderr)


def t10_a_dropped_column_is_named_and_is_nowhere(h):
    """Mapped or not: birthplace, status, documents and numbers of people stay out."""
    folder = pathlib.Path(h.scratch)
    text = ("VIN,Make,Place of Birth,OwnerSSN,Immigration_Status,A-Number,Race,City\r\n"
            '1HGCM82633A004352,HONDA,BOISETOWN,123456789,LPRSTATUS,A012345678,Q,"ALBANY"\r\n')
    (folder / "a.csv").write_text("\ufeff" + text)
    (folder / "a.map").write_text(
        'kind = "vehicle"; columns = ( { column = "VIN"; field = "vehicle.vin"; },'
        ' { column = "Make"; field = "vehicle.make"; },'
        ' { column = "Place of Birth"; field = "vehicle.model"; },'
        ' { column = "OwnerSSN"; field = "owner.licence"; },'
        ' { column = "City"; field = "owner.address.city"; } );')
    said = h.stile("import", folder / "a.csv", "--map", folder / "a.map", "--dir", h.dir)
    check("1 rows: 1 new" in said, said)
    for column in ("Place of Birth", "OwnerSSN", "Immigration_Status", "A-Number", "Race"):
        check(f"  {column}: " in said, column, said)
    data = b"".join(f.read_bytes() for f in pathlib.Path(h.path("records")).iterdir())
    check(b"HONDA" in data and b"ALBANY" in data)
    for gone in (b"BOISETOWN", b"123456789", b"LPRSTATUS", b"A012345678"):
        check(gone not in data, gone)


if __name__ == "__main__":
    main(all_of(globals()))
