"""The log that a running holder serves, judged by Go's checksum database code
(tlogcheck/), while it grows; and from inside, by stile itself.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

from holder import VIN, Holder, about, all_of, check, equal, free_port, main, wait

HERE = pathlib.Path(__file__).resolve().parent
GOPATH = "/usr/share/gocode"
_built = []


def go():
    found = [shutil.which("go")] + [str(p) for p in pathlib.Path("/usr/lib").glob("go-*/bin/go")]
    found = [p for p in found if p]
    here = os.path.isdir(GOPATH + "/src/golang.org/x/mod/sumdb/tlog")
    return found[0] if found and here else None


def tlogcheck():
    if not _built:
        folder = tempfile.mkdtemp(prefix="stile-tlogcheck-")
        _built.append(folder + "/tlogcheck")
        subprocess.run([go(), "build", "-o", _built[0], HERE / "tlogcheck/main.go"], check=True,
                       env={**os.environ, "GO111MODULE": "off", "GOPATH": GOPATH, "GOFLAGS": ""})
    return _built[0]


def judge(h, url, expect=0):
    vkey = pathlib.Path(h.path("keys/log.vkey")).read_text().strip()
    done = subprocess.run([tlogcheck(), url, vkey], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "SSL_CERT_FILE": h.path("tls/ca.crt")})
    equal(done.returncode, expect, done.stdout + done.stderr)
    return done.stdout


def entries(said):
    return int(said.split(": sound: ")[1].split(" ")[0])


def t1_go_reads_what_a_running_holder_serves_while_it_grows(h):
    port = free_port()
    h.set("public_port", str(port))
    h.set("publish_interval_ms", "20")
    h.populate()
    url = f"https://localhost:{port}/log"
    seen = [entries(judge(h, url))]
    is_over = threading.Event()
    wrong = []

    def grow():
        try:
            for i in range(620):
                equal(h.ask("alice", about(VIN, fields=["vehicle.make"])).status, 200)
        except BaseException as error:  # noqa: B036 - told below
            wrong.append(error)
        is_over.set()

    thread = threading.Thread(target=grow)
    thread.start()
    while not is_over.is_set():
        seen.append(entries(judge(h, url)))
    thread.join()
    check(not wrong, wrong)
    size = h.size()
    wait(lambda: entries(judge(h, url)) == size, "all of it to be served")
    equal(seen, sorted(seen), "a served log only grows")
    check(size > 600 and len(set(seen)) > 2, seen)
    # Full tiles, a partial one above them, and Stile's own reading of it.
    h.stile("verify", h.path("log"), "--key", h.path("keys/log.vkey"))
    seen = h.stile("monitor", url, "--key", h.path("keys/log.vkey"), "--state",
                   os.path.join(h.scratch, "state"), "--ca", h.path("tls/ca.crt"), "--json")
    check(f'"entries":{size},' in seen, seen)
    h.log_check()


def h12_go_refuses_what_stile_refuses_of_a_damaged_served_log(h):
    port = free_port()
    h.set("public_port", str(port))
    h.populate()
    url = f"https://localhost:{port}/log"
    size = h.size()
    wait(lambda: entries(judge(h, url)) == size, "all of it to be served")
    path = next(p for p in pathlib.Path(h.path("log/tile/entries")).rglob("*")
                if p.is_file() and p.name == str(size))
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    check("sound" not in judge(h, url, expect=1))
    h.stile("verify", h.path("log"), "--key", h.path("keys/log.vkey"), expect=1)
    h.stile("monitor", url, "--key", h.path("keys/log.vkey"), "--state",
            os.path.join(h.scratch, "state"), "--ca", h.path("tls/ca.crt"), "--json", expect=1)


if go() is None:
    print("1..0 # SKIP golang-go and golang-golang-x-mod-dev are not there")
    sys.exit(0)
try:
    main(all_of(globals()))
finally:
    for program in _built:
        shutil.rmtree(os.path.dirname(program), ignore_errors=True)
