#!/usr/bin/env python3
"""Drives the page of a running `lapwing serve --demo` in headless Chromium, as a reader would.

    Tests/Browser/page.py PATH-OF-LAPWING [FOLDER-FOR-SCREENSHOTS]

Beside the demo it writes 10,000 series and rules with 1,000 alerts, one of them with markup in its labels. It waits by asking,
never by sleeping, prints a line for each thing that it saw, and ends with status 1 at the first that is not so.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from chromium import Chromium  # noqa: E402

RULES = """
groups:
  - name: page
    interval: 1s
    rules:
      - alert: Markup
        expr: page_markup > 2
        labels: {severity: critical}
        annotations: {summary: "<img src=x onerror=alert(1)> {{ $value }}", runbook: "http://runbook.invalid/markup"}
      - alert: Waits
        expr: 1 < page_markup
        for: 10m
        labels: {severity: warning}
      - alert: Many
        expr: page_many{number=~"0..."} >= 0 * 5
      - alert: Broken
        expr: label_replace(page_many, "number", "same", "", "") > 0
      - alert: Never
        expr: absent(page_markup)
      - {alert: Twin, expr: vector(3) > 1}
  - name: another
    interval: 1s
    rules: [{alert: Twin, expr: vector(3) > 2}]
"""

MARKUP = "<b onclick=alert(1)>&amp;</b>"


def check(condition, what):
    if not condition:
        raise AssertionError("not so: " + what)
    print("ok: " + what, flush=True)


class Service:
    """A lapwing that listens where there is room."""

    def __init__(self, executable, folder):
        rules = os.path.join(folder, "page.yml")
        with open(rules, "w") as file:
            file.write(RULES)
        self.log = open(os.path.join(folder, "serve.log"), "w+")
        self.process = subprocess.Popen(
            [executable, "serve", "--demo", "--listen", "127.0.0.1:0", "--rules", rules], cwd=folder, stdout=subprocess.DEVNULL, stderr=self.log)
        self.url = self.wait(lambda: self.address(), "that it listens")

    def address(self):
        with open(self.log.name) as file:
            found = re.search(r"listening on (http://\S+)", file.read())
        return found and found.group(1) + "/"

    def ask(self, path, body=None):
        with urllib.request.urlopen(self.url + path, data=body, timeout=20) as answer:
            return answer.read()

    def firing(self, name):
        alerts = json.loads(self.ask("api/v1/alerts"))["data"]["alerts"]
        return [alert for alert in alerts if alert["state"] == "firing" and alert["labels"]["alertname"] == name]

    def wait(self, condition, what, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError("waited in vain for " + what)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class Reader:
    """The browser, at the service's page."""

    def __init__(self, service, screenshots):
        self.browser = Chromium()
        self.service = service
        self.screenshots = screenshots

    def go(self, place):
        self.browser.open(self.service.url + "#" + place)

    def has(self, selector, what, seconds=10):
        self.browser.wait("document.querySelector(%s)" % json.dumps(selector), seconds)
        print("ok: " + what, flush=True)

    def count(self, selector):
        return self.browser.evaluate("document.querySelectorAll(%s).length" % json.dumps(selector))

    def text(self, selector="main"):
        return self.browser.evaluate("document.querySelector(%s)?.innerText ?? ''" % json.dumps(selector))

    def says(self, words, what, selector="main"):
        self.browser.wait("(document.querySelector(%s)?.innerText ?? '').includes(%s)" % (json.dumps(selector), json.dumps(words)))
        print("ok: " + what, flush=True)

    def picture(self, name):
        if self.screenshots:
            self.browser.screenshot(os.path.join(self.screenshots, name + ".png"))


def see_alerts(reader):
    reader.browser.size(1280, 900)
    reader.go("alerts?filter=markup")
    reader.has("#firing .alert", "an alert that fires is shown")
    check(MARKUP in reader.text("#firing"), "markup in a label is text")
    check(reader.count("main img") + reader.count("main [onclick]") == 0, "markup makes no element")
    reader.says("> 2", "the threshold stands beside the value", "#firing .measure")
    check(reader.text("#firing .measure").startswith("3"), "the value stands first")
    check(re.search(r"since \d\d:\d\d:\d\d", reader.text("#firing .since")), "and since when it fires")
    reader.has("#firing .gauge .notch", "a bar shows how far it is beyond")
    reader.has("#pending progress", "what is pending shows how far it is")
    check("> 1" in reader.text("#pending .measure"), "a threshold on the left side is turned around")
    reader.has("#firing .spark path.line", "a small chart is drawn")
    reader.has("#firing .spark line.threshold", "its threshold is drawn")
    reader.browser.evaluate("document.querySelector('#firing summary').focus()")
    reader.browser.press("Enter")
    reader.has("#firing details[open] .chart-host path.line", "Enter opens an alert, with a large chart")
    reader.says("firing", "an opened alert tells its history", "#firing .alert-body .change-list")
    check(reader.count('.alert-body a[href="http://runbook.invalid/markup"]') == 1, "an address in an annotation is a link")
    reader.picture("alerts-open")
    reader.go("alerts?filter=twin")
    reader.browser.wait("document.querySelectorAll('#firing .alert').length === 2")
    reader.browser.evaluate("document.querySelectorAll('#firing summary').forEach((summary) => summary.click())")
    reader.browser.wait("document.querySelectorAll('#firing .alert .change.firing').length === 2")
    facts = reader.browser.evaluate("[...document.querySelectorAll('#firing .facts')].map((one) => one.innerText).sort().join()")
    # Rows that share a key are drawn anew with each answer.
    answers = "performance.getEntriesByType('resource').filter(({ name }) => name.includes('api/v1/rules')).length"
    reader.browser.wait("%s > %d" % (answers, reader.browser.evaluate(answers) + 1), 20)
    check(reader.count("#firing .alert details[open]") == 2 and reader.count("#firing .alert") == 2, "they stay the same two, and open")
    check("another in " in facts and "page in " in facts, "alerts of two rules with the same labels have a row each, and a history each")
    reader.go("alerts")
    reader.says("100 of 1,003", "of a thousand alerts a hundred are drawn, and that is said")
    check(reader.count("#firing .alert") == 100, "a hundred rows are there")
    check(reader.text("#firing .alert").find("critical") >= 0, "the most severe is the first")
    check(reader.browser.evaluate("document.title").startswith("(1003)"), "the title tells how many fire")
    reader.picture("alerts")
    reader.browser.size(1280, 900, dark=True)
    reader.picture("alerts-dark")
    check(reader.browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 26)", "the dark is dark")


def see_queries(reader):
    reader.browser.size(1280, 900)
    reader.go("query?expr=page_many")
    reader.says("10,000 series", "a query in the address is asked")
    reader.says("200 of 10,000", "of ten thousand rows two hundred are drawn, and that is said")
    reader.picture("table")
    reader.go("query?expr=page_many&tab=chart&range=5m")
    reader.has("#result path.line", "a chart is drawn")
    check(reader.count("#result path.line") == 100, "of ten thousand series a hundred are drawn")
    reader.says("truncated", "and the server's warning is shown")
    reader.browser.evaluate("document.querySelector('#result svg').focus()")
    reader.browser.press("ArrowLeft")
    reader.has("#result .tip:not([hidden]) strong", "arrow keys show the values at a time")
    reader.go("query?expr=" + urllib.parse.quote("time()") + "&tab=chart&range=5m&step=1s")
    reader.browser.wait("[...document.querySelectorAll('#result text.tick[text-anchor=end]')].some((text) => text.textContent.endsWith('G'))")
    ticks = reader.browser.evaluate("[...document.querySelectorAll('#result text.tick[text-anchor=end]')].map((text) => text.textContent)")
    check(len(set(ticks)) == len(ticks), "the numbers of an axis are told from one another: %s" % ticks)
    cut = ("[...document.querySelectorAll('#result text.tick')].filter((text) => { const [own, all] = [text, text.ownerSVGElement]"
           ".map((node) => node.getBoundingClientRect()); return own.left < all.left || own.right > all.right }).length")
    check(not reader.browser.evaluate(cut), "and none is cut")
    reader.picture("chart-time")
    for end in range(int(time.time()), int(time.time()) - 30, -7):
        reader.go("query?expr=page_markup&tab=chart&range=1m&step=1s&end=%d" % end)
        reader.browser.wait("!document.querySelector('.spinner')")
        check(not reader.browser.evaluate(cut), "no time below a chart is cut")
    check(reader.count(".query-controls input") == 3, "a query that is asked again keeps its fields")
    reader.go("query?expr=page_markup&tab=chart&range=abc&step=1y2")
    reader.browser.wait("document.querySelectorAll('.query-controls [aria-invalid=true]').length === 2")
    print("ok: what is no duration is marked", flush=True)
    reader.go("query?expr=" + urllib.parse.quote("sum(rat(page_many))"))
    reader.says("unknown function", "a mistake is told in its place")
    check(reader.text(".caret").rstrip().endswith("    ^"), "with a mark where it is")
    reader.picture("mistake")


def complete(reader):
    browser = reader.browser
    reader.go("query")
    reader.has("#expression", "the query box is there")
    browser.evaluate("document.getElementById('expression').focus()")
    browser.type("page_mark")
    browser.wait("document.querySelector('.completions:not([hidden]) li')")
    reader.picture("completion")
    browser.press("ArrowDown")
    browser.press("Enter")
    browser.type("{")
    browser.wait("document.querySelector('.completions:not([hidden]) li')")
    browser.press("Tab")
    browser.type('"')
    browser.wait("[...document.querySelectorAll('.completions:not([hidden]) li')].some((li) => li.innerText.includes('<b'))")
    browser.press("Escape")
    browser.wait("document.querySelector('.completions').hidden")
    browser.press("ArrowLeft")
    value = browser.evaluate("document.getElementById('expression').value")
    check(value == 'page_markup{markup="', "metrics, labels and values are completed from the keyboard: " + value)
    browser.type("x")
    browser.evaluate("(box => { box.value = 'page_markup'; box.dispatchEvent(new Event('change')) })(document.getElementById('expression'))")
    browser.press("Enter")
    reader.says("page_markup", "Enter asks", "#result table")
    check("expr=page_markup" in browser.evaluate("location.hash"), "and the query is in the address")


def see_explanations(reader):
    reader.go("alerts?filter=markup")
    reader.has("#firing .alert", "an alert is there")
    reader.browser.evaluate("document.querySelector('#firing summary').click()")
    reader.has("#firing .alert-body a.explain", "an opened alert leads to its explanation")
    reader.browser.evaluate("document.querySelector('#firing .alert-body a.explain').click()")
    reader.says("fires since", "it tells since when the alert fires", ".explanation.firing .reasons")
    check(MARKUP in reader.text(".explanation"), "markup in a label is text there too")
    reader.has(".explanation .tree .values td.number", "parts of the expression stand with their values")
    reader.has(".history-band .firing", "its history is drawn")
    reader.picture("explain-firing")
    reader.go("explain?rule=Never")
    reader.says("what it looks for is there", "it tells why an alert does not fire", ".explanation .reasons")
    check(reader.count(".vanishes > .expression") == 1, "and marks the part at which the result vanishes")
    reader.picture("explain-quiet")
    reader.go("explain?rule=Markup&time=86400")
    reader.says("first sample only later", "and what was before there were samples", ".explanation .reasons")


def see_the_rest(reader):
    reader.go("rules")
    reader.has("tr.failing .fault", "a rule that fails is shown with its error")
    reader.says("samples", "and what each rule costs, and reads")
    reader.picture("rules")
    reader.go("targets")
    reader.has(".targets .health.up", "targets are shown with their state")
    reader.picture("targets")
    reader.go("status")
    reader.says("series", "the status is shown", ".components")
    reader.says("Prometheus 3.14.0", "with the version of the API", ".parts")
    reader.says("127.0.0.1:0", "and the flags", ".parts")
    reader.picture("status")
    reader.browser.open(reader.service.url + "graph?g0.expr=up&g0.tab=1")
    reader.says("up", "Prometheus' addresses lead to the same query", "#result table")


def ask_too_much(reader):
    """A query that takes long keeps neither the page nor its other views waiting."""
    slow = "sum_over_time((vector(time()) % 7)[500d:1s]) + sum_over_time((vector(time()) % 11)[500d:1s])"
    reader.go("query?" + urllib.parse.urlencode({"expr": slow, "tab": "table"}))
    reader.has(".spinner", "a query is under way")
    reader.go("alerts?filter=markup")
    reader.has("#firing .alert", "and the alerts are shown meanwhile", 3)


def hold_a_phone(reader):
    reader.browser.size(360, 740)
    endless = "query?expr=" + urllib.parse.quote("+".join(["page_markup"] * 12))
    for view in ["alerts", "rules", "query?expr=page_markup", "query?expr=page_markup&tab=chart", endless, "explain?rule=Markup", "targets", "status"]:
        reader.go(view)
        reader.has("main .view > *", view.split("?")[0] + " on a phone")
        reader.browser.wait("!document.querySelector('.spinner')")
        wide = reader.browser.evaluate("document.documentElement.scrollWidth")
        check(wide <= 360, "nothing is wider than a phone: %s" % wide)
        reader.picture("phone-" + re.sub(r"\W+", "-", view)[:60])


def see_silence(reader):
    """What is shown stays when the server has gone, and it is said."""
    reader.browser.size(1280, 900)
    reader.go("alerts?filter=markup")
    reader.has("#firing .alert", "an alert is there")
    before = len(reader.browser.complaints)
    reader.service.stop()
    reader.browser.wait("!document.getElementById('connection').hidden", 20)
    check("does not answer" in reader.text("#connection"), "a server that has gone is told of")
    check(reader.count("#firing .alert") == 1, "what was shown stays")
    # The browser itself reports connections that are refused.
    del reader.browser.complaints[before:]


def judge(reader):
    base = reader.service.url
    foreign = [url for url in reader.browser.requests if not url.startswith((base, "data:", "about:"))]
    check(not foreign, "no request went to another host %s" % foreign[:3])
    # A browser reports every answer of 400 and more; one was asked for here.
    complaints = [text for text in reader.browser.complaints if not re.search(r"status of 4\d\d.*query=sum%28rat", text)]
    check(not complaints, "the console is silent %s" % complaints[:3])


def main(executable, screenshots=None):
    folder = tempfile.mkdtemp(prefix="lapwing-page-")
    service = Service(os.path.abspath(executable), folder)
    lines = ["page_many{number=\"%04d\"} %d" % (number, number) for number in range(10_000)]
    lines.append('page_markup{markup="%s"} 3' % MARKUP)
    service.ask("api/v1/import/prometheus", "\n".join(lines + [""]).encode())
    service.wait(lambda: service.firing("Markup"), "an alert that fires")
    reader = Reader(service, screenshots)
    try:
        for part in (see_alerts, see_queries, complete, see_explanations, see_the_rest, ask_too_much, hold_a_phone, see_silence, judge):
            part(reader)
    finally:
        reader.browser.close()
        service.process.kill()
    print("the page is as it should be")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
