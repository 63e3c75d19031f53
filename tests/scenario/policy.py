"""`stile policy`: the cases of tests/cases/policy, and what a case cannot say.

usage: policy.py [--write]    --write: take what it prints as expected
Environment: STILE, the program; ROOT, the source. Standard library only.
"""
import json
import os
import pathlib
import pty
import shlex
import stat
import subprocess
import sys
import tempfile
import time

STILE = os.path.abspath(os.environ.get("STILE", "build/stile"))
ROOT = pathlib.Path(os.environ.get("ROOT", pathlib.Path(__file__).parents[2]))
CASES = ROOT / "tests" / "cases" / "policy"
ENV = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80"}


def policy(*words, cwd=None, text=None, expect=0):
    done = subprocess.run([STILE, "policy", *map(str, words)], cwd=cwd, input=text,
                          capture_output=True, timeout=300, env=ENV)
    assert expect is None or done.returncode == expect, (words, done.returncode, done.stderr)
    return done


class Block:
    """A line "== WORD REST" and the lines after it."""

    def __init__(self, line):
        self.word, _, self.rest = line[3:].rstrip("\n").partition(" ")
        self.lines = []

    def text(self):
        return "".join(self.lines)


def blocks_of(path):
    blocks = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if line.startswith("== "):
            blocks.append(Block(line))
        else:
            blocks[-1].lines.append(line)
    return blocks


def run_case(path):
    """Returns the case as it came out: the same text when all is as expected."""
    blocks = blocks_of(path)
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for at, block in enumerate(blocks):
            if block.word == "file":
                file = pathlib.Path(folder, block.rest)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text(), "utf-8")
                out.append(f"== file {block.rest}\n{block.text()}")
            elif block.word == "run":
                given = blocks[at + 1] if blocks[at + 1:] and blocks[at + 1].word == "in" else None
                done = policy(*shlex.split(block.rest), cwd=folder, expect=None,
                              text=given.text().encode() if given else b"")
                out.append(f"== run {block.rest}\n")
                if given:
                    out.append(f"== in\n{given.text()}")
                for name, text in (("out", done.stdout), ("err", done.stderr)):
                    if text:
                        assert text.endswith(b"\n"), (path.name, block.rest, text)
                        out.append(f"== {name}\n{text.decode()}")
                if done.returncode != 0:
                    out.append(f"== exit {done.returncode}\n")
            else:
                assert block.word in {"in", "out", "err", "exit"}, (path.name, block.word)
    return "".join(out)


def each_case_prints_what_is_expected():
    wrong = []
    for path in sorted(CASES.glob("*.case")):
        got = run_case(path)
        if "--write" in sys.argv:
            path.write_text(got, "utf-8")
        want = path.read_text("utf-8")
        if got != want:
            pairs = zip(got.splitlines() + [""], want.splitlines() + [""])
            first = next((pair for pair in pairs if pair[0] != pair[1]), None)
            wrong.append(f"{path.name}: it printed {first[0]!r}, expected {first[1]!r}")
    assert not wrong, "\n# ".join(wrong)


def samples(suffix):
    found = sorted(ROOT.glob("packs/*/*" + suffix)) + sorted(ROOT.glob("tests/cedar/*/*/*" + suffix))
    assert found
    return found


def policies_come_back_from_json_the_same():
    for path in samples(".cedar"):
        first = policy("convert", path, "--compact").stdout
        text = policy("convert", "-", "--to", "text", text=first).stdout
        assert policy("convert", "-", "--compact", text=text).stdout == first, path
        assert policy("format", "-", text=text).stdout == text, path


def schemas_come_back_from_json_the_same():
    for path in samples(".cedarschema"):
        first = policy("convert", path, "--compact").stdout
        text = policy("convert", "-", "--to", "text", text=first).stdout
        again = policy("convert", "-", "--to", "json", "--compact", text=text).stdout
        assert json.loads(again) == json.loads(first), path
        first = policy("convert", path, "--resolved").stdout
        assert policy("convert", "-", "--to", "json", "--resolved", text=first).stdout == first
        policy("convert", "-", text=first)


def entities_come_back_from_text_the_same():
    for path in sorted(ROOT.glob("tests/cedar/sample-data/*/entities.json")):
        text = policy("convert", path).stdout
        data = policy("convert", "-", "--compact", text=text).stdout
        assert policy("convert", "-", text=data).stdout == text, path


def formatting_again_changes_nothing():
    for path in samples(".cedar"):
        once = policy("format", path).stdout
        assert policy("format", "-", text=once).stdout == once, path
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "p.cedar")
            file.write_bytes(once)
            policy("format", "--check", file)


def format_writes_a_file_as_a_whole_and_leaves_its_mode_and_links():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "p.cedar")
        link = pathlib.Path(folder, "link.cedar")
        file.write_text("permit(principal,action,resource);")
        file.chmod(0o600)
        link.symlink_to("p.cedar")
        assert b"not formatted" in policy("format", "--check", link, expect=1).stdout
        assert b"formatted" in policy("format", "-w", link).stdout
        assert link.is_symlink()
        assert file.read_text() == "permit (principal, action, resource);\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert policy("format", "-w", link).stdout == b""
        assert sorted(p.name for p in pathlib.Path(folder).iterdir()) == ["link.cedar", "p.cedar"]


def p12_a_file_that_does_not_parse_is_left_as_it_is():
    with tempfile.TemporaryDirectory() as folder:
        good, bad = pathlib.Path(folder, "good.cedar"), pathlib.Path(folder, "bad.cedar")
        good.write_text("permit(principal,action,resource);")
        bad.write_text("permit(principal,action);")
        done = policy("format", "-w", bad, good, expect=2)
        assert b"bad.cedar:1:24" in done.stderr, done.stderr
        assert bad.read_text() == "permit(principal,action);"
        assert good.read_text() == "permit (principal, action, resource);\n"


def on_a_terminal(*words, **more):
    """What it prints with standard output on a terminal."""
    leader, follower = pty.openpty()
    env = {**ENV, "TERM": "xterm", **more}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in more else None
    child = subprocess.Popen([STILE, "policy", *map(str, words)], stdout=follower, stderr=follower,
                             stdin=subprocess.DEVNULL, env=env)
    os.close(follower)
    text = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    child.wait()
    os.close(leader)
    return text


def colour_is_for_terminals_alone():
    words = ["explain", "-p", ROOT / "packs" / "federal" / "policies.cedar", "-l", 'Requester::"r"',
             "-a", 'Action::"see"', "-r", 'Field::"f"']
    assert b"\033[31m" in on_a_terminal(*words)
    assert b"\033" not in on_a_terminal(*words, NO_COLOR="1")
    assert b"\033" not in on_a_terminal(*words, "--no-color")
    assert b"\033" not in on_a_terminal(*words, TERM="dumb")
    plain = policy(*words, expect=1).stdout
    assert b"\033" not in plain and b"use-not-open" in plain


def packs_and_the_official_tests_pass():
    done = policy("test", ROOT / "packs")
    assert done.stdout.endswith(b" passed, 0 failed\n"), done.stdout
    assert int(done.stdout.split()[0]) >= 40
    done = policy("test", ROOT / "tests" / "cedar" / "tests")
    assert done.stdout == b"96 passed, 0 failed\n", done.stdout


def h12_folders_that_lead_to_themselves_end():
    """LIMIT_POLICY_FOLDERS: what lies deeper is not looked for."""
    case = ('[{"name": "c", "request": {"principal": "A::\\"a\\"", "action": "Action::\\"b\\"", '
            '"resource": "C::\\"c\\"", "context": {}}, "entities": [], "decision": "deny", '
            '"reason": [], "num_errors": 0}]')
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "policies.cedar").write_text("")
        pathlib.Path(folder, "cases.json").write_text(case)
        pathlib.Path(folder, "loop").symlink_to(".")
        assert policy("test", folder).stdout == b"8 passed, 0 failed\n"


def the_packs_are_formatted_and_validate():
    for pack in sorted((ROOT / "packs").iterdir()):
        policy("check", pack / "policies.cedar", "--schema", pack / "schema.cedarschema",
               "--deny-warnings", "--level", "1")


def h12_any_bytes_get_a_message_and_an_exit_code():
    cases = [b"", b"\x00", b"\xff\xfe", b"{" * 5000, b"[" * 5000, b"(" * 5000, b'{"a":' * 3000,
             b"permit" * 1000, b'"' * 999, b"[{ uid: " * 999, b"@" * 99, b"{}", b"[]", b"{", b"["]
    verbs = [["check", "-"], ["format", "-"], ["convert", "-"], ["eval", "-", "-p", "/dev/null"],
             ["eval", "-", "-p", os.devnull, "--json"]]
    for text in cases:
        for words in verbs:
            done = policy(*words, text=text, expect=None)
            assert done.returncode in {0, 1, 2, 3}, (words, text[:20], done.returncode)
            assert done.returncode == 0 or done.stdout or done.stderr, (words, text[:20])


def p12_explaining_ten_thousand_policies_takes_a_moment():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "many.cedar")
        file.write_text("".join(
            f'permit (principal == User::"u{n}", action, resource) when {{ context.n == {n} }};\n'
            for n in range(10000)) + "permit (principal, action, resource) when { context.n > 5 };")
        began = time.monotonic()
        done = policy("explain", "-p", file, "-l", 'User::"x"', "-a", 'Action::"a"', "-r", 'D::"d"',
                      expect=1)
        assert b"9992 more" in done.stdout and b"policy10000" in done.stdout, done.stdout[-300:]
        assert time.monotonic() - began < 30


def main(tests):
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {test.__name__}", flush=True)
        except Exception as error:  # noqa: BLE001 - said, counted, and on
            failed += 1
            print(f"# {type(error).__name__}: {str(error)[:3000]}")
            print(f"not ok {number} {test.__name__}", flush=True)
    sys.exit(failed > 0)


main([each_case_prints_what_is_expected, policies_come_back_from_json_the_same,
      schemas_come_back_from_json_the_same, entities_come_back_from_text_the_same,
      formatting_again_changes_nothing,
      format_writes_a_file_as_a_whole_and_leaves_its_mode_and_links,
      p12_a_file_that_does_not_parse_is_left_as_it_is, colour_is_for_terminals_alone,
      packs_and_the_official_tests_pass, the_packs_are_formatted_and_validate,
      h12_folders_that_lead_to_themselves_end,
      h12_any_bytes_get_a_message_and_an_exit_code,
      p12_explaining_ten_thousand_policies_takes_a_moment])
