"""stile monitor, against honest logs and every hostile one we could think of.

The logs are made by tlog_maker.py; some are served by a server that lies.
"""
import contextlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

from holder import STILE, all_of, check, equal, main
from tlog_maker import Key, Log, body_of, entry, root

SEED = bytes(range(32))


class Scene:
    """A log's folder, a monitor's state."""

    def __init__(self, n=300, origin="dmv.example/log"):
        self.dir = tempfile.mkdtemp(prefix="stile-monitor-")
        self.key = Key(origin, SEED)
        self.log = Log(self.key, [entry(i) for i in range(n)])
        self.state = os.path.join(self.dir, "state")
        self.folder = os.path.join(self.dir, "log")
        self.vkey = os.path.join(self.dir, "vkey")
        pathlib.Path(self.vkey).write_text(self.key.vkey() + "\n")
        self.write()

    def write(self, note=None):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.log.write(self.folder, note)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def look(self, *words, where=None, expect=0):
        done = subprocess.run(
            [STILE, "monitor", where or self.folder, "--key", self.vkey, "--state",
             self.state, "--json", *words], capture_output=True, text=True, timeout=100)
        equal(done.returncode, expect, f"exit code; {done.stdout}{done.stderr}")
        self.said = done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def wrong(self, *codes, **more):
        """It must be found wrong with these codes; the state must stand."""
        before = pathlib.Path(self.state).read_bytes() if os.path.exists(self.state) else None
        seen = self.look(expect=1, **more)
        equal({f["code"] for f in seen["findings"]}, set(codes), "findings")
        if not seen["consistent"]:
            after = pathlib.Path(self.state).read_bytes() if before else None
            equal(after, before, "the state after a broken history")
        return seen

    def close(self):
        shutil.rmtree(self.dir)


@contextlib.contextmanager
def scene(n=300):
    s = Scene(n)
    try:
        yield s
    finally:
        s.close()


class Served:
    """The folder over HTTP; answer may be replaced by a path."""

    def __init__(self, folder, lies=None):
        outer = self
        self.lies = lies or {}
        self.asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=folder)

            def log_message(self, *args):
                pass

            def do_GET(self):
                outer.asked.append(self.path)
                for part, lie in outer.lies.items():
                    if part in self.path:
                        with contextlib.suppress(OSError):
                            lie(self)
                        return
                super().do_GET()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()


def t4_a_log_is_followed_and_what_changed_is_told():
    with scene(1) as s:
        first = s.look()
        equal((first["before"], first["entries"]), (0, 1))
        s.log.entries += [entry(i, decision="deny") for i in range(1, 4)]
        s.log.entries += [entry(i, "approval", "done") for i in range(4, 600)]
        s.log.entries += [entry(i, packs=["federal:" + "1" * 64]) for i in range(600, 700)]
        s.write()
        now = s.look()
        equal((now["before"], now["entries"], now["consistent"]), (1, 700, True))
        equal(now["refused_new"], {"denied": 3, "requests": 103})
        equal(now["refused_before"], {"denied": 0, "requests": 1})
        equal([(c["entry"], c["before"], c["after"]) for c in now["pack_changes"]],
              [(600, ["federal:" + "0" * 64], ["federal:" + "1" * 64])])
        kinds = {(k["type"], k["decision"]): (k["new"], k["all"]) for k in now["kinds"]}
        equal(kinds[("request", "permit")], (100, 101))
        equal(kinds[("approval", "done")], (596, 596))
        again = s.look()
        equal(again["before"], 700)
        equal(again["pack_changes"], [])


def t4_every_size_and_every_step_is_one_history():
    with scene(0) as s:
        s.look()
        for n in (1, 2, 255, 256, 257, 511, 512, 600, 1030):
            s.log.entries = [entry(i) for i in range(n)]
            s.write()
            equal(s.look()["entries"], n)


def t4_a_log_is_read_from_a_server_with_keep_alive():
    with scene(1200) as s, Served(s.folder) as web:
        equal(s.look(where=web.url)["entries"], 1200)
        equal(sorted(p for p in web.asked if "entries" in p),
              [f"/tile/entries/{i:03d}" for i in range(4)] + ["/tile/entries/004.p/176"])
        equal(s.look(where=web.url + "/")["before"], 1200)


def t4_a_full_tile_is_taken_where_the_partial_one_is_gone():
    with scene(300) as s:
        note = s.log.note()
        s.log.entries += [entry(i) for i in range(300, 512)]
        s.write(note)  # the checkpoint lags behind the tiles
        equal(s.look()["entries"], 300)
        with Served(s.folder) as web:
            os.unlink(s.state)
            equal(s.look(where=web.url)["entries"], 300)


def t4_silence_is_reported():
    with scene(3) as s:
        s.look("--silence", str(400 * 86400))
        s.log.entries.append(entry(0, time="2026-03-20T00:00:00.000000Z"))
        s.write()
        seen = s.look("--silence", "86400", expect=1)
        equal([f["code"] for f in seen["findings"]][0], "silence")
        check(seen["longest_silence_s"] > 18 * 86400)
        check("entry 3" in seen["findings"][0]["text"], seen["findings"])


def t4_a_quorum_of_witnesses_is_demanded():
    with scene(5) as s:
        witness = [Key(f"w{i}.example", bytes([i + 1]) * 32, 4) for i in range(3)]
        policy = os.path.join(s.dir, "policy")
        pathlib.Path(policy).write_text(
            "".join(f"witness w{i} {w.vkey()}\n" for i, w in enumerate(witness)) +
            "group two 2 w0 w1 w2\nquorum two\n")
        text = body_of(s.key.name, 5, root(s.log.hashes()))
        now = int(time.time())
        s.write(s.log.note(lines=witness[0].line(text, now)))
        seen = s.look("--policy", policy, expect=1)
        equal([f["code"] for f in seen["findings"]], ["quorum"])
        s.write(s.log.note(lines=witness[0].line(text, now) + witness[2].line(text, now + 1)))
        seen = s.look("--policy", policy)
        equal(seen["witnesses"]["cosigned"], 2)
        equal([w["time"] for w in seen["witnesses"]["of"]], [now, 0, now + 1])
        other = body_of(s.key.name, 4, root(s.log.hashes()[:4]))
        s.write(s.log.note(lines=witness[0].line(other, now)))
        seen = s.look("--policy", policy, expect=1)
        equal([f["code"] for f in seen["findings"]], ["cosignature"])


def h12_a_rollback_is_named_and_kept_as_evidence():
    with scene(300) as s:
        s.look()
        old = s.log.note()
        s.log.entries = s.log.entries[:200]
        s.write()
        s.wrong("rollback")
        text = pathlib.Path(s.state + ".evidence").read_text()
        check(old in text and s.log.note() in text, "both checkpoints are kept")


def h12_a_fork_is_named_at_the_same_size_and_a_larger_one():
    with scene(300) as s:
        s.look()
        s.log.entries[7] = entry(7, decision="deny")
        s.write()
        s.wrong("fork")
        s.log.entries.append(entry(300))
        s.write()
        s.wrong("fork")
        # A whole other log, wholly consistent in itself.
        s.log.entries = [entry(i, "read", "done") for i in range(900)]
        s.write()
        s.wrong("fork")


def h12_entries_other_than_those_logged_are_named():
    with scene(300) as s:
        path = s.path("tile/entries/001.p/44")
        data = bytearray(pathlib.Path(path).read_bytes())
        data[data.index(b"permit")] ^= 1
        pathlib.Path(path).write_bytes(data)
        s.wrong("entries")


def h12_tiles_other_than_those_of_the_entries_are_named():
    with scene(300) as s:
        path = s.path("tile/0/001.p/44")
        data = bytearray(pathlib.Path(path).read_bytes())
        data[3] ^= 1
        pathlib.Path(path).write_bytes(data)
        s.wrong("tiles")


def h12_what_is_missing_short_or_too_long_is_named():
    for change in ("missing", "short", "long", "empty", "cut"):
        with scene(300) as s:
            path = pathlib.Path(s.path("tile/entries/000"))
            data = path.read_bytes()
            if change == "missing":
                path.unlink()
            else:
                path.write_bytes({"short": data[:-1], "long": data + b"x", "empty": b"",
                                  "cut": data[:5000]}[change])
            s.wrong("missing")


def h12_checkpoints_that_are_none_are_named():
    with scene(5) as s:
        good = s.log.note()
        size = body_of(s.key.name, 2 ** 63, root(s.log.hashes()))
        zero = body_of(s.key.name, "05", root(s.log.hashes()))
        other = Key("other.example/log", SEED)
        unknown = body_of(s.key.name, 5, root(s.log.hashes()))
        for note in ("", "\n", good[:-1], good.replace("\n\n", "\n"), "x" * 200000,
                     size + "\n" + s.key.line(size), zero + "\n" + s.key.line(zero),
                     good.replace("=\n\n", "\n\n"), good + "\n",
                     Log(other, s.log.entries).note(),
                     good.replace("\u2014", "-"), good.replace("dmv.example/log\n5", "dmv.example/log\n4"),
                     # A signature of a type that is not known.
                     unknown + "\n\u2014 dmv.example/log " + "A" * 92 + "\n"):
            s.log.put(s.folder, "checkpoint", note.encode())
            if len(note) > 131072:
                s.look(expect=3)
            else:
                s.wrong("signature")
            check(not os.path.exists(s.state), "no state of what is not believed")


def h12_a_log_of_impossible_size_is_not_read():
    with scene(5) as s:
        text = body_of(s.key.name, 2 ** 63 - 1, root(s.log.hashes()))
        s.log.put(s.folder, "checkpoint", (text + "\n" + s.key.line(text)).encode())
        s.look(expect=3)  # LIMIT_MONITOR_ENTRIES
        check("more than --most" in s.said, s.said)
        # Even when asked for: the first thing that is not there ends it.
        done = s.look("--most", str(2 ** 63 - 1), expect=1)
        equal([f["code"] for f in done["findings"]], ["missing"])


def h12_entries_that_are_no_entries_are_named_and_counted():
    with scene(2) as s:
        s.log.entries += [b"", b"\xff\xfe", b"[" * 5000, b'{"v":1}', b'{"type":1,"time":2}',
                          entry(1, time="yesterday"), entry(0, kind="x" * 100),
                          b'{"type":"request","type":"read"}', entry(1)]
        s.write()
        seen = s.wrong("foreign")
        check(seen["consistent"])
        equal([f["text"].split()[1] for f in seen["findings"]], [str(i) for i in range(2, 10)])
        equal(seen["entries"], 11)


def h12_entries_out_of_order_in_time_are_named():
    with scene(5) as s:
        s.log.entries.append(entry(1))
        s.write()
        seen = s.wrong("order")
        check("entry 5" in seen["findings"][0]["text"])


def h12_kinds_changes_and_findings_without_end_fill_no_memory():
    with scene(0) as s:
        s.log.entries = [entry(i % 1000, kind=f"t{i}", packs=[f"p:{i:064d}"])
                         for i in range(3000)]
        s.write()
        seen = s.look(expect=1)
        equal(len(seen["kinds"]), 64)             # LIMIT_MONITOR_KINDS
        equal(sum(k["all"] for k in seen["kinds"]), 3000)
        equal(len(seen["pack_changes"]), 64)      # LIMIT_MONITOR_CHANGES
        check(len(seen["findings"]) <= 32)        # LIMIT_MONITOR_FINDINGS
        check(os.path.getsize(s.state) < 524288)  # LIMIT_MONITOR_STATE
        equal(s.look()["before"], 3000)


def h12_a_state_that_is_none_or_of_another_log_is_refused():
    with scene(5) as s:
        s.look()
        good = json.loads(pathlib.Path(s.state).read_text())
        for change in ({"v": 2}, {"size": 4}, {"size": -1}, {"hashes": []},
                       {"checkpoint": "x"}, {"kinds": [{"type": 1}]}, {"last_time": "x"},
                       {"hashes": good["hashes"][::-1]}, {"checkpoint": None}):
            pathlib.Path(s.state).write_text(json.dumps({**good, **change}))
            s.look(expect=2)
        for text in ("", "[]", "{", "null", "x" * 600000):
            pathlib.Path(s.state).write_text(text)
            s.look(expect=2)
        pathlib.Path(s.state).write_text(json.dumps(good))
        s.look()


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def hanging(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(30)


def bomb(handler):
    import gzip
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(gzip.compress(b"x" * (200 << 20)))


def elsewhere(handler):
    handler.send_response(302)
    handler.send_header("Location", "file:///etc/passwd")
    handler.end_headers()


def h12_a_server_that_never_ends_is_bounded():
    with scene(300) as s:
        for lie, part, code, finding in (
                (endless, "checkpoint", 3, None), (bomb, "checkpoint", 3, None),
                (endless, "tile/entries", 1, "missing"), (bomb, "tile/entries", 1, "missing"),
                (endless, "tile/0", 1, "tiles"), (hanging, "checkpoint", 3, None),
                (hanging, "tile/entries", 3, None), (elsewhere, "checkpoint", 3, None),
                (elsewhere, "tile/entries", 3, None)):
            with Served(s.folder, {part: lie}) as web:
                began = time.monotonic()
                seconds = "2" if lie is hanging else "60"
                seen = s.look("--timeout", seconds, where=web.url, expect=code)
                check(time.monotonic() - began < (20 if lie is hanging else 60),
                      lie.__name__, part)
                if finding:
                    equal([f["code"] for f in seen["findings"]], [finding])
            check(not os.path.exists(s.state), lie.__name__, part)


def t4_what_cannot_be_reached_is_not_called_wrong():
    with scene(3) as s:
        s.look(where="http://127.0.0.1:9", expect=3)
        s.look(where="https://127.0.0.1:9/log", expect=3)
        s.look(where=os.path.join(s.dir, "nothing"), expect=3)
        s.look(where="ftp://127.0.0.1/log", expect=3)


def t4_gzip_that_was_not_asked_for_is_understood():
    import gzip

    with scene(300) as s:
        def zipped(handler):
            data = pathlib.Path(s.folder + handler.path).read_bytes()
            handler.send_response(200)
            handler.send_header("Content-Encoding", "gzip")
            handler.end_headers()
            handler.wfile.write(gzip.compress(data))

        with Served(s.folder, {"tile/entries": zipped}) as web:
            equal(s.look(where=web.url)["entries"], 300)


main(all_of(globals()))
