"""Consignments, as a stranger meets them: bulk that arrives, held sealed.

Scenario T13 of the domain: a list of 40,000 people, sent by a state on its own
initiative. Nothing here lets it through; it is sealed, asked one at a time, and
destroyed.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from holder import (STILE, Holder, about, all_of, check, equal, main, record, rules, wait)

HERE = pathlib.Path(__file__).resolve().parent
MAP = HERE / "records" / "drivers.map"
HEADER = ("Licence,LState,Class,Status,Expires,Restrictions,Family,Given,DOB,Sex,Height,"
          "Eyes,Street,City,State,Zip,Phone,Photo,Medical\n")


def licence(number):
    return {"licence": {"state": "MN", "number": number}}


def row(n):
    return (f"{900000000 + n},MN,D,VALID,2029-03-09,B,LINDQVIST,ASTRID{chr(65 + n % 26)},"
            f"19{10 + n % 90}-0{1 + n % 9}-09,F,5-06,BRO,{n} HIDDEN LANE,DULUTH,MN,55801,"
            f"218-555-{n % 10000:04},cGhvdG8=,NONE\n")


def transfer(h, n, name="minnesota.csv"):
    path = pathlib.Path(h.scratch, name)
    with open(path, "w") as f:
        f.write(HEADER)
        f.writelines(row(i) for i in range(n))
    return path


def holder_with_people(h, custodians=("kim", "ken", "kay")):
    """The holder's own people: who registers, who holds keys."""
    h.import_records()
    h.agency("NY0010100", "Albany PD")
    h.agency("NYOLN0000", "The holder", kind="state")
    h.requester("alice", "NY0010100")
    h.requester("bob", "NY0010100")
    h.requester("sam", "NY0010100", "supervisor")
    h.requester("dora", "NYOLN0000", "data_owner")
    for name in custodians:
        h.requester(name, "NYOLN0000", "key_holder")
        h.stile("consign", "custodian", name, "--secret", secret(h, name), "--dir", h.dir)
    h.start()
    h.case("sam", "C-1", assign=["alice"])
    return h


def secret(h, name):
    return os.path.join(h.scratch, name + ".secret")


def receive(h, path, *words, expect=0, text=None):
    """Receive and register; the id."""
    done = subprocess.run(
        [STILE, "consign", "receive", str(path), "--from", "Minnesota DVS", "--map", str(MAP),
         "--dir", h.dir, "--json", *map(str, words)],
        input=text, capture_output=True, text=True, timeout=120)
    if expect is not None:
        equal(done.returncode, expect, done.stdout + done.stderr)
    return done


def sealed(h, path, *words):
    return json.loads(receive(h, path, *words).stdout.splitlines()[0])


def gate(h, who, *words, expect=0):
    return h.stile("consign", *words, "--dir", h.dir, "--as", who, "--server",
                   f"https://localhost:{h.port}", expect=expect)


def give(h, who, verb, consignment, expect, *words):
    return gate(h, who, verb, consignment, "--reason", "nobody asked for it", *words,
                expect=expect)


def ask(h, who, number, consignment, **more):
    return h.ask(who, about(licence(number), source=consignment, **more))


def search(root, needles):
    """Files below root that hold one of the needles."""
    found = []
    for path in pathlib.Path(root).rglob("*"):
        if path.is_file() and not path.is_socket():
            data = path.read_bytes()
            found += [(str(path), n) for n in needles if n in data]
    return found


def state(h, consignment):
    return h.get("dora", f"/v1/consignments/{consignment}").body["state"]


def t13_a_list_sent_on_a_states_own_initiative_is_sealed_and_let_out_one_by_one(h):
    holder_with_people(h)
    done = sealed(h, transfer(h, 40000))
    id = done["consignment"]
    equal((done["records"], done["found"]), (40000, 40000))
    receipt = os.path.join(h.scratch, "statement")
    gate(h, "dora", "register", id, "--receipt", receipt)
    said = h.stile("verify", receipt, "--key", h.path("keys/log.vkey"))
    for part in ("Minnesota DVS", done["sha256"], str(done["size"])):
        check(part in said, "the statement to the sender lacks", part, said)
    answer = ask(h, "alice", "900012345", id)
    equal(answer.status, 200, answer.text)
    equal(record(answer), {"person.family": "LINDQVIST", "licence.status": "VALID"})
    h.verify(answer.body["receipt"])
    equal(ask(h, "alice", "900040000", id).status, 404, "a driver who is not in it")
    refused = ask(h, "bob", "900012345", id)
    equal((refused.status, "not-assigned" in rules(refused)), (403, True), refused.text)


def t13_no_verb_and_no_operation_hands_out_a_list():
    """No exporter: what takes many records in has nothing that gives many out."""
    helped = subprocess.run([STILE, "help"], capture_output=True, text=True).stdout
    verbs = re.findall(r"(?m)^  ([a-z]+)  ", helped)
    check("consign" in verbs and "import" in verbs, helped)
    words = {}
    for verb in verbs:
        text = subprocess.run([STILE, verb, "--help"], capture_output=True, text=True).stdout
        words[verb] = re.findall(r"(?m)^  ([a-z]+)  ", text.partition("Actions")[2])
    names = set(verbs) | {action for actions in words.values() for action in actions}
    for name in names:
        check(not re.match(r"(export|dump|extract|search|find|scan|query|push|send|sync|copy)",
                           name), "there is a verb", name)
    # The one list names consignments; its code knows no record (no such include).
    cli = (HERE.parents[1] / "src/cli/cmd_consign.c").read_text()
    check("source/record.h" not in cli and "consign/piece.h" not in cli)
    spec = json.loads((HERE.parents[1] / "src/front/openapi.json").read_text())
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            for answer in operation["responses"].values():
                content = answer.get("content", {}).get("application/json", {})
                name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
                schema = spec["components"]["schemas"].get(name, {})
                check(schema.get("type") != "array", path, method, "answers a list")
                check("record" not in schema.get("properties", {}) or name == "Disclosure",
                      path, method, "discloses in", name)
    # A source of records has one question, and no cursor (P2).
    header = (HERE.parents[1] / "src/source/source.h").read_text()
    backend = header[header.index("struct source_backend {"):].partition("};")[0]
    equal(re.findall(r"\(\*(\w+)\)", backend), ["open", "fetch", "provenance", "close"])


def t13_no_path_of_the_api_lists_records_or_consignments(h):
    holder_with_people(h)
    for path in ("/v1/requests", "/v1/records", "/v1/consignments", "/v1/leads",
                 "/v1/consignments/export", "/v1/consignments/*"):
        answer = h.get("dora", path)
        check(answer.status in (400, 404, 405), path, answer.status, answer.text)


def p6_no_plaintext_of_a_transfer_is_in_any_file_of_the_holder(h):
    holder_with_people(h)
    id = sealed(h, transfer(h, 3000))["consignment"]
    gate(h, "dora", "register", id)
    needles = [b"LINDQVIST", b"HIDDEN LANE", b"900000007", b"218-555-", b"DULUTH", b"cGhvdG8",
               b"ASTRID"]
    equal(search(h.path("consign"), needles), [], "plaintext on the disk")
    equal(search(h.path("log"), needles), [], "plaintext in the log")
    check(search(h.path("consign"), [b"Minnesota DVS"]), "the search finds what is there")
    check(search(h.scratch, [b"HIDDEN LANE"]), "and the transfer itself, outside")


def p9_destroying_takes_two_persons_and_leaves_a_certificate(h):
    holder_with_people(h)
    id = sealed(h, transfer(h, 500), "--as", "dora", "--server",
                f"https://localhost:{h.port}")["consignment"]
    equal(ask(h, "alice", "900000001", id).status, 200)
    give(h, "kim", "destroy", id, 1)
    give(h, "dora", "destroy", id, 1)      # ordered: waits for a key holder
    give(h, "dora", "destroy", id, 1)      # nobody confirms their own order
    equal(state(h, id), "held")
    check(os.path.exists(h.path("consign", id, "keys")))
    give(h, "kim", "destroy", id, 0)
    wait(lambda: state(h, id) == "destroyed", "the keys to be erased")
    equal(sorted(os.listdir(h.path("consign", id))), ["head"])
    certificate = os.path.join(h.scratch, "certificate")
    gate(h, "dora", "show", id, "--receipt", certificate)
    said = h.stile("verify", certificate, "--key", h.path("keys/log.vkey"))
    check("destroyed" in said and "Minnesota DVS" in said, said)
    answer = ask(h, "alice", "900000001", id)
    equal(answer.status, 410, answer.text)
    check("LINDQVIST" not in answer.text)
    for verb in ("share", "whole"):
        words = {"share": ("--secret", secret(h, "kim"), "--share", h.scratch + "/s"),
                 "whole": ("--half", secret(h, "kim"), "--share", secret(h, "kim"), "--out",
                           h.scratch + "/w")}[verb]
        check(h.stile("consign", verb, id, *words, "--dir", h.dir, expect=None).returncode)
    h.log_check()


def p9_the_whole_opens_with_an_order_of_two_and_two_of_three_custodians(h):
    holder_with_people(h)
    path = transfer(h, 2000)
    id = sealed(h, path)["consignment"]
    gate(h, "dora", "register", id)
    half = os.path.join(h.scratch, "half")
    give(h, "dora", "open", id, 1, "--half", half)
    check(not os.path.exists(half), "the first person has the half")
    said = give(h, "kim", "open", id, 0, "--half", half)
    check(pathlib.Path(half).read_text().strip() not in said, "the half was printed")
    equal(os.stat(half).st_mode & 0o777, 0o600)
    shares = []
    for name in ("kim", "kay"):
        shares.append(os.path.join(h.scratch, name + ".share"))
        h.stile("consign", "share", id, "--secret", secret(h, name), "--share", shares[-1],
                "--dir", h.dir)
    out = os.path.join(h.scratch, "whole.csv")
    words = ("consign", "whole", id, "--half", half, "--out", out, "--dir", h.dir)
    refused = h.stile(*words, "--share", shares[0], expect=None)
    check(refused.returncode == 1 and "too few" in refused.stderr, refused.stderr)
    refused = h.stile(*words, "--share", shares[0], "--share", shares[0], expect=None)
    check(refused.returncode == 1, refused.stderr)
    check(not os.path.exists(out))
    h.stile(*words, "--share", shares[0], "--share", shares[1])
    equal(pathlib.Path(out).read_bytes(), path.read_bytes(), "the whole")
    # Kept shares and half open nothing once the keys are erased.
    give(h, "dora", "destroy", id, 1)
    give(h, "ken", "destroy", id, 0)
    wait(lambda: state(h, id) == "destroyed", "the keys to be erased")
    os.remove(out)
    refused = h.stile(*words, "--share", shares[0], "--share", shares[1], expect=None)
    check(refused.returncode == 1 and "erased" in refused.stderr, refused.stderr)


def p7_what_was_ordered_before_a_crash_is_done_after_it(h):
    holder_with_people(h)
    id = sealed(h, transfer(h, 500))["consignment"]
    gate(h, "dora", "register", id)
    give(h, "dora", "destroy", id, 1)
    # The erasure cannot be made: the folder gives nothing away.
    subprocess.run(["chattr", "+i", h.path("consign", id)], capture_output=True)
    immutable = subprocess.run(["lsattr", "-d", h.path("consign", id)], capture_output=True,
                               text=True).stdout.split(" ")[0]
    give(h, "kim", "destroy", id, 0)
    if "i" in immutable:
        time.sleep(0.5)
        equal(state(h, id), "ending")
        h.stop(signal.SIGKILL)
        subprocess.run(["chattr", "-i", h.path("consign", id)], check=True)
        h.start()
    wait(lambda: state(h, id) == "destroyed", "the keys to be erased")
    h.log_check()


def h12_a_transfer_killed_half_way_goes_on_and_is_the_same(h):
    holder_with_people(h)
    h.stop()
    path = transfer(h, 60000)
    data = path.read_bytes()
    words = [STILE, "consign", "receive", "-", "--from", "Minnesota DVS", "--map", str(MAP),
             "--dir", h.dir, "--json"]
    first = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False)
    first.stdin.write(data[:len(data) * 2 // 3])
    first.stdin.flush()
    time.sleep(0.5)
    first.send_signal(signal.SIGINT)
    time.sleep(0.2)
    first.stdin.close()
    done = json.loads(first.stdout.read())
    equal((first.wait(), done["state"]), (3, "stopped"), done)
    id = done["consignment"]
    listed = [json.loads(line) for line in
              h.stile("consign", "list", "--dir", h.dir, "--json").splitlines()]
    equal([(c["consignment"], c["state"]) for c in listed], [(id, "unfinished")])
    # Killed while it goes on: what was durable is still there.
    second = subprocess.Popen(words + ["--resume", id], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL)
    second.stdin.write(data[:len(data) * 3 // 4])
    second.stdin.flush()
    time.sleep(0.3)
    second.kill()
    second.wait()
    refused = receive(h, transfer(h, 7, "other.csv"), "--resume", id, expect=1)
    check("does not begin as" in refused.stderr, refused.stderr)
    done = sealed(h, path, "--resume", id)
    equal((done["records"], done["size"]), (60000, len(data)))
    equal(subprocess.run(["sha256sum", path], capture_output=True, text=True).stdout[:64],
          done["sha256"])
    h.start()
    gate(h, "dora", "register", id)
    equal(ask(h, "alice", "900000000", id).status, 200)
    equal(ask(h, "alice", "900059999", id).status, 200)


def h12_an_unfinished_transfer_is_given_up_and_a_finished_one_is_not(h):
    holder_with_people(h)
    words = [STILE, "consign", "receive", "-", "--from", "x", "--dir", h.dir, "--json"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(os.urandom(1 << 20))
    process.stdin.flush()
    time.sleep(0.5)
    process.kill()
    process.wait()
    left = os.listdir(h.path("consign"))
    equal(len(left), 1)
    h.stile("consign", "abandon", left[0], "--dir", h.dir)
    equal(os.listdir(h.path("consign")), [])
    id = sealed(h, transfer(h, 5))["consignment"]
    refused = h.stile("consign", "abandon", id, "--dir", h.dir, expect=1)
    equal(refused, "")


def h12_a_bomb_is_sealed_as_it_came_and_never_unpacked(h):
    holder_with_people(h)
    bomb = pathlib.Path(h.scratch, "bomb.zip")
    import zipfile
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("list.csv", b"\0" * (64 << 20))
    before = sum(p.stat().st_size for p in pathlib.Path(h.path("consign")).rglob("*"))
    done = json.loads(h.stile("consign", "receive", bomb, "--from", "unknown", "--dir", h.dir,
                              "--json"))
    equal((done["size"], done["records"]), (bomb.stat().st_size, 0))
    after = sum(p.stat().st_size for p in pathlib.Path(h.path("consign")).rglob("*"))
    check(after - before < 2 * bomb.stat().st_size + 65536, after - before)
    # Called CSV, it has no header that the mapping knows.
    refused = receive(h, bomb, expect=1)
    check("nothing" not in refused.stderr or "kept" in refused.stderr, refused.stderr)
    equal(len(os.listdir(h.path("consign"))), 1)


def h12_a_hundred_gigabytes_are_refused_before_the_first_byte(h):
    holder_with_people(h)
    huge = pathlib.Path(h.scratch, "huge")
    with open(huge, "wb") as f:
        f.truncate(100 << 30)
    began = time.monotonic()
    refused = h.stile("consign", "receive", huge, "--from", "unknown", "--dir", h.dir,
                      expect=None)
    equal(refused.returncode, 1, refused.stderr)
    check("consign.max_mib" in refused.stderr and "nothing was kept" in refused.stderr,
          refused.stderr)
    check(time.monotonic() - began < 5)
    h.stop()
    h.set("max_mib", 1)
    refused = receive(h, "-", expect=1, text=HEADER + "".join(row(i) for i in range(20000)))
    check("consign.max_mib" in refused.stderr, refused.stderr)
    equal(os.listdir(h.path("consign")), [])


def full_disk(h, call, when, *words):
    """Receive under a kernel that says "no space" to one call on one path."""
    return subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
         f"inject={call}:error=ENOSPC:when={when}", *words], capture_output=True, text=True,
        timeout=120)


def h12_a_disk_that_fills_is_contained(h):
    holder_with_people(h)
    path = transfer(h, 30000)
    words = [STILE, "consign", "receive", str(path), "--from", "x", "--map", str(MAP), "--dir",
             h.dir]
    # While the index is written.
    done = full_disk(h, "pwrite64", 1, *words)
    equal(done.returncode, 1, done.stdout + done.stderr)
    check("the disk is full; nothing was kept" in done.stderr, done.stderr)
    equal(os.listdir(h.path("consign")), [])
    # While the pieces are written: of a transfer that goes on, whose data has a name.
    first = subprocess.Popen(words[:3] + ["-"] + words[4:] + ["--json"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    first.stdin.write(path.read_bytes()[:2000000])
    first.stdin.flush()
    time.sleep(0.5)
    first.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    first.stdin.close()
    id = json.loads(first.stdout.read())["consignment"]
    done = full_disk(h, "write", 2, "-P", h.path("consign", id, "data"), *words, "--resume", id)
    equal(done.returncode, 1, done.stdout + done.stderr)
    check("the disk is full; nothing was kept" in done.stderr, done.stderr)
    equal(os.listdir(h.path("consign")), [])
    # The gate goes on as if nothing had been.
    equal(h.ask("alice", about({"licence": {"state": "NY", "number": "512839476"}})).status, 200)


def h12_the_same_transfer_is_recognised_when_it_comes_again(h):
    holder_with_people(h)
    path = transfer(h, 300)
    id = sealed(h, path)["consignment"]
    again = receive(h, path, expect=1)
    equal(json.loads(again.stdout)["earlier"], id)
    check("nothing was kept twice" in again.stderr, again.stderr)
    equal(len(os.listdir(h.path("consign"))), 1)


def h12_a_reader_that_dies_of_its_input_leaves_nothing(h):
    holder_with_people(h)
    path = transfer(h, 20000)
    # The process that reads formats is killed at a system call of its own.
    process = subprocess.Popen(
        [STILE, "consign", "receive", "-", "--from", "x", "--map", str(MAP), "--dir", h.dir],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(path.read_bytes()[:500000])
    process.stdin.flush()
    child = wait(lambda: pathlib.Path(
        f"/proc/{process.pid}/task/{process.pid}/children").read_text().split(), "the reader")
    wait(lambda: re.search(r"Seccomp:\s+2", pathlib.Path(
        f"/proc/{child[0]}/status").read_text()), "the reader to be walled in")
    links = [os.readlink(f"/proc/{child[0]}/fd/{fd}")
             for fd in os.listdir(f"/proc/{child[0]}/fd")]
    check(not any(h.dir in link or "pipe" in link and link != os.readlink(
        f"/proc/{child[0]}/fd/2") for link in links), "the reader has files", links)
    os.kill(int(child[0]), signal.SIGKILL)
    out, errors = process.communicate(path.read_bytes()[500000:], timeout=60)
    equal(process.returncode, 1, errors.decode())
    check(b"receive it --as bytes" in errors or b"reader of formats" in errors, errors)
    equal(os.listdir(h.path("consign")), [])


def p2_a_lead_goes_to_one_officer_on_one_case_and_not_to_its_sender(h):
    holder_with_people(h)
    said = h.stile("lead", "--to", "alice", "--case", "C-1", "--vin", "1HGCM82633A004352",
                   "--field", "owner.family", "--reason", "the car of the series", "--dir",
                   h.dir, "--as", "dora", "--server", f"https://localhost:{h.port}", "--json")
    sent = json.loads(said)
    check("MARTINEZ" not in said, "the sender is shown the record")
    answer = h.get("alice", f"/v1/requests/{sent['id']}")
    equal((answer.status, record(answer)), (200, {"owner.family": "MARTINEZ"}))
    h.verify(answer.body["receipt"])
    refused = h.stile("lead", "--to", "bob", "--case", "C-1", "--vin", "1HGCM82633A004352",
                      "--field", "owner.family", "--reason", "r", "--dir", h.dir, "--as",
                      "dora", "--server", f"https://localhost:{h.port}", expect=None)
    check(refused.returncode == 1 and "not-assigned" in refused.stdout, refused.stdout)


if __name__ == "__main__":
    main(all_of(globals()))
