"""console/verify.html in a real browser, opened from the disk: good receipts of a
holder that runs, and every way to tamper with one. STILE_PICTURES=DIR keeps
screenshots.
"""
import base64
import contextlib
import json
import os
import pathlib
import re
import sys
import time

import chromium
from holder import (HERE, LICENCE, VIN, Holder, about, all_of, check, equal, main, shared,
                    wait)
from tlog_maker import Key, body_of

PAGE = (HERE.parents[1] / "console/verify.html").as_uri()
PICTURES = os.environ.get("STILE_PICTURES")
_open = []


def page(**options):
    """The page, fresh, in a browser that stays open."""
    if not _open:
        _open.append(chromium.Browser())
    browser = _open[0]
    browser.look(1200, 900)
    browser.open(PAGE)
    return browser


def verify(receipt, vkey="", policy="", browser=None):
    """Fill the form in, submit it as a person does; what is shown."""
    b = browser or page()
    for name, value in (("receipt", receipt), ("vkey", vkey), ("policy", policy)):
        b.run(f"document.getElementById('{name}').value = {json.dumps(value)}")
    b.run("document.getElementById('result').replaceChildren()")
    b.run("document.getElementById('go').click()")
    wait(lambda: b.run("document.querySelector('#result .verdict') !== null"), "a verdict")
    return json.loads(b.run("""JSON.stringify({
        title: document.querySelector('#result strong').textContent,
        reason: document.querySelector('#result .verdict p').textContent,
        steps: [...document.querySelectorAll('.steps li')].map((li) => [li.className,
            li.querySelector('.what').textContent, li.querySelector('.more').textContent]),
        rows: Object.fromEntries([...document.querySelectorAll('#result tr')].map((tr) => [
            tr.querySelector('th').textContent, tr.querySelector('td').textContent])),
    })"""))


def good(*words, **more):
    seen = verify(*words, **more)
    equal(seen["title"], "Verified", seen)
    check(all(step[0] != "no" for step in seen["steps"]), seen["steps"])
    return seen


def bad(why, *words, **more):
    seen = verify(*words, **more)
    equal(seen["title"], "Does not verify", seen)
    check(why in seen["reason"], f"expected {why!r} in {seen['reason']!r}")
    check("vehicle" not in json.dumps(seen["rows"]).lower(), "claims of what is not proven")
    return seen


def vkey_of(h):
    return pathlib.Path(h.path("keys/log.vkey")).read_text()


def a_receipt(h=None, **more):
    h = h or shared()
    answer = h.ask("alice", about(VIN, **more))
    equal(answer.status, 200, answer.text)
    return h, answer


def t4_a_receipt_verifies_and_its_claims_are_shown():
    h, answer = a_receipt()
    seen = good(answer.body["receipt"], vkey_of(h))
    rows = seen["rows"]
    equal(rows["entry"].split(" ")[0], str(answer.body["index"]))
    equal((rows["type"], rows["decision"], rows["holder"]), ("request", "permit", "NYDMV"))
    equal(rows["peer"], "withheld")
    check("alice" in rows["requestor"].lower() or rows["requestor"] == "alice", rows)
    check("1HGCM82633A004352" in rows["subject"], rows["subject"])
    equal([step[0] for step in seen["steps"]], ["ok"] * 4 + ["un"])
    # The whole answer, or a receipt that lost its last newline, do as well.
    good(answer.text, vkey_of(h))
    good(answer.body["receipt"].rstrip("\n"), "\n " + vkey_of(h))


def t4_a_refusal_and_a_refreshed_receipt_verify():
    h = shared()
    refused = h.ask("bob", about(VIN))
    equal(refused.status, 403)
    seen = good(refused.body["receipt"], vkey_of(h))
    equal(seen["rows"]["decision"], "deny")
    text = h.get("alice", f"/v1/receipts/{refused.body['index']}").text
    seen = good(text, vkey_of(h))
    equal(seen["rows"]["reason"], "withheld")


def t4_the_page_and_stile_verify_agree_on_many_sizes():
    h = shared()
    b = page()
    for _ in range(12):
        answer = h.ask("alice", about(LICENCE))
        good(answer.body["receipt"], vkey_of(h), browser=b)
        h.verify(answer.body["receipt"])


def lines_of(receipt):
    return receipt.split("\n")


def with_extra(receipt, change):
    """The receipt with its presentation changed."""
    lines = lines_of(receipt)
    text = change(base64.b64decode(lines[1][6:]).decode())
    lines[1] = "extra " + base64.b64encode(text.encode()).decode()
    return "\n".join(lines)


def disclosure(salt, value):
    return base64.urlsafe_b64encode(json.dumps([salt, value]).encode()).decode().rstrip("=")


def h12_a_receipt_tampered_with_in_any_part_is_named():
    h, answer = a_receipt()
    receipt, key = answer.body["receipt"], vkey_of(h)
    lines = lines_of(receipt)
    at = lines.index("")
    b = page()
    flip = lambda s, i: s[:i] + ("A" if s[i] != "A" else "B") + s[i + 1:]

    def swap(i, line):
        return "\n".join(lines[:i] + [line] + lines[i + 1:])

    for why, text in (
            ("first line", "x" + receipt), ("first line", ""), ("first line", "\n" + receipt),
            ("first line", receipt.replace("@v1", "@v2")),
            ("lead to the signed root", with_extra(receipt, lambda t: t.replace('"permit"', '"refuse"', 1))),
            ("lead to the signed root", swap(3, flip(lines[3], 4))),
            ("no proof of entry", "\n".join(lines[:3] + lines[4:])),
            ("no proof of entry", "\n".join(lines[:4] + lines[3:])),
            ("not a hash", swap(3, "x")), ("not a hash", swap(3, lines[3][:-1])),
            ("index line", swap(2, "index 01")), ("index line", swap(2, "index -1")),
            ("index line", swap(2, "index 9223372036854775808")),
            ("there is no entry", swap(2, "index 9223372036854775806")),
            ("signed by this key", receipt.replace(lines[-2], "\u2014 x AAAAAAA=")),
            ("was changed", swap(at + 2, str(int(lines[at + 2]) + 1))),
            ("was changed", swap(len(lines) - 2, flip(lines[-2], -10))),
            ("no signed checkpoint", swap(at + 2, "0" + lines[at + 2])),
            ("no signed checkpoint", swap(at + 2, str(2 ** 63))),
            ("no signed checkpoint", receipt[:-3]), ("no signed checkpoint", receipt + "\n"),
            ("no signed checkpoint", "\n".join(lines[:at + 1])),
            ("base64", swap(1, "extra ?")), ("does not hold its entry", "\n".join(lines[:1] + lines[2:])),
            ("tilde", with_extra(receipt, lambda t: t[:-1])),
            ("malformed", with_extra(receipt, lambda t: t + "AAAA~")),
            ("malformed", with_extra(receipt, lambda t: t + "~")),
            ("not of this entry", with_extra(receipt, lambda t: t + disclosure("salt", "x") + "~")),
            ("there twice", with_extra(receipt, lambda t: t + t.split("~")[1] + "~")),
            ("not of this entry", with_extra(receipt, lambda t: t.replace(
                t.split("~")[3], disclosure("s", "another person")))),
            ("longer than", receipt + "x" * 300000)):
        bad(why, text, key, browser=b)
    # Cutting a disclosure out withholds it, and the rest still verifies.
    seen = good(with_extra(receipt, lambda t: "~".join(t.split("~")[:1] + t.split("~")[2:])),
                key, browser=b)
    check("withheld" in seen["rows"].values())


def h12_keys_that_are_not_the_logs_are_named():
    h, answer = a_receipt()
    receipt, key = answer.body["receipt"], vkey_of(h).strip()
    b = page()
    other = Key("stile.invalid/NYDMV", b"\1" * 32).vkey()
    name = Key("stile.invalid/NJDMV", b"\1" * 32).vkey()
    for why, text in (("missing", ""), ("not a verifier key", "x"), ("not a verifier key", key[:-2]),
                      ("is not its own", re.sub(r"\+[0-9a-f]{8}\+", "+00000000+", key)),
                      ("not signed by this key", other), ("it is of", name),
                      ("type 0x04", Key("stile.invalid/NYDMV", b"\1" * 32, 4).vkey()),
                      ("type 0x06 (ML-DSA-44)", "stile.invalid/NYDMV+00000000+BgAA")):
        bad(why, receipt, text, browser=b)


def t4_a_quorum_of_witnesses_is_demanded():
    h, answer = a_receipt()
    receipt = answer.body["receipt"]
    w = [Key(f"w{i}.example", bytes([i + 1]) * 32, 4) for i in range(3)]
    lines = "".join(f"witness w{i} {k.vkey()}\n" for i, k in enumerate(w))
    policy = f"# ours\nlog {vkey_of(h).strip()}\n{lines}group g 2 w0 w1 w2\nquorum g\n"
    text = "\n".join(lines_of(receipt.split("\n\n", 1)[1])[:3]) + "\n"
    now = int(time.time())
    b = page()
    bad("quorum is not met: 0 of 3", receipt, vkey_of(h), policy, browser=b)
    one = receipt + w[0].line(text, now)
    bad("quorum is not met: 1 of 3", one, vkey_of(h), policy, browser=b)
    two = one + w[2].line(text, now)
    seen = good(two, "", policy, browser=b)  # the key is the policy's
    check("w0 at 2" in seen["steps"][4][2] and "w2 at 2" in seen["steps"][4][2], seen["steps"])
    other = body_of("stile.invalid/NYDMV", 1, b"\0" * 32)
    bad("witness w1: the signature does not match", two + w[1].line(other, now), vkey_of(h),
        policy, browser=b)
    seen = good(two, vkey_of(h), browser=b)
    check("w0.example, w2.example" in seen["steps"][4][2], seen["steps"])
    good(receipt, vkey_of(h), "quorum none\n", browser=b)
    for why, text in (("no quorum line", lines), ("second quorum", policy + "quorum none\n"),
                      ("line 1: no line above", "quorum x\n"), ("line 1: not a log", "x\n"),
                      ("0x06", "witness a w+01020304+BgAA\nquorum a\n"),
                      ("there already", policy + lines), ("counts once", policy + "group h any w1\n")):
        bad(why, receipt, vkey_of(h), text, browser=b)


def t4_what_the_holder_publishes_with_witnesses_verifies_here(h):
    from witnesses_kit import Witness, policy_of
    w = Witness(h.path("keys/log.vkey")).start()
    try:
        policy = pathlib.Path(policy_of(h, [(w.vkey, w.url())], "all"))
        h.populate()
        _, answer = a_receipt(h)

        def refreshed():
            body = h.get("alice", f"/v1/requests/{answer.body['id']}").body
            return body["receipt"] if "w.example" in body["receipt"] else None

        receipt = wait(refreshed, "a witnessed receipt")
        seen = good(receipt, "", policy.read_text())
        check("w0 at 2" in seen["steps"][4][2], seen["steps"])
        check("1HGCM82633A004352" in seen["rows"]["subject"])
        pictures(page(), receipt, vkey_of(h), policy.read_text(), "witnessed")
    finally:
        w.close()


def h12_a_browser_without_ed25519_proves_nothing():
    h, answer = a_receipt()
    b = page()
    b.run("""crypto.subtle.importKey = () => Promise.reject(
        new DOMException('Algorithm: Unrecognized name', 'NotSupportedError'))""")
    seen = verify(answer.body["receipt"], vkey_of(h), browser=b)
    equal(seen["title"], "Not proven")
    check("no Ed25519" in seen["reason"] and "stile verify" in seen["reason"], seen["reason"])
    check("requestor" not in seen["rows"], "claims of what is not proven")
    broken = with_extra(answer.body["receipt"], lambda t: t.replace('"permit"', '"refuse"', 1))
    bad("lead to the signed root", broken, vkey_of(h), browser=b)


def h12_the_page_asks_nobody_and_runs_nothing_of_a_receipt():
    h, answer = a_receipt(reason="<img src=x onerror=alert(1)><script>evil()</script>")
    b = page()
    b.requests.clear()
    seen = good(answer.body["receipt"], vkey_of(h), browser=b)
    check("<img src=x" in seen["rows"]["reason"], seen["rows"]["reason"])
    check(not b.run("document.querySelector('#result img, #result script') !== null"))
    equal([url for url in b.requests if not url.startswith(("file:", "data:"))], [])
    blocked = b.run("""new Promise((done) => {
        document.addEventListener('securitypolicyviolation', (e) => done(e.violatedDirective));
        fetch('http://127.0.0.1:1/').catch(() => setTimeout(done, 2000, 'not blocked'));
    })""")
    check("connect-src" in blocked or "default-src" in blocked, blocked)


def pictures(b, receipt, vkey, policy, name):
    for width, dark in ((1200, False), (1200, True), (390, False), (390, True)):
        b.look(width, 900, dark)
        verify(receipt, vkey, policy, browser=b)
        # Nothing sticks out to the side.
        check(b.run("document.documentElement.scrollWidth <= innerWidth"), "too wide at", width)
        if PICTURES:
            b.picture(os.path.join(PICTURES, f"{name}-{width}-{'dark' if dark else 'light'}.png"))


def t4_it_reads_well_light_and_dark_wide_and_narrow():
    h, answer = a_receipt()
    b = page()
    pictures(b, answer.body["receipt"], vkey_of(h), "", "good")
    broken = with_extra(answer.body["receipt"], lambda t: t.replace('"permit"', '"refuse"', 1))
    pictures(b, broken, vkey_of(h), "", "bad")
    # Text and its ground are far enough apart (WCAG 2 AA: 4.5 to 1).
    for dark in (False, True):
        b.look(1200, 900, dark)
        verify(answer.body["receipt"], vkey_of(h), browser=b)
        worst = b.run("""(() => {
            const light = (c) => { const v = c.map((x) => { x /= 255;
                return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; });
                return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
            const rgb = (s) => s.match(/[\\d.]+/g).slice(0, 3).map(Number);
            const ground = (e) => { for (; e; e = e.parentElement) {
                const c = getComputedStyle(e).backgroundColor;
                if (!/rgba\\(.*, 0\\)|transparent/.test(c)) return rgb(c); } return [255, 255, 255]; };
            let worst = [21, ''];
            for (const e of document.querySelectorAll('main *')) {
                if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
                const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
                if (ratio < worst[0]) worst = [ratio, e.tagName + '.' + e.className];
            }
            return worst;
        })()""")
        check(worst[0] >= 4.5, worst)


def t4_every_field_has_a_label_and_the_keyboard_is_enough():
    b = page()
    equal(b.run("[...document.querySelectorAll('textarea, input')].every("
                "(e) => e.labels.length || e.getAttribute('aria-label'))"), True)
    equal(b.run("document.documentElement.lang"), "en")
    equal(b.run("document.querySelector('#result').getAttribute('aria-live')"), "polite")


if chromium.find() is None:
    print("1..0 # SKIP no chromium is installed")
    sys.exit(0)
try:
    main(all_of(globals()))
finally:
    for browser in _open:
        with contextlib.suppress(Exception):
            browser.close()
