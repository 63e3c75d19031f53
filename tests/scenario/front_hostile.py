"""Hostile input at the front; the number is that of the hostile input.

1 two subjects, 2 duplicate names, 12 too much of anything, 13 smuggling,
14 text and numbers that two readers read in two ways.
"""
import json
import socket
import ssl
import sys
import threading
import time

from front_world import JSON, World, code_of, main, status_of

HEAD = (b"POST /v1/requests HTTP/1.1\r\nHost: x\r\n"
        b"Content-Type: application/json\r\n")


def malformed(w, body, connection=None):
    """CODE, path and reason of the gate's ASK_MALFORMED; None: well-formed."""
    if isinstance(body, str):
        body = body.encode()
    fields = w.echo(body, connection=connection, headers=JSON)
    found = [v for n, v in fields if n == "malformed"]
    assert not found or not any(n == "member" for n, _ in fields)
    return found[0].split("\n") if found else None


def h1_a_second_document_is_refused():
    w = World()
    for body in ('{"a":1}{"a":2}', '{"a":1} 2', '{"a":1}\n[]', '{}x'):
        assert malformed(w, body)[0] == "trailing-data", body
    for body in ('[{"a":1},{"a":2}]', '"x"', "7", "null", "true"):
        assert malformed(w, body)[0] == "not-an-object", body
    w.close()


def h1_an_array_of_subjects_shows_itself_to_the_gate():
    w = World()
    fields = w.echo({"subject": [{"vin": "A"}, {"vin": "B"}]})
    assert [v for n, v in fields if n == "member"] == [
        "s\t/subject/0/vin\tA", "s\t/subject/1/vin\tB"]
    w.close()


def h2_duplicate_names_are_refused():
    w = World()
    for body in ('{"a":1,"a":2}', '{"a":1,"\\u0061":1}',
                 '{"x":{"vin":"A","vin":"B"}}', '{"x":[{"a":1,"a":1}]}'):
        assert malformed(w, body)[0] == "duplicate-member", body
    assert malformed(w, '{"a":1,"A":2}') is None
    w.close()


def h12_json_is_bounded_in_depth_width_and_length():
    w = World()
    c = w.connect()
    for body, want in (
            ('{"a":' * 15 + "[1]" + "}" * 15, None),
            ('{"a":' * 16 + "[1]" + "}" * 16, "too-deep"),
            ('{"a":' + "[" * 60000, "too-deep"),
            (json.dumps({str(i): i for i in range(256)}), None),
            (json.dumps({str(i): i for i in range(257)}), "too-many-members"),
            ('{"a":[' + "0," * 30000 + "0]}", "too-many-members"),
            (json.dumps({"a": "x" * 4096}), None),
            (json.dumps({"a": "x" * 4097}), "too-long"),
            (json.dumps({"a" * 255: 1}), None),
            (json.dumps({"a" * 256: 1}), "too-long"),
            (json.dumps({"~" * 128: 1}), "too-long")):
        got = malformed(w, body, c)
        assert (got and got[0]) == want, (body[:40], got)
    w.close()


def h12_a_body_over_64_kib_is_refused_unread():
    # LIMIT_FRONT_BODY_BYTES
    w = World()
    at_limit = b'{"a":"' + b"x" * 4000 + b'"' + b" " * (65536 - 4008) + b"}"
    assert len(at_limit) == 65536 and malformed(w, at_limit) is None
    for length in (b"65537", b"1073741824", b"18446744073709551615"):
        out = w.raw(HEAD + b"Content-Length: " + length + b"\r\n\r\n" +
                    b"x" * 1000)
        assert status_of(out) == 413, (length, out[:80])
        assert b"/problems/body-too-large" in out
        assert b"Connection: close" in out
    out = w.raw(HEAD + b"Content-Length: 18446744073709551616\r\n\r\n")
    assert status_of(out) in (400, 413)
    w.close()


def h12_a_head_over_16_kib_is_refused():
    # LIMIT_FRONT_HEADER_BYTES; what is past LIMIT_FRONT_POOL_BYTES the library
    # refuses by itself.
    w = World()
    fill = 16384 - len(HEAD) - len(b"X: \r\nContent-Length: 2\r\n\r\n")
    for n, want in ((fill, 200), (fill + 1, 431), (20000, 431), (64000, 431)):
        out = w.raw(HEAD + b"X: " + b"y" * n + b"\r\nContent-Length: 2\r\n" +
                    (b"Connection: close\r\n" if n > fill else b"") +
                    b"\r\n{}" + (b"GET /x HTTP/1.0\r\n\r\n"
                                 if n <= fill else b""))
        assert status_of(out) == want, (n, out[:200])
    out = w.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\n" +
                b"".join(b"a%d: b\r\n" % i for i in range(100000)))
    assert status_of(out) in (0, 413, 431), out[:100]
    out = w.raw(b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status_of(out) in (0, 414, 431), out[:100]
    w.close()


def h12_chunks_are_not_taken():
    w = World()
    out = w.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" +
                b"1\r\n{\r\n" * 10)
    assert status_of(out) == 411 and b"Connection: close" in out
    w.close()


def h12_a_slow_sender_has_one_time_for_a_whole_request():
    # LIMIT_FRONT_READ_MS, made short
    w = World("read_ms=1000")
    begin = time.time()
    slow = [w.raw_socket() for _ in range(3)]
    tcp = socket.create_connection(("127.0.0.1", w.port))  # no handshake
    slow[1].sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n")
    slow[2].sendall(HEAD + b"Content-Length: 100\r\n\r\n")
    gone = set()
    while len(gone) < 2 and time.time() < begin + 8:
        for i in (1, 2):
            try:
                slow[i].sendall(b"a")
            except OSError:
                gone.add(i)
        time.sleep(0.1)
    assert gone == {1, 2} and time.time() - begin < 4
    assert w.drain(slow[0]) == b""
    tcp.settimeout(5)
    assert tcp.recv(10) == b""
    tcp.close()
    for s in slow[1:]:
        s.close()
    assert w.ask("GET", "/livez")[0] == 200
    w.close()


def h12_an_idle_connection_ends_and_a_used_one_stays():
    w = World("read_ms=1000")
    c = w.connect()
    for _ in range(5):
        assert w.ask("GET", "/livez", connection=c)[0] == 200
        time.sleep(0.5)
    time.sleep(2)
    try:
        w.ask("GET", "/livez", connection=c)
        raise AssertionError("still open")
    except (OSError, __import__("http.client").client.HTTPException):
        pass
    w.close()


def h12_a_slow_reader_is_cut_off():
    # LIMIT_FRONT_WRITE_MS, made short
    w = World("write_ms=1000")
    with open(w.path("log", "checkpoint"), "wb") as f:
        f.write(b"x" * (16 << 20))
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(("127.0.0.1", w.port))
    s = w.context().wrap_socket(s, server_hostname="localhost")
    s.sendall(b"GET /log/checkpoint HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(3)
    assert len(w.drain(s)) < 16 << 20
    w.close()


def h12_connections_are_counted_per_address():
    # LIMIT_FRONT_PER_ADDRESS, made small
    w = World("per_address=4")
    held = [w.connect() for _ in range(4)]
    for c in held:
        assert w.ask("GET", "/livez", connection=c)[0] == 200
    try:
        w.ask("GET", "/livez")
        raise AssertionError("a fifth was let in")
    except (OSError, ssl.SSLError):
        pass
    held.pop().close()

    def let_in():
        try:
            return w.ask("GET", "/livez")[0] == 200
        except OSError:
            return False
    w.wait(let_in)
    w.close()


def h12_connections_are_counted_in_all():
    # LIMIT_FRONT_CONNECTIONS, made small
    w = World("connections=3", "read_ms=2000")
    held = [w.raw_socket() for _ in range(3)]
    begin = time.time()
    assert w.ask("GET", "/livez")[0] == 200  # waits for a place
    assert time.time() - begin > 0.5
    for s in held:
        s.close()
    w.close()


def h12_descriptors_are_bounded_by_the_connections():
    w = World("connections=10")
    with open("/proc/%d/limits" % w.front.pid) as f:
        row = [r for r in f if r.startswith("Max open files")][0]
    assert row.split()[3] == str(2 * 10 + 64), row  # LIMIT_FRONT_FILES
    w.close()


def h12_a_connection_serves_a_number_of_requests():
    # LIMIT_FRONT_REQUESTS, made small
    w = World("requests=3")
    c = w.connect()
    got = [w.ask("GET", "/livez", connection=c)[1]["Connection"]
           for _ in range(3)]
    assert got == [None, None, "close"], got
    w.close()


def h12_requests_at_the_gate_are_counted():
    # LIMIT_FRONT_OUTSTANDING, made small
    w = World("outstanding=2", "gate_ms=1500")
    results = []

    def ask():
        results.append(w.ask("POST", "/v1/requests", {"do": "silent"})[0])
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for t in threads:
        t.start()
    time.sleep(0.5)
    status, headers, text = w.ask("POST", "/v1/requests", {"a": 1})
    assert (status, code_of(text)) == (503, "overloaded")
    assert headers["Retry-After"] == "1"
    for t in threads:
        t.join()
    assert results == [504, 504]
    w.echo({"a": 1})
    w.close()


def h12_memory_stays_flat():
    w = World()
    c = w.connect()
    body = json.dumps({"a": {str(i): "x" * 200 for i in range(250)}})

    def round_of(n):
        for _ in range(n):
            w.ask("POST", "/v1/requests", body, connection=c)
            w.raw(HEAD + b"Content-Length: 99999999\r\n\r\n" + b"x" * 65536)
            malformed(w, '{"a":' + "[" * 60000, c)
    round_of(20)
    before = w.rss_kib()
    round_of(60)
    assert w.rss_kib() < before + 4096, (before, w.rss_kib())
    w.close()


def h13_two_framings_are_refused_and_the_connection_closed():
    w = World()
    second = b"0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    for fields in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                   b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                   b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
                   b"Transfer-Encoding: xchunked\r\n",
                   b"Content-Length: 5\r\nContent-Length: 6\r\n",
                   b"Content-Length: 5\r\nContent-Length: 5\r\n",
                   b"Content-Length: 5, 5\r\n", b"Content-Length: +5\r\n",
                   b"Content-Length: -5\r\n", b"Content-Length: 0x5\r\n",
                   b"Content-Length: 05\r\n", b"Content-Length: \r\n",
                   b"Content-Length : 5\r\n"):
        out = w.raw(HEAD + fields + b"\r\n" + second)
        assert status_of(out) in (0, 400, 411, 501), (fields, out[:200])
        assert b'"live"' not in out, (fields, out)
    w.close()


def h13_only_cr_lf_ends_a_line():
    w = World()
    good = b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n"
    assert status_of(w.raw(good + b"Q\r\n\r\n")) == 200
    ends = [i for i in range(len(good)) if good[i:i + 2] == b"\r\n"]
    for i in ends:
        bad = good[:i] + good[i + 1:]  # this one line ends with a bare LF
        out = w.raw(bad + b"\r\n\r\n")
        assert status_of(out) in (0, 400), (bad, out[:200])
        assert b"200 OK" not in out
        bad = good[:i] + b" " + good[i + 1:]  # white space instead of the CR
        assert b"200 OK" not in w.raw(bad + b"\r\n\r\n"), bad
        bad = good[:i + 1] + good[i + 2:]  # a bare CR
        assert b"200 OK" not in w.raw(bad + b"\r\n\r\n"), bad
    w.close()


def h13_folded_lines_and_odd_white_space_are_refused():
    w = World()
    for head in (b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nA: b\r\n\tc\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\n Host: x\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost : x\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nA\x00B: y\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nA: y\x00z\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nA: y\x01z\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nA(B: y\r\n\r\n",
                 b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"GET /livez  HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"GET /livez HTTP/1.1 \r\nHost: x\r\n\r\n",
                 b"GET\t/livez HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"GET /li vez HTTP/1.1\r\nHost: x\r\n\r\n"):
        out = w.raw(head + b"\r\n\r\n")
        assert b" 200 " not in out, (head, out[:200])
        assert status_of(out) in (0, 400, 505), (head, out[:200])
    w.close()


def h13_only_http_1_1_with_one_host():
    w = World()
    for head in (b"GET /livez\r\n\r\n", b"GET /livez HTTP/0.9\r\n\r\n",
                 b"GET /livez HTTP/1.0\r\nHost: x\r\n\r\n",
                 b"GET /livez HTTP/2.0\r\nHost: x\r\n\r\n",
                 b"GET /livez http/1.1\r\nHost: x\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\n\r\n",
                 b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\r\n\r\n",
                 b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n",
                 b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"):
        out = w.raw(head + b"GET /x")
        assert b" 200 " not in out and status_of(out) in (0, 400, 501, 505), \
            (head, out[:200])
    w.close()


def h13_pipelined_requests_are_answered_in_order_one_at_a_time():
    w = World()
    one = HEAD + b"X-Request-ID: %d\r\nContent-Length: 9\r\n\r\n"
    s = w.raw_socket()
    s.sendall(b"".join(one % i + b'{"a": %2d}' % (i,) for i in range(10, 30)))
    s.sendall(b"GET /livez HTTP/1.0\r\nHost: x\r\n\r\n")
    out = w.drain(s)
    ids = [int(p.split(b"\r\n")[0]) for p in out.split(b"X-Request-ID: ")[1:21]]
    assert ids == list(range(10, 30)), out[-500:]
    assert out.count(b'"batch":1,') == 20
    w.close()


def h13_plain_http_gets_nothing():
    w = World()
    s = socket.create_connection(("127.0.0.1", w.port))
    s.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    s.settimeout(5)
    try:
        assert b"HTTP" not in s.recv(1000)
    except ConnectionResetError:
        pass
    s.close()
    w.close()


def h14_text_that_is_no_text_is_refused():
    w = World()
    for body, want in (
            (b'{"a":"\xff"}', "bad-utf8"), (b'{"a":"\xc0\x80"}', "bad-utf8"),
            (b'{"a":"\xed\xa0\x80"}', "bad-utf8"),
            (b'{"\xf5\x80\x80\x80":1}', "bad-utf8"),
            (b'{"a":"\\u0000"}', "bad-utf8"), (b'{"\\u0000":1}', "bad-utf8"),
            (b'{"a":"\\ud800"}', "not-json"),
            (b'{"a":"\\udc00\\ud800"}', "not-json"),
            (b'{"a":"x\x00y"}', "not-json"), (b'{"a":1}\x00', None),
            (b'\xef\xbb\xbf{"a":1}', "not-json"), (b'{"a":"\x01"}', None),
            (b'{"a\\u0009b":1}', "bad-name"), (b'{"a\\u007f":1}', "bad-name"),
            (b"", "not-json"), (b"{", "not-json"), (b'{"a":1,}', "not-json"),
            (b"{'a':1}", "not-json"), (b'{"a":01}', "not-json"),
            (b'{"a":NaN}', "not-json"), (b'{"a":Infinity}', "not-json"),
            (b'{"a":+1}', "not-json"), (b'{"a":.5}', "not-json"),
            (b'{"a":1}//x', "trailing-data"), (b"\x00" * 100, None)):
        got = malformed(w, body)
        assert got is not None, body
        assert want is None or got[0] == want, (body, got)
    w.close()


def h14_numbers_that_do_not_survive_are_refused():
    w = World()
    for body, want in (('{"a":1e400}', "bad-number"),
                       ('{"a":-1e400}', "bad-number"),
                       ('{"a":-0}', "bad-number"), ('{"a":[-0]}', "bad-number"),
                       ('{"a":-0.0}', "bad-number"),
                       ('{"a":-0e5}', "bad-number"),
                       ('{"a":9007199254740992}', "bad-number"),
                       ('{"a":9007199254740993}', "bad-number"),
                       ('{"a":-9007199254740992}', "bad-number"),
                       ('{"a":99999999999999999999}', "bad-number"),
                       ('{"a":9007199254740991}', None),
                       ('{"a":-9007199254740991}', None),
                       ('{"a":"-0"}', None), ('{"a":-0.5}', None)):
        got = malformed(w, body)
        assert (got and got[0]) == want, (body, got)
    w.close()


def h14_a_refusal_repeats_nothing_that_was_written():
    w = World()
    for body in ('{"DOE":1,"DOE":2}', '{"a":DOE}', '{"a":"DOE"} DOE'):
        assert "DOE" not in "".join(malformed(w, body)), body
    assert malformed(w, json.dumps({"a": {"b": "x" * 5000}}))[1] == "/a/b"
    w.close()


main(sys.modules[__name__])
