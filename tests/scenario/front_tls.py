"""Who may speak to the front; hostile input 16 and the TLS settings."""
import os
import shutil
import ssl
import subprocess
import sys
import time

from front_world import Authority, World, authority, code_of, main


def is_let_in(w, name="alice", ca=None, context=None):
    try:
        c = w.connect(name, ca, context)
        return w.ask("GET", "/livez", connection=c)[0] == 200
    except (OSError, ssl.SSLError):
        return False
    except __import__("http.client").client.HTTPException:
        return False


def h16_only_clients_of_the_authority_get_in():
    w = World()
    other = authority("Another authority")
    same_name = Authority(w.path("twin"), "Test authority")
    same_name.issue("alice")
    context = w.context(None)
    context.load_cert_chain(other.path("alice.crt"), other.path("alice.key"))
    assert not is_let_in(w, context=context)
    context = w.context(None)
    context.load_cert_chain(same_name.path("alice.crt"),
                            same_name.path("alice.key"))
    assert not is_let_in(w, context=context)
    assert not is_let_in(w, context=w.context(None))
    assert not is_let_in(w, name="server")  # is no client certificate
    assert is_let_in(w)
    w.close()


def h16_certificates_out_of_their_time_are_refused():
    w = World()
    now = time.time()
    w.ca.issue("old", start=now - 7200, end=now - 60)
    w.ca.issue("new", start=now + 600, end=now + 7200)
    assert not is_let_in(w, "old")
    assert not is_let_in(w, "new")
    w.close()


def h16_a_certificate_that_expires_ends_its_session():
    w = World()
    w.ca.issue("brief", end=time.time() + 3)
    c = w.connect("brief")
    assert w.ask("GET", "/livez", connection=c)[0] == 200
    w.wait(lambda: not is_let_in(w, "brief"))
    status, headers, text = w.ask("POST", "/v1/requests", {"a": 1},
                                  connection=c)
    assert (status, code_of(text)) == (401, "session-ended")
    assert headers["Connection"] == "close"
    w.close()


def h16_a_revoked_certificate_ends_its_session():
    w = World()
    ca = w.ca
    ca.issue("carol")
    kept, gone = w.connect("alice"), w.connect("carol")
    for c in (kept, gone):
        assert w.ask("GET", "/livez", connection=c)[0] == 200
    new = ca.revoke("carol")
    shutil.copy(new, w.path("tls", "crl.new"))
    os.rename(w.path("tls", "crl.new"), w.path("tls", "crl.pem"))
    w.wait(lambda: "read again" in w.log())
    assert w.ask("GET", "/livez", connection=kept)[0] == 200
    status, headers, text = w.ask("GET", "/readyz", connection=gone)
    assert (status, code_of(text)) == (401, "session-ended")
    assert not is_let_in(w, "carol")
    assert is_let_in(w, "bob")
    # Neither rubbish nor its removal puts the old list out of force.
    with open(w.path("tls", "crl.pem"), "w") as f:
        f.write("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
    w.wait(lambda: "no revocation list" in w.log())
    assert not is_let_in(w, "carol") and is_let_in(w, "bob")
    os.unlink(w.path("tls", "crl.pem"))
    w.wait(lambda: "no such file" in w.log())
    assert not is_let_in(w, "carol") and is_let_in(w, "bob")
    w.close()


def h16_a_revocation_list_past_its_time_lets_nobody_in():
    w = World()
    shutil.copy(w.ca.revoke(seconds=3), w.path("tls", "crl.pem"))
    w.wait(lambda: "read again" in w.log())
    c = w.connect()
    assert w.ask("GET", "/livez", connection=c)[0] == 200
    w.wait(lambda: "out of date" in w.log())
    assert w.ask("GET", "/livez", connection=c)[0] == 401
    assert not is_let_in(w)
    shutil.copy(w.ca.revoke(), w.path("tls", "crl.pem"))
    w.wait(lambda: is_let_in(w))
    w.close()


def h16_a_list_of_another_authority_revokes_nothing():
    w = World()
    other = authority("Another authority")
    shutil.copy(other.revoke("bob"), w.path("tls", "crl.pem"))
    w.wait(lambda: "no revocation list of the authority" in w.log())
    assert is_let_in(w, "bob")
    w.close()


def chains_and_pem_files_are_limited():
    from front_world import HOST
    w = World()
    with open(w.ca.path("ca.crt")) as f:
        ca = f.read()
    with open(w.ca.path("alice.crt")) as f:
        alice = f.read()
    for n, want in ((8, True), (9, False)):  # LIMIT_FRONT_CHAIN
        with open(w.path("chain.crt"), "w") as f:
            f.write(alice + ca * (n - 1))
        context = w.context(None)
        context.load_cert_chain(w.path("chain.crt"), w.ca.path("alice.key"))
        assert is_let_in(w, context=context) == want, n
    with open(w.path("tls", "ca.crt"), "a") as f:
        f.write("#" * (4 << 20))  # LIMIT_FRONT_PEM_BYTES
    r = subprocess.run([HOST, w.dir], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=20)
    assert r.returncode == 1 and b"ca.crt: too large" in r.stderr, r.stderr
    w.close()


def tls_below_1_2_and_weak_suites_are_refused():
    w = World()

    def handshake(*options):
        r = subprocess.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:%d" % w.port,
             "-CAfile", w.ca.path("ca.crt"), "-cert", w.ca.path("alice.crt"),
             "-key", w.ca.path("alice.key"), *options], input=b"",
            capture_output=True, timeout=20)
        return b"Cipher is (NONE)" not in r.stdout and \
            b"Verify return code: 0" in r.stdout
    weak = "ALL:@SECLEVEL=0"
    assert handshake("-tls1_3") and handshake("-tls1_2")
    assert not handshake("-tls1_1", "-cipher", weak)
    assert not handshake("-tls1", "-cipher", weak)
    for suite in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256",
                  "AES128-GCM-SHA256", "NULL", "DHE-RSA-AES128-GCM-SHA256"):
        assert not handshake("-tls1_2", "-cipher", suite + ":@SECLEVEL=0"), \
            suite
    w.close()


def a_client_cannot_renegotiate():
    w = World()
    r = subprocess.run(
        ["openssl", "s_client", "-tls1_2", "-connect",
         "127.0.0.1:%d" % w.port, "-cert", w.ca.path("alice.crt"), "-key",
         w.ca.path("alice.key")],
        input=b"R\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n",
        capture_output=True, timeout=20)
    assert b'"live"' not in r.stdout
    assert is_let_in(w)
    w.close()


def a_front_without_its_files_does_not_start():
    from front_world import HOST
    w = World()
    for name in ("server.crt", "server.key", "ca.crt"):
        os.rename(w.path("tls", name), w.path("tls", "away"))
        r = subprocess.run([HOST, w.dir], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=20)
        assert r.returncode == 1 and name.encode() in r.stderr, r.stderr
        os.rename(w.path("tls", "away"), w.path("tls", name))
    with open(w.path("tls", "crl.pem"), "w") as f:
        f.write("rubbish")
    r = subprocess.run([HOST, w.dir], stdin=subprocess.DEVNULL,
                       capture_output=True, timeout=20)
    assert r.returncode == 1 and b"crl.pem" in r.stderr
    w.close()


main(sys.modules[__name__])
