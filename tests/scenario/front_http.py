"""Plain behaviour of the front: routes, problems, headers, echo to the gate."""
import json
import sys

from front_world import JSON, World, code_of, main


def a_body_reaches_the_gate_leaf_by_leaf():
    w = World()
    fields = w.echo('{"b":{"c":"x\\ty"},"a/~":[1,true,null],"n":1.5,"e":[]}',
                    headers={**JSON, "Idempotency-Key": "k-1", "traceparent":
                             "00-4bf92f3577b34da6a3ce929d0e0e4736-"
                             "00f067aa0ba902b7-01"})
    assert ["operation", "createRequest"] in fields
    assert ["idempotency", "k-1"] in fields
    assert ["peer", "127.0.0.1"] in fields
    assert any(n == "traceparent" for n, _ in fields)
    assert any(n == "deadline" for n, _ in fields)
    assert [v for n, v in fields if n == "member"] == [
        "s\t/b/c\tx\ty", "i\t/a~1~0/0\t1", "b\t/a~1~0/1\ttrue",
        "0\t/a~1~0/2\t", "n\t/n\t1.5", "a\t/e\t"]
    w.close()


def the_gate_learns_which_certificate_asked():
    import hashlib
    import ssl
    w = World()
    for name in ("alice", "bob"):
        with open(w.ca.path(name + ".crt")) as f:
            der = ssl.PEM_cert_to_DER_cert(f.read())
        want = hashlib.sha256(der).hexdigest()
        assert ["certificate", want] in w.echo({"x": 1}, name=name)
    w.close()


def path_parameters_are_decoded_one_by_one():
    w = World()
    path = "/v1/investigations/2026%2F%C3%84%201/assignments/r-7/end"
    status, _, text = w.ask("POST", path, {})
    assert status == 200
    fields = json.loads(text)["fields"]
    assert [v for n, v in fields if n == "parameter"] == ["2026/\u00c4 1",
                                                         "r-7"]
    for bad in ("%00", "%0a", "%", "%4", "%zz", "%ff", "%C0%AF", "a|b",
                "x" * 129):
        status, _, text = w.ask("GET", "/v1/wanted/" + bad)
        assert (status, code_of(text)) == (400, "bad-target"), (bad, status)
    w.close()


def an_optional_body_may_be_left_out():
    w = World()
    status, _, text = w.ask("POST", "/v1/wanted/7/recall")
    assert status == 200 and "malformed" not in text
    status, _, text = w.ask("POST", "/v1/requests", "", headers=JSON)
    assert status == 200 and "not-json" in text
    w.close()


def the_answer_is_the_gates_with_the_fronts_fields():
    w = World()
    status, headers, _ = w.ask("POST", "/v1/requests", {"status": "201"},
                               headers={**JSON, "X-Request-ID": "abc:1"})
    assert status == 201
    assert headers["Location"] == "/v1/requests/r1"
    assert headers["X-Request-ID"] == "abc:1"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"]
    status, headers, _ = w.ask("POST", "/v1/requests", {"status": "503"},
                               headers={**JSON, "X-Request-ID": "a\tb"})
    assert status == 503 and headers["Retry-After"] == "7"
    assert headers["X-Request-ID"] != "a\tb"
    w.close()


def refusals_are_problem_documents():
    w = World()
    many = {**JSON, "Idempotency-Key": "k" * 129}
    for method, path, body, headers, want in (
            ("GET", "/", None, None, (404, "no-such-path")),
            ("GET", "/v1/requests/", None, None, (404, "no-such-path")),
            ("GET", "//v1/requests/1", None, None, (404, "no-such-path")),
            ("GET", "/v1/requests/1/", None, None, (404, "no-such-path")),
            ("GET", "/v1/requests/1?a=b", None, None, (400, "bad-target")),
            ("GET", "/v1/requests/" + "x" * 1100, None, None,
             (414, "target-too-long")),
            ("DELETE", "/v1/requests/1", None, None, (501, "no-such-method")),
            ("get", "/livez", None, None, (501, "no-such-method")),
            ("PUT", "/v1/requests/1", "{}", None, (501, "no-such-method")),
            ("POST", "/v1/requests/1", None, None,
             (405, "method-not-allowed")),
            ("HEAD", "/v1/requests/1", None, None, (405, None)),
            ("GET", "/v1/requests/1", "{}", None, (400, "body-unwanted")),
            ("POST", "/v1/requests", "{}", {},
             (415, "unsupported-media-type")),
            ("POST", "/v1/requests", "{}", {"Content-Type": "text/plain"},
             (415, "unsupported-media-type")),
            ("POST", "/v1/requests", "{}",
             {"Content-Type": "application/json; charset=latin1"},
             (415, "unsupported-media-type")),
            ("POST", "/v1/requests", "{}",
             {**JSON, "Content-Encoding": "gzip"},
             (415, "unsupported-media-type")),
            ("POST", "/v1/requests", "{}", {**JSON, "Expect": "gold"},
             (417, "expectation-failed")),
            ("POST", "/v1/requests", "{}", many, (400, "bad-header")),
            ("GET", "/log/nothing", None, None, (404, "no-such-path"))):
        status, got, text = w.ask(method, path, body, headers)
        assert status == want[0], (method, path, status, want)
        # A body that is not read would be taken for the next request.
        assert not body or got["Connection"] == "close", (method, path)
        if want[1]:
            assert got["Content-Type"] == "application/problem+json"
            problem = json.loads(text)
            assert problem["status"] == want[0]
            assert code_of(text) == want[1], (method, path, text)
            assert problem["instance"] == got["X-Request-ID"]
    w.close()


def methods_are_listed_by_allow():
    w = World()
    c = w.connect()
    for path, want in (("/v1/requests", "POST, OPTIONS"),
                       ("/v1/requests/1", "GET, OPTIONS"),
                       ("/livez", "GET, HEAD, OPTIONS"),
                       ("*", "GET, HEAD, POST, OPTIONS")):
        status, headers, text = w.ask("OPTIONS", path, connection=c)
        assert (status, headers["Allow"], text) == (204, want, ""), path
    status, headers, _ = w.ask("GET", "/v1/requests", connection=c)
    assert (status, headers["Allow"]) == (405, "POST, OPTIONS")
    assert w.ask("OPTIONS", "/nowhere", connection=c)[0] == 404
    w.close()


def json_is_taken_with_its_charset():
    w = World()
    for kind in ("application/json", "Application/JSON; Charset=UTF-8",
                 'application/json;charset="utf-8"'):
        w.echo("{}", headers={"Content-Type": kind})
    w.close()


def a_connection_is_kept_through_refusals():
    w = World()
    c = w.connect()
    c.connect()
    port = c.sock.getsockname()[1]
    for _ in range(3):
        assert w.ask("GET", "/nope", connection=c)[0] == 404
        assert w.ask("GET", "/livez", connection=c)[0] == 200
        w.echo({"a": 1}, connection=c)
        assert w.ask("HEAD", "/openapi.json", connection=c)[2] == ""
        assert c.sock.getsockname()[1] == port
    w.close()


def a_client_may_wait_for_100_continue():
    w = World()
    s = w.raw_socket()
    s.sendall(b"POST /v1/requests HTTP/1.1\r\nHost: x\r\n"
              b"Content-Type: application/json\r\nContent-Length: 7\r\n"
              b"Expect: 100-continue\r\n\r\n")
    assert s.recv(100).startswith(b"HTTP/1.1 100 ")
    s.sendall(b'{"a":1}')
    assert b"200 OK" in s.recv(65536)
    s.close()
    w.close()


def what_needs_no_gate_works_without_one():
    w = World(gate=False)
    assert w.ask("GET", "/livez")[0] == 200
    status, headers, text = w.ask("GET", "/openapi.json")
    assert status == 200 and json.loads(text)["openapi"].startswith("3.1")
    status, headers, text = w.ask("GET", "/readyz")
    assert (status, code_of(text)) == (503, "gate-unavailable")
    assert headers["Retry-After"]
    w.start_gate()
    w.wait(lambda: w.ask("GET", "/readyz")[0] == 200)
    w.close()


main(sys.modules[__name__])
