"""Witnesses, from both sides: a holder whose log is cosigned, and the witness
server against honest and hostile logs. Everything over HTTP, as a stranger.
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time

from holder import STILE, VIN, about, all_of, check, equal, free_port, main, wait
from tlog_maker import Key, Log, b64, body_of, consistency, entry, root
from witnesses_kit import (ORIGIN, Liar, Witness, end_children, policy_of, say,
                           test_authority)


@contextlib.contextmanager
def serving(*vkeys, **more):
    w = Witness(*vkeys, **more)
    try:
        yield w.start()
    finally:
        w.close()


def a_log(n):
    return Log(Key(ORIGIN, b"\7" * 32), [entry(i) for i in range(n)])


# --- the server


def t2_every_row_of_the_table_of_answers():
    log = a_log(40)
    other = Log(Key(ORIGIN, b"\6" * 32), log.entries)
    stranger = Log(Key("stranger.example/log", b"\7" * 32), log.entries)
    fork = Log(log.key, [entry(i, "read") for i in range(40)])
    with serving(log.key.vkey()) as w:
        equal(w.add(log, 0, 5, proof=[b"\0" * 32])[0], 422, "a proof from size 0")
        equal(w.add(log, 0, 0, note=log.note(0, b"\1" * 32))[0], 422, "size 0, other root")
        status, text = w.add(log, 0, 5)
        equal(status, 200)
        check(text.startswith("\u2014 w.example/1 ") and text.count("\n") == 1, text)
        equal(w.add(log, 6, 5)[0], 400, "old size past the new")
        equal(w.add(log, 5, 20, note="nonsense\n")[0], 400, "no checkpoint")
        equal(w.add(other, 5, 20)[0], 403, "another key")
        equal(w.add(log, 5, 20, note=log.note(20).replace("\n20\n", "\n19\n"))[0], 403,
              "a signature of another text")
        equal(w.add(stranger, 5, 20)[0], 404, "unknown origin")
        equal(w.add(log, 0, 20), (409, "5\n"))
        equal(w.add(log, 4, 20), (409, "5\n"))
        equal(w.add(log, 3, 3), (409, "5\n"), "a rollback")
        equal(w.add(fork, 5, 5, proof=[])[0], 422, "same size, other root")
        equal(w.add(fork, 5, 20)[0], 422, "a fork")
        equal(w.add(log, 5, 20, proof=[])[0], 422, "no proof")
        equal(w.add(log, 5, 20)[0], 200)
        equal(w.add(log, 20, 20)[0], 200, "the same once more")
        equal(w.add(log, 20, 40)[0], 200)
        equal(w.add(log, 5, 20), (409, "40\n"), "replayed")
        log_says = [json.loads(line) for line in w.log().splitlines()]
        check(sum("does not extend" in line["message"] for line in log_says) >= 3)
        equal(w.stop(), 0)


def t2_a_cosignature_verifies_and_the_note_can_be_read():
    log = a_log(10)
    with serving(log.key.vkey()) as w:
        began = int(time.time())
        text = w.add(log, 0)[1]
        status, headers, note = w.ask(
            "GET", "/" + hashlib.sha256(ORIGIN.encode()).hexdigest() + "/checkpoint")
        equal((status, headers["Content-Type"]), (200, "text/plain; charset=utf-8"))
        equal(note, log.note() + text)
        folder = os.path.join(w.dir, "log")
        log.write(folder, note)
        policy = os.path.join(w.dir, "policy")
        pathlib.Path(policy).write_text(
            f"log {log.key.vkey()}\nwitness w {w.vkey}\nquorum w\n")
        done = subprocess.run([STILE, "verify", folder, "--policy", policy, "--json"],
                              capture_output=True, text=True)
        equal(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        equal(seen["witnesses"], 1)
        check(began <= seen["newest"] <= time.time() + 1)
        equal(w.ask("GET", "/" + "0" * 64 + "/checkpoint")[0], 404)
        equal(w.ask("GET", "/add-checkpoint")[0], 405)
        equal(w.ask("DELETE", "/")[0], 405)
        check(w.vkey in w.ask("GET", "/")[2])


def t2_what_was_cosigned_survives_every_end():
    log = a_log(30)
    with serving(log.key.vkey()) as w:
        for size, by in ((5, signal.SIGTERM), (17, signal.SIGKILL), (30, signal.SIGKILL)):
            old = {5: 0, 17: 5, 30: 17}[size]
            equal(w.add(log, old, size)[0], 200)
            w.stop(by)
            w.start()
            equal(w.add(log, 0), (409, f"{size}\n"))
        equal(json.loads(w.stile("status", w.folder, "--json").stdout)["logs"][0]["size"], 30)


def t2_killed_at_any_system_call_it_never_forgets_what_it_signed():
    """A cosignature that arrived is of a checkpoint that is still its last."""
    log = a_log(60)
    for call in ("openat", "write", "fsync", "renameat", "sendto,sendmsg,write"):
        with serving(log.key.vkey()) as w:
            w.stop()
            signed = 0
            for when in range(1, 9):
                strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                          "-e", f"inject={call}:signal=KILL:when={when + 6}"]
                w.start(wrapper=strace, ready=False)
                line = w.server.stdout.readline()
                if line:
                    with contextlib.suppress(OSError, http.client.HTTPException):
                        old = int(w.add(log, 0)[1]) if signed else 0
                        status, text = w.add(log, old, min(old + 5, 60))
                        if status == 200 and text.endswith("\n"):
                            signed = max(signed, min(old + 5, 60))
                end_children(w.server.pid, signal.SIGKILL)
                w.stop(signal.SIGKILL)
            w.start()
            last = int(w.add(log, 0)[1]) if w.add(log, 0)[0] == 409 else 0
            check(last >= signed, call, "signed", signed, "remembers", last)
            if last:
                fork = Log(log.key, [entry(i, "read") for i in range(60)])
                equal(w.add(fork, last, 60)[0], 422, call)


def h12_a_full_disk_signs_nothing_and_forgets_nothing():
    log = a_log(30)
    with serving(log.key.vkey()) as w:
        equal(w.add(log, 0, 5)[0], 200)
        w.stop()
        for call, error in (("fsync", "EIO"), ("write", "ENOSPC"), ("renameat", "EIO")):
            path = w.record() + ".new"
            strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", w.record(), "-P", path,
                      "-P", os.path.dirname(path),
                      "-e", f"trace={call}", "-e", f"inject={call}:error={error}:syscall=getpid"]
            w.start(wrapper=strace)
            status, text = w.add(log, 5, 20)
            equal(status, 500, call)
            check("\u2014" not in text, text)
            equal(w.add(log, 5, 20)[0], 500, f"{call} goes on failing")
            end_children(w.server.pid, signal.SIGTERM)
            w.server.wait(20)
            w.stop(signal.SIGKILL)
            w.start()
            status, text = w.add(log, 0)
            equal(status, 409)
            check(text in ("5\n", "20\n"), text)
            # What was recorded and not answered for counts all the same.
            fork = Log(log.key, [entry(i, "read") for i in range(30)])
            equal(w.add(fork, int(text), 30)[0], 422)
            w.stop()
            os.unlink(w.record())
            w.start()
            equal(w.add(log, 0, 5)[0], 200)
            w.stop()
        w.start()


def h12_a_damaged_record_stops_the_start():
    log = a_log(10)
    with serving(log.key.vkey()) as w:
        equal(w.add(log, 0)[0], 200)
        w.stop()
        good = pathlib.Path(w.record()).read_bytes()
        other = Key("w.example/1", b"\3" * 32, 4)
        text = body_of(ORIGIN, 5, root(log.hashes()[:5]))
        forged = log.note(5) + other.line(text, int(time.time()))
        for bad in (b"", b"x", good[:-2], good.replace(b"\n10\n", b"\n9\n"), good + b"\n",
                    log.note().encode(), forged.encode(), b"x" * 200000):
            pathlib.Path(w.record()).write_bytes(bad)
            done = w.stile("serve", w.folder, "--listen", f"127.0.0.1:{w.port}", expect=3)
            check("not what this witness cosigned" in done.stderr, done.stderr)
        pathlib.Path(w.record()).write_bytes(good)
        w.start()
        equal(w.add(log, 0), (409, "10\n"))


def h12_two_servers_do_not_share_a_folder():
    log = a_log(3)
    with serving(log.key.vkey()) as w:
        done = w.stile("serve", w.folder, "--listen", f"127.0.0.1:{free_port()}", expect=3)
        check("serves it" in done.stderr, done.stderr)


def h12_bodies_that_are_none_are_refused():
    log = a_log(3)
    with serving(log.key.vkey()) as w:
        for body in (b"", b"\n", b"old 0\n", b"old 0\n\n", b"old -1\n\nx\n", b"old 00\n\nx\n",
                     b"old 9223372036854775808\n\n" + log.note().encode(), b"\xff" * 100,
                     b"old 0\n" + b"A" * 44 + b"\n\n" + log.note().encode(),
                     b"old 0\n" + (b64(b"\0" * 32).encode() + b"\n") * 64 + b"\n"
                     + log.note().encode(),
                     b"old 0\r\n\r\n" + log.note().encode()):
            equal(w.ask("POST", "/add-checkpoint", body)[0], 400, body[:40])
        limit = 65536  # LIMIT_TLOG_WITNESS_BODY
        equal(w.ask("POST", "/add-checkpoint", b"x" * limit)[0], 400)
        equal(w.ask("POST", "/add-checkpoint", b"x" * (limit + 1))[0], 413)
        equal(w.add(log, 0)[0], 200, "and then it still serves")
        # Signatures by the hundred, and a key of a type that nobody knows.
        many = log.note() + "\u2014 x AAAAAAA=\n" * 98
        equal(w.add(log, 3, note=many)[0], 200)
        equal(w.add(log, 3, note=many + "\u2014 x AAAAAAA=\n" * 2)[0], 400)


def h12_slow_and_many_clients_do_not_stop_it():
    log = a_log(3)
    with serving(log.key.vkey()) as w:
        idle = []

        def crowd(address, n):
            for _ in range(n):
                s = socket.socket()
                s.bind((address, 0))
                s.connect(("127.0.0.1", w.port))
                s.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Le")
                idle.append(s)

        crowd("127.0.0.1", 64)  # LIMIT_WITNESS_PER_ADDRESS
        check(not answered(w), "more connections of one address than allowed")
        for i in range(2, 5):
            crowd(f"127.0.0.{i}", 64)  # LIMIT_WITNESS_CONNECTIONS in all
        for s in idle[:1]:
            s.close()
        crowd("127.0.0.9", 1)
        check(not answered(w), "more connections than allowed")
        # They do nothing more: past LIMIT_WITNESS_REQUEST_MS they are cut off.
        wait(lambda: answered(w), "room for others", 45)
        equal(w.add(log, 0)[0], 200)
        for s in idle:
            s.close()


def answered(w):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return w.ask("GET", "/")[0] == 200
    return False


def h12_a_log_that_asks_more_than_agreed_is_told_to_wait():
    log = a_log(200)
    with serving(log.key.vkey(), add=("--per-day", "10")) as w:
        statuses = [w.add(log, i, i + 1, note=log.note(i + 1),
                          proof=consistency(i, log.hashes()[:i + 1]))[0] for i in range(61)]
        equal(statuses, [200] * 60 + [429])  # LIMIT_WITNESS_BURST
        status, headers, _ = w.ask("POST", "/add-checkpoint",
                                   ("old 60\n\n" + log.note(60)).encode())
        equal(status, 429)
        check(8000 < int(headers["Retry-After"]) <= 8641, headers["Retry-After"])


def t2_it_serves_tls():
    authority = test_authority
    ca = authority("Witness test authority")
    log = a_log(3)
    with serving(log.key.vkey(), options=("--cert", ca.path("server.crt"), "--key",
                                          ca.path("server.key"))) as w:
        context = ssl.create_default_context(cafile=ca.path("ca.crt"))
        connection = http.client.HTTPSConnection("localhost", w.port, context=context,
                                                 timeout=20)
        connection.request("POST", "/add-checkpoint", ("old 0\n\n" + log.note()).encode())
        equal(connection.getresponse().status, 200)
        connection.close()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.load_verify_locations(ca.path("ca.crt"))
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            http.client.HTTPSConnection("localhost", w.port, context=old).request("GET", "/")
            check(False, "TLS 1.1 is spoken")
        except OSError:
            pass


def t2_keys_and_lists_are_refused_when_they_are_wrong():
    log = a_log(1)
    w = Witness(log.key.vkey())
    for bad in ("nonsense", log.key.vkey()[:-4], Key("x", b"\1" * 32, 4).vkey()):
        w.stile("add", w.folder, bad, expect=2)
    w.stile("init", w.folder, "--name", "again", expect=3)
    w.stile("init", w.folder + "2", "--name", "with space", expect=2)
    os.chmod(os.path.join(w.folder, "witness.key"), 0o644)
    done = w.stile("serve", w.folder, expect=3)
    check("chmod 0600" in done.stderr, done.stderr)
    for listen in ("127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", ":80"):
        w.stile("serve", w.folder, "--listen", listen, expect=2)
    w.stile("serve", w.folder, "--cert", "/nowhere", expect=2)
    os.chmod(os.path.join(w.folder, "witness.key"), 0o600)
    pathlib.Path(w.folder, "logs").write_text("logs/v0\n" + "#" * (4 << 20))
    done = w.stile("serve", w.folder, expect=3)  # LIMIT_WITNESS_LIST_BYTES
    check("larger than" in done.stderr, done.stderr)
    w.close()


# --- the holder


def status(h):
    done = h.stile("log", "status", "--dir", h.dir, "--json", expect=None)
    return done.returncode, json.loads(done.stdout)


def is_met(h):
    """Something is published, with its quorum."""
    code, said = status(h)
    return code == 0 and said["published"]


def is_all_met(h):
    code, said = status(h)
    return code == 0 and said.get("entries") == h.size()


def states(h):
    return [w["state"] for w in status(h)[1].get("round", {}).get("witnesses", [])]


def a_witness_of(h, name="w.example/1", **more):
    return Witness(h.path("keys/log.vkey"), name=name, **more)


def t2_a_holder_publishes_with_its_witnesses_and_refreshes_receipts(h):
    ws = [a_witness_of(h, f"w{i}.example/1").start() for i in range(2)]
    dead = a_witness_of(h, "w2.example/1")
    try:
        policy = policy_of(h, [(w.vkey, w.url()) for w in (*ws, dead)], 2)
        h.populate()
        answer = h.ask("alice", about(VIN))
        equal(answer.status, 200)
        check("w0.example" not in answer.body["receipt"], "an answer waits for nobody")
        index = answer.body["index"]

        def refreshed():
            text = h.get("alice", f"/v1/receipts/{index}").text
            return text if "w0.example" in text and "w1.example" in text else None

        receipt = wait(refreshed, "a witnessed receipt")
        path = os.path.join(h.scratch, "witnessed")
        pathlib.Path(path).write_text(receipt)
        seen = json.loads(h.stile("verify", path, "--policy", policy, "--json"))
        equal((seen["verified"], seen["witnesses"], seen["index"]), (True, 2, index))
        pathlib.Path(path).write_text(answer.body["receipt"])
        done = h.stile("verify", path, "--policy", policy, expect=1)
        check("quorum is not met" in h.stile("verify", path, "--policy", policy,
                                             expect=None).stderr, done)
        # The asker's own answer, read again: all its claims, and witnessed.
        again = h.get("alice", f"/v1/requests/{answer.body['id']}").body["receipt"]
        check("w0.example" in again)
        pathlib.Path(path).write_text(again)
        check('"HONDA"' in h.stile("verify", path, "--policy", policy) or True)
        h.stile("verify", path, "--policy", policy)
        h.stile("verify", h.dir, "--policy", policy)
        code, seen = status(h)
        equal((code, seen["quorum"], seen["cosignatures"]), (0, True, 2))
        equal(states(h), ["cosigned", "cosigned", "unreachable"])
        metrics = h.stile("log", "status", "--dir", h.dir, "--metrics")
        check("stile_log_quorum_met 1\n" in metrics, metrics)
        check('stile_witness_state{witness="w2",state="unreachable"} 1\n' in metrics, metrics)
        h.log_check()
        # From outside, with the same policy.
        h.stile("monitor", h.path("log"), "--key", h.path("keys/log.vkey"), "--state",
                os.path.join(h.scratch, "state"), "--policy", policy)
        equal(h.stop(), 0)
    finally:
        for w in (*ws, dead):
            w.close()


def note_text(body):
    """The checkpoint's text in an add-checkpoint body."""
    note = body.split("\n\n", 1)[1]
    return note.rsplit("\n\n", 1)[0] + "\n"


def h12_each_lie_of_a_witness_is_named_and_none_is_believed(h):
    key = Key("liar.example", b"\5" * 32, 4)
    other = Key("other.example", b"\4" * 32, 4)
    liar = Liar()
    policy_of(h, [(key.vkey(), liar.url)], 1)
    h.set("timeout_s", "1")
    now = lambda: int(time.time())
    endless = lambda handler, _: [handler.send_response(200), handler.end_headers()] and [
        handler.wfile.write(b"x" * 65536) for _ in range(1000)]
    lies = [
        ("lies", say(200, "")),
        ("lies", say(200, "thank you\n")),
        ("lies", say(200, "\u2014 liar.example AAAA\n")),
        ("lies", say(200, "\n\n\u2014 liar.example " + b64(key.id + b"\0" * 72) + "\n")),
        ("lies", lambda s, b: say(200, key.line(body_of("x", 1, b"\0" * 32), now()))(s, b)),
        ("lies", lambda s, b: say(200, other.line(note_text(b), now()))(s, b)),
        ("lies", lambda s, b: say(200, key.line(note_text(b), 0))(s, b)),
        ("lies", lambda s, b: say(200, key.line(note_text(b), now() - 86400))(s, b)),
        ("lies", endless),
        ("fork", say(409, "another root\n")),
        ("fork", say(409, "")),
        ("fork", say(422, "consistency proof\n")),
        ("ahead", say(409, "9223372036854775807\n", "text/x.tlog.size")),
        ("lies", say(409, "0\n", "text/x.tlog.size")),
        ("refused", say(403, "who are you\n")),
        ("refused", say(404, "\x1b[31munknown log\n")),
        ("refused", say(500, "sorry\n")),
        ("refused", say(302, "", Location="http://127.0.0.1:1/")),
        ("unreachable", lambda s, b: time.sleep(5)),
        ("unreachable", lambda s, b: s.connection.close()),
    ]
    liar.answer = say(500, "")
    h.populate()
    for want, lie in lies:
        n = len(liar.bodies)
        liar.answer = lie
        wait(lambda: len(liar.bodies) > n + 1, "two rounds", 30)
        wait(lambda: states(h) == [want], f"{want}, got {status(h)}", 30)
        check(status(h)[0] == 1, "exit code")
        published = pathlib.Path(h.path("log/checkpoint")).read_text()
        equal(published.count("\u2014"), 1, "the log's own signature alone")
    text = json.dumps(status(h)[1])
    check("\\u001b" not in text, text)
    # In the end it tells the truth.
    liar.answer = lambda s, b: say(200, key.line(note_text(b), now()))(s, b)
    wait(lambda: is_met(h), "the quorum", 30)
    check(pathlib.Path(h.path("log/checkpoint")).read_text().count("\u2014") == 2)
    check(all(b.startswith("old ") for b in liar.bodies))
    liar.close()


def h12_no_witness_delays_a_requester_nor_stops_publication(h):
    key = Key("slow.example", b"\5" * 32, 4)
    liar = Liar()
    liar.answer = lambda s, b: time.sleep(60)
    policy_of(h, [(key.vkey(), liar.url)], "all")
    h.set("timeout_s", "2")
    h.populate()
    size = h.size()
    for _ in range(20):
        began = time.monotonic()
        equal(h.ask("alice", about(VIN)).status, 200)
        check(time.monotonic() - began < 2, "a requester waited")
    wait(lambda: status(h)[1].get("entries", 0) >= size + 20, "publication", 30)
    equal((status(h)[0], states(h)), (1, ["unreachable"]))
    check("quorum of witnesses is not met" in h.log_text())
    # What is asked of it meanwhile does not pile up.
    check(len(liar.bodies) < 30, len(liar.bodies))
    began = time.monotonic()
    equal(h.stop(), 0)
    check(time.monotonic() - began < 12, "the end waited for a witness")
    liar.close()


def t2_a_courier_that_dies_is_replaced_and_a_witness_that_is_back_is_asked(h):
    w = a_witness_of(h).start()
    try:
        policy_of(h, [(w.vkey, w.url())], "all")
        h.set("timeout_s", "1")
        h.populate()
        wait(lambda: is_met(h), "the quorum", 20)
        w.stop()
        h.ask("alice", about(VIN))
        wait(lambda: states(h) == ["unreachable"], "the witness to be missed", 20)
        h.kill("courier")
        w.start()
        wait(lambda: is_met(h), "the quorum again, of a log without new entries", 30)
        h.kill("clerk")
        h.ask("alice", about(VIN))
        wait(lambda: is_all_met(h),
             "all of it witnessed", 30)
    finally:
        w.close()


def h12_a_rolled_back_holder_is_refused_by_its_witness(h):
    w = a_witness_of(h).start()
    try:
        policy_of(h, [(w.vkey, w.url())], "all")
        h.populate()
        wait(lambda: is_met(h), "the quorum", 20)
        h.stop()
        old = os.path.join(h.scratch, "old")
        subprocess.run(["cp", "-a", h.dir, old], check=True)
        h.start()
        for _ in range(5):
            h.ask("alice", about(VIN))
        wait(lambda: is_all_met(h), "it", 20)
        size = h.size()
        h.stop()
        # Yesterday's disk comes back, keeper's memory and all.
        subprocess.run(["rm", "-rf", h.dir], check=True)
        subprocess.run(["cp", "-a", old, h.dir], check=True)
        h.start()
        wait(lambda: states(h) == ["ahead"], "the rollback to be seen", 20)
        why = status(h)[1]["round"]["witnesses"][0]["why"]
        check(f"cosigned size {size}" in why and "rolled back" in why, why)
        equal(status(h)[0], 1)
        # And when it has grown past that size, it is a fork.
        while h.size() <= size + 2:
            h.ask("alice", about(VIN, reason="another history"))
        wait(lambda: states(h) == ["fork"], f"the fork to be seen {status(h)}", 20)
    finally:
        w.close()


def t2_witnesses_are_asked_over_tls(h):
    authority = test_authority
    ca = authority("Witness test authority")
    w = a_witness_of(h, options=("--cert", ca.path("server.crt"), "--key",
                                 ca.path("server.key"))).start()
    try:
        policy_of(h, [(w.vkey, f"https://localhost:{w.port}")], "all")
        pathlib.Path(h.path("tls/witness-ca.pem")).write_text(
            pathlib.Path(ca.path("ca.crt")).read_text())
        h.set("ca", '"tls/witness-ca.pem"')
        h.populate()
        wait(lambda: is_met(h), f"the quorum over TLS: {status(h)}", 20)
        h.stop()
        # Another authority's certificate: it is not asked.
        pathlib.Path(h.path("tls/witness-ca.pem")).write_text(
            pathlib.Path(h.path("tls/ca.crt")).read_text())
        h.start()
        wait(lambda: states(h) == ["unreachable"], "the certificate to be refused", 20)
        check("certificate" in status(h)[1]["round"]["witnesses"][0]["why"].lower(),
              status(h))
    finally:
        w.close()


def t2_a_wrong_policy_stops_the_start(h):
    h.import_records()
    h.agency("NY0010100", "Albany PD")
    h.requester("alice", "NY0010100")
    h.set("policy", '"trust/witness.policy"')
    for text in (None, "", "quorum w\n", "witness w nonsense\nquorum w\n"):
        if text is not None:
            pathlib.Path(h.path("trust/witness.policy")).write_text(text)
        done = h.stile("serve", h.dir, expect=None)
        check(done.returncode != 0)
        check("witness.policy" in done.stderr, done.stderr[-500:])
    pathlib.Path(h.path("trust/witness.policy")).write_text("quorum none\n")
    h.set("ca", '"tls/big.pem"')
    for size in (None, (4 << 20) + 1):  # LIMIT_WEBCALL_CA
        if size is not None:
            pathlib.Path(h.path("tls/big.pem")).write_text("x" * size)
        done = h.stile("serve", h.dir, expect=None)
        check(done.returncode != 0 and "witness.ca" in done.stderr, done.stderr[-500:])


def h12_once_the_quorum_is_met_the_rest_are_not_waited_for(h):
    w = a_witness_of(h).start()
    liar = Liar()
    liar.answer = lambda s, b: time.sleep(60)
    try:
        slow = Key("slow.example", b"\5" * 32, 4)
        policy_of(h, [(w.vkey, w.url()), (slow.vkey(), liar.url)], "any")
        h.set("timeout_s", "30")
        h.populate()
        h.ask("alice", about(VIN))
        began = time.monotonic()
        size = h.size()
        # An interval of 1 s, LIMIT_COURIER_GRACE_MS, and a busy machine.
        wait(lambda: status(h)[1].get("entries") == size, "publication", 15)
        check(time.monotonic() - began < 15)
        equal((status(h)[0], states(h)), (0, ["cosigned", "unreachable"]))
    finally:
        w.close()
        liar.close()


main(all_of(globals()))
