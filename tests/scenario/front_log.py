"""The published log as static files, and the listener for the public."""
import os
import ssl
import sys

from front_world import World, code_of, main


def put(w, path, data):
    full = w.path("log", path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as f:
        f.write(data)


def tiles_and_checkpoint_are_served_as_tlog_tiles_says():
    w = World()
    c = w.connect()
    put(w, "checkpoint", b"origin\n1\nAAAA\n")
    for path in ("tile/0/000", "tile/0/x001/234.p/17", "tile/63/999",
                 "tile/entries/x001/x234/067", "tile/entries/000.p/255"):
        put(w, path, path.encode() * 100)
        status, headers, text = w.ask("GET", "/log/" + path, connection=c)
        assert (status, text) == (200, path * 100), path
        assert headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in headers["Cache-Control"]
    status, headers, text = w.ask("GET", "/log/checkpoint", connection=c)
    assert (status, text) == (200, "origin\n1\nAAAA\n")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    status, headers, text = w.ask("HEAD", "/log/checkpoint", connection=c)
    assert (status, text, headers["Content-Length"]) == (200, "", "14")
    put(w, "tile/0/001", b"x" * (1 << 20))
    assert len(w.ask("GET", "/log/tile/0/001", connection=c)[2]) == 1 << 20
    w.close()


def nothing_but_paths_of_the_log_is_served():
    w = World()
    c = w.connect()
    put(w, "secret", b"secret")
    put(w, "tile/0/secret", b"secret")
    put(w, "tile/0/00", b"secret")
    os.mkdir(w.path("log", "tile", "0", "005"))
    os.symlink(w.path("tls", "server.key"), w.path("log", "tile/0/006"))
    os.symlink(w.path("tls"), w.path("log", "tile/1"))
    os.symlink("/", w.path("log", "tile/0/x001"))
    os.mkfifo(w.path("log", "tile/0/007"))
    for path in ("tile/0/006", "tile/1/000", "tile/0/x001/000", "tile/0/005",
                 "tile/0/007", "tile/0/secret", "tile/0/00", "tile/0/0",
                 "tile/0/../../secret", "tile/../secret", "tile//0/000",
                 "tile/0/000/", "tile/00/000", "tile/64/000", "tile/-1/000",
                 "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256",
                 "tile/0/000.p/01", "tile/0/000.p/", "tile/0/%30%30%30",
                 "tile/0/..%2f..%2fsecret", "tile/entries", "tile/entries/",
                 "tile/0/000%00", "tile/0/000.", "tile/x/000",
                 "tile/0/x001/x002/x003/x004/x005/x006/007"):
        status, _, text = w.ask("GET", "/log/" + path, connection=c)
        assert (status, code_of(text)) == (404, "no-such-file"), path
    for path in ("secret", "", "..", "checkpoint/", "checkpoint/x"):
        assert w.ask("GET", "/log/" + path, connection=c)[0] == 404, path
    w.close()


def the_page_that_verifies_receipts_is_served_to_all():
    w = World("public")
    page = os.path.join(os.path.dirname(__file__), "../../console/verify.html")
    with open(page, encoding="utf-8") as f:
        want = f.read()
    status, headers, text = w.ask("GET", "/verify")
    assert (status, text) == (200, want)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    w.port = w.public
    context = ssl.create_default_context(cafile=w.ca.path("ca.crt"))
    assert w.ask("GET", "/verify", connection=w.connect(context=context))[0] == 200
    w.close()


def a_file_that_no_log_writes_is_not_served():
    w = World()
    limit = 17 << 20  # LIMIT_FRONT_LOG_FILE
    put(w, "tile/entries/000", b"")
    for size, want in ((limit, 200), (limit + 1, 404)):
        os.truncate(w.path("log", "tile/entries/000"), size)
        assert w.ask("HEAD", "/log/tile/entries/000")[0] == want, size
    w.close()


def the_public_sees_the_log_and_nothing_else():
    w = World("public")
    put(w, "checkpoint", b"origin\n")
    context = ssl.create_default_context(cafile=w.ca.path("ca.crt"))
    w.port, private = w.public, w.port
    c = w.connect(context=context)
    assert w.ask("GET", "/log/checkpoint", connection=c)[2] == "origin\n"
    assert w.ask("GET", "/livez", connection=c)[0] == 200
    for method, path, body in (("POST", "/v1/requests", {"a": 1}),
                               ("GET", "/readyz", None),
                               ("GET", "/v1/requests/1", None)):
        c = w.connect(context=context)
        status, _, text = w.ask(method, path, body, connection=c)
        assert (status, code_of(text)) == (404, "no-such-path"), path
    w.port = private
    w.echo({"a": 1})
    w.close()


main(sys.modules[__name__])
