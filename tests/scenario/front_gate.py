"""The front and its gate: batches, deaths, deadlines, broken frames, the end."""
import json
import signal
import sys
import threading
import time

from front_world import JSON, World, code_of, main


def in_threads(w, bodies, name="alice"):
    """Ask all at once, each on its own open connection: [(status, text)]."""
    results = [None] * len(bodies)
    connections = [w.connect(name) for _ in bodies]
    for c in connections:
        w.ask("GET", "/livez", connection=c)

    def ask(i):
        try:
            status, headers, text = w.ask("POST", "/v1/requests", bodies[i],
                                          connection=connections[i])
            results[i] = (status, headers, text)
        except Exception as e:
            results[i] = (0, {}, repr(e))
    threads = [threading.Thread(target=ask, args=(i,))
               for i in range(len(bodies))]
    for t in threads:
        t.start()
    return threads, results


def requests_of_many_connections_reach_the_gate_in_batches():
    w = World()
    sockets = [w.raw_socket() for _ in range(16)]
    time.sleep(0.2)
    w.front.send_signal(signal.SIGSTOP)
    w.wait(lambda: w.state() == "T")
    for s in sockets:
        s.sendall(b"POST /v1/requests HTTP/1.1\r\nHost: x\r\n"
                  b"Content-Type: application/json\r\n"
                  b"Content-Length: 2\r\nConnection: close\r\n\r\n{}")
    w.front.send_signal(signal.SIGCONT)
    batches = [json.loads(w.drain(s).split(b"\r\n\r\n")[1])["batch"]
               for s in sockets]
    assert max(batches) >= 8, batches
    w.close()


def requests_at_a_gate_that_dies_get_gate_restarted():
    w = World()
    threads, results = in_threads(w, [{"do": "silent"}] * 3)
    time.sleep(0.3)
    w.stop_gate()
    for t in threads:
        t.join()
    for status, headers, text in results:
        assert (status, code_of(text)) == (503, "gate-restarted")
        assert headers["Retry-After"] == "1"
        assert "same Idempotency-Key" in json.loads(text)["detail"]
    status, headers, text = w.ask("POST", "/v1/requests", {"a": 1})
    assert (status, code_of(text)) == (503, "gate-unavailable")
    w.start_gate()
    w.wait(lambda: w.ask("GET", "/readyz")[0] == 200, 3)
    w.close()


def a_gate_that_exits_on_a_request_is_found_again():
    w = World()
    for _ in range(3):
        status, _, text = w.ask("POST", "/v1/requests", {"do": "die"})
        assert (status, code_of(text)) == (503, "gate-restarted")
        w.gate.wait()
        w.gate.stdout.close()
        w.start_gate()
        w.wait(lambda: w.ask("GET", "/readyz")[0] == 200, 3)
        w.echo({"a": 1})
    w.close()


def a_gate_that_was_long_away_is_found_within_a_second():
    w = World()
    w.stop_gate()
    time.sleep(2.5)  # the wait between two tries has reached its limit
    w.start_gate()
    begin = time.time()
    time.sleep(1.2)  # LIMIT_FRONT_RETRY_MS, with nobody asking meanwhile
    assert w.ask("GET", "/readyz")[0] == 200 and time.time() - begin < 3
    w.close()


def a_silent_gate_gives_504_and_its_late_answer_is_dropped():
    # LIMIT_FRONT_GATE_MS, made short
    w = World("gate_ms=500")
    begin = time.time()
    status, headers, text = w.ask("POST", "/v1/requests", {"do": "late"})
    assert (status, code_of(text)) == (504, "gate-timeout")
    assert 0.4 < time.time() - begin < 2 and headers["Retry-After"]
    # The late answer comes now, to a slot that is in use again.
    assert ["member", "i\t/a\t1"] in w.echo({"a": 1})
    assert ["member", "i\t/a\t2"] in w.echo({"a": 2})
    w.close()


def a_broken_gate_frame_closes_the_channel():
    for what in ("garbage", "kind", "id", "header"):
        w = World()
        threads, results = in_threads(w, [{"do": "silent"}])
        time.sleep(0.2)
        status, _, text = w.ask("POST", "/v1/requests", {"do": what})
        assert (status, code_of(text)) == (503, "gate-restarted"), what
        threads[0].join()
        assert results[0][0] == 503, what
        w.wait(lambda: w.ask("GET", "/readyz")[0] == 200, 3)
        w.close()
    w = World()
    for status in ("199", "600", "0"):
        got, _, text = w.ask("POST", "/v1/requests", {"status": status})
        assert got == 503 and code_of(text) == "gate-restarted", status
        w.wait(lambda: w.ask("GET", "/readyz")[0] == 200, 3)
    w.close()


def a_client_that_leaves_does_not_disturb_the_rest():
    w = World("gate_ms=1000")
    for _ in range(5):
        s = w.raw_socket()
        s.sendall(b"POST /v1/requests HTTP/1.1\r\nHost: x\r\n"
                  b"Content-Type: application/json\r\n"
                  b'Content-Length: 15\r\n\r\n{"do":"silent"}')
        time.sleep(0.05)
        s.close()
    w.echo({"a": 1})
    time.sleep(1.5)
    w.echo({"a": 1})
    w.close()


def the_end_waits_for_what_is_under_way():
    w = World("gate_ms=1500")
    threads, results = in_threads(w, [{"do": "late"}, {"do": "silent"}])
    idle = w.connect()
    assert w.ask("GET", "/livez", connection=idle)[0] == 200
    time.sleep(0.3)
    w.front.send_signal(signal.SIGTERM)
    for t in threads:
        t.join()
    assert [r[0] for r in results] == [504, 504]
    assert all(r[1]["Connection"] == "close" for r in results)
    assert w.front.wait(timeout=5) == 0
    try:
        w.connect().connect()
        raise AssertionError("still accepts")
    except OSError:
        pass
    w.close()


def nothing_is_lost_at_the_end_under_load():
    w = World()
    stop = threading.Event()
    bad = []
    answered = [0]

    def load():
        c = w.connect()
        n = 0
        while not stop.is_set():
            try:
                status, headers, text = w.ask(
                    "POST", "/v1/requests", {"n": n}, connection=c)
                n += 1
                if status != 200:
                    bad.append((status, text))
                answered[0] += 1
                if headers["Connection"] == "close":
                    return
            except (OSError, __import__("http.client").client.HTTPException):
                return  # closed while idle: it was never read
    threads = [threading.Thread(target=load) for _ in range(8)]
    for t in threads:
        t.start()
    time.sleep(0.7)
    w.front.send_signal(signal.SIGTERM)
    assert w.front.wait(timeout=10) == 0
    stop.set()
    for t in threads:
        t.join()
    assert not bad and answered[0] > 50, (bad, answered)
    w.close()


def the_parents_end_is_the_fronts_end():
    w = World()
    w.front.stdin.close()
    assert w.front.wait(timeout=5) == 0
    w.close()


def the_end_comes_even_when_a_client_holds_on():
    # LIMIT_FRONT_DRAIN_MS, made short
    w = World("drain_ms=700", "gate_ms=20000")
    s = w.raw_socket()
    s.sendall(b"POST /v1/requests HTTP/1.1\r\nHost: x\r\n")
    threads, results = in_threads(w, [{"do": "silent"}])
    time.sleep(0.2)
    begin = time.time()
    assert w.stop() == 0 and time.time() - begin < 3
    threads[0].join()
    s.close()
    w.close()


main(sys.modules[__name__])
