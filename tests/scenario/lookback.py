"""`stile lookback` on made-up logs in many agencies' shapes, and on a real one.

usage: lookback.py [--write]    --write: take what it prints as expected
Environment: STILE, the program; ROOT, the source. Standard library only.
"""
import html.parser
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

STILE = os.environ.get("STILE", "build/stile")
ROOT = pathlib.Path(os.environ.get("ROOT", pathlib.Path(__file__).parents[2]))
CASES = ROOT / "tests" / "cases" / "lookback"
REAL = ROOT / "data" / "alpr_audit" / "eugene_or_pd_2025.csv"
VOID = {"meta", "br"}


def lookback(*words, text=None, expect=0):
    done = subprocess.run([STILE, "lookback", *map(str, words), "--packs", str(ROOT / "packs")],
                          input=text, capture_output=True, timeout=120)
    assert done.returncode == expect, (done.returncode, done.stderr.decode())
    return done


def document(*words, **more):
    return json.loads(lookback(*words, "--json", "--quiet", **more).stdout)


def words_of(case):
    mapping = case.with_suffix(".map")
    return [case] + (["--map", mapping] if mapping.exists() else [])


def each_shape_comes_to_what_is_expected():
    for case in sorted(CASES.glob("*.csv")):
        got = document(*words_of(case))
        expected = case.with_suffix(".json")
        if "--write" in sys.argv:
            expected.write_text(json.dumps(got, indent=1, ensure_ascii=False) + "\n")
        assert got == json.loads(expected.read_text()), f"{case.name}: {json.dumps(got)}"
        assert sum(got["verdicts"].values()) == got["rows"], case.name
        assert sum(c["rows"] for c in got["reasons"]) == got["rows"], case.name


def a_real_log_of_4294_look_ups_is_almost_all_refused():
    got = document(REAL)
    assert got["rows"] == 4294, got["rows"]
    assert got["officers"] == 147
    assert got["grounds"] == {"none": 4270, "case_number": 4, "wanted": 20, "withheld": 0}
    assert got["verdicts"]["refused"] == 4270 and got["verdicts"]["permitted-if-confirmed"] == 24
    assert got["rules"][0]["rule"] == "ground-missing" and got["rules"][0]["rows"] == 4270


def the_columns_guessed_are_printed():
    text = lookback(CASES / "networks.csv", "--columns").stdout.decode()
    assert "Search_Time  (guessed)" in text and "time frame" in text, text
    text = lookback(CASES / "networks.csv").stdout.decode()
    assert "(guessed)" in text and "What the log cannot tell" in text


def standard_input_is_read():
    got = document("-", text=(CASES / "reasons.csv").read_bytes())
    assert got["rows"] == 9


class Page(html.parser.HTMLParser):
    """Well-formed, no scripts, nothing from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.text, self.heads = [], set(), [], 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in {"script", "img", "link", "iframe", "object", "form"}, tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name != "src", name
            assert name != "href" or value.startswith("#"), value
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.add(attributes["id"])
        self.heads += tag == "th" and "scope" in attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text.append(data)


def the_page_is_well_formed_and_stands_alone():
    for case in [REAL, *sorted(CASES.glob("*.csv"))]:
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "page.html")
            lookback(*words_of(case), "--html", out, "--quiet")
            text = out.read_text("utf-8")
        page = Page()
        page.feed(text)
        assert not page.open, page.open
        assert page.heads > 10 and "caption" in text
        assert "url(" not in text and "http" not in text.replace("http-equiv", "")
        assert "<script" not in text
    assert lookback(REAL, "--html", "-").stdout.startswith(b"<!doctype html>")


def no_officer_and_no_rare_text_is_shown():
    out = lookback(REAL, "--html", "-").stdout.decode()
    out += lookback(REAL).stdout.decode() + json.dumps(document(REAL))
    for word in ("u001", "u147", "pattern of life", "Dragnet", "2510494", "intimidation"):
        assert word not in out, word


def p12_a_wrong_mapping_or_file_is_told_and_nothing_is_written():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "page.html")
        bad = lookback(CASES / "broken.csv", "--map", CASES / "bad.map", "--html", out, expect=2)
        assert b"warum" in bad.stderr and b'"why"' in bad.stderr, bad.stderr
        nothing = pathlib.Path(folder, "empty.csv")
        nothing.write_text("")
        assert b"is empty" in lookback(nothing, expect=2).stderr
        nothing.write_text("reason,user\n")
        assert b"no rows" in lookback(nothing, expect=2).stderr
        nothing.write_bytes(b"PK\3\4" + bytes(99))
        assert b"Excel" in lookback(nothing, expect=2).stderr
        nothing.write_text("a,2025-01-02,theft\n")
        assert b"header = false" in lookback(nothing, expect=2).stderr
        nothing.write_text("alpha,beta\n1,2\n")
        assert b"columns = {" in lookback(nothing, expect=2).stderr
        assert b"no such file" in lookback("absent.csv", expect=3).stderr
        lookback(REAL, "--html", pathlib.Path(folder, "no", "page.html"), expect=3)
        assert not out.exists()


def rows_of(count):
    reasons = ["UUV", "investigation", "warrant", "25-%06d", "theft of %d", ""]
    yield "id,userId,searchDate,cameraCount,reason,caseNumber\n"
    for n in range(count):
        reason = reasons[n % 6]
        yield "%d,u%d,2025-%02d-%02d %02d:%02d:00,%d,%s,%s\n" % (
            n, n % 997, n // 100000 + 1, n // 4000 % 28 + 1, n // 60 % 24, n % 60, n % 500,
            reason % n if "%" in reason else reason, "25-%05d" % n if n % 7 == 0 else "None")


def a_million_rows_from_a_pipe_take_seconds_and_little_memory():
    command = [STILE, "lookback", "-", "--json", "--quiet", "--packs", str(ROOT / "packs")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as stile:
        began = time.monotonic()
        for row in rows_of(1000000):
            stile.stdin.write(row)
        stile.stdin.flush()
        with open(f"/proc/{stile.pid}/status", encoding="ascii") as status:
            peak = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
        stile.stdin.close()
        got = json.load(stile.stdout)
    assert stile.returncode == 0 and got["rows"] == 1000000
    assert time.monotonic() - began < 120, time.monotonic() - began
    # A row is about a hundred bytes, whatever stands in it; sanitizers take more.
    if "asan" not in STILE:
        assert peak < 192 << 10, f"{peak} kB while reading"


def a_mapping_written_by_the_program_serves_it():
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder, "made.map")
        for case in [REAL, *sorted(CASES.glob("*.csv"))]:
            if case.stem == "epochs":
                continue  # it has no header: see below
            made.write_bytes(lookback(case, "--make-map").stdout)
            plain, mapped = document(case), document(case, "--map", made)
            for column in mapped["columns"].values():
                assert not column["guessed"], (case, column)
            for got in (plain, mapped):
                got.pop("columns")
            assert plain == mapped, case
        text = lookback(CASES / "epochs.csv", "--make-map").stdout.decode()
        assert '#3\t"94"' in text and "# header = false" in text, text
        text = text.replace("# header", "header").replace('#\treason = ""', '\treason = "#4"')
        made.write_text(text)
        assert document(CASES / "epochs.csv", "--map", made)["rows"] == 3


def what_was_written_is_said_before_the_report():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "page.html")
        done = subprocess.run([STILE, "lookback", REAL, "--html", out, "--packs", ROOT / "packs"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.stdout.startswith(f"stile lookback: wrote {out}\n4,294 look-ups"), \
            done.stdout[:200]


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


main([each_shape_comes_to_what_is_expected,
      a_real_log_of_4294_look_ups_is_almost_all_refused,
      the_columns_guessed_are_printed, standard_input_is_read,
      the_page_is_well_formed_and_stands_alone,
      no_officer_and_no_rare_text_is_shown,
      p12_a_wrong_mapping_or_file_is_told_and_nothing_is_written,
      a_mapping_written_by_the_program_serves_it,
      what_was_written_is_said_before_the_report,
      a_million_rows_from_a_pipe_take_seconds_and_little_memory])
