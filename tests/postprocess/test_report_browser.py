"""The pages in a real Chromium: from file://, without a network, turned by hand."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from small_run import make_mesh, make_snapshot, write_series
from small_sweep import write_sweep

from nanotrode.postprocess.export import VtkWriter
from nanotrode.postprocess.report.make import report

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# WebGL without a graphics card, and nothing that calls home.
FLAGS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    mesh = make_mesh()
    writer = VtkWriter(folder, mesh)
    for index in range(3):
        writer.write(make_snapshot(mesh, index))
    write_series(folder)
    return report(folder)


class Visit:
    """A page that is open, with what it complained of and asked for."""

    def __init__(self, browser, path, **context) -> None:
        self.context = browser.new_context(viewport={"width": 760, "height": 700}, **context)
        self.page = self.context.new_page()
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def until(self, truth: str) -> None:
        """Wait for a JavaScript expression; the page's policy forbids wait_for_function."""
        for _ in range(100):
            if self.page.evaluate(f"() => {truth}"):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never true: {truth}")

    def shot(self) -> np.ndarray:
        picture = self.page.locator("canvas").screenshot()
        return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=float)


@pytest.fixture
def visit(browser):
    visits = []

    def start(path, **context):
        visits.append(Visit(browser, path, offline=True, **context))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()


@pytest.fixture
def viewer(visit, run):
    one = visit(run)
    one.page.wait_for_selector("#viewer[data-state=live]")
    one.until("Boolean(window.nanotrodeViewer.matrix)")
    return one


def changed(before, after) -> float:
    """Share of the pixels that look different."""
    return float((np.abs(after - before).max(axis=2) > 24).mean())


def test_it_opens_without_a_network_and_without_a_complaint(viewer, run):
    assert [url for url in viewer.requests if not url.startswith("data:")] == [run.as_uri()]
    assert viewer.complaints == []
    assert (np.ptp(viewer.shot(), axis=2) > 60).mean() > 0.02  # a coloured electrode is there


def test_it_turns_when_dragged_and_zooms_with_the_wheel(viewer):
    box = viewer.page.locator("canvas").bounding_box()
    x, y = box["x"] + 200, box["y"] + 200
    start = viewer.shot()
    viewer.page.mouse.move(x, y)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x + 120, y + 30, steps=5)
    viewer.page.mouse.up()
    turned = viewer.shot()
    assert changed(start, turned) > 0.02
    viewer.page.mouse.wheel(0, -400)
    viewer.page.wait_for_timeout(100)
    assert changed(turned, viewer.shot()) > 0.02
    viewer.page.keyboard.press("0")
    viewer.page.mouse.move(5, 5)
    viewer.page.wait_for_timeout(100)
    assert changed(start, viewer.shot()) < 0.005
    assert viewer.complaints == []


def test_keys_fields_and_time_change_what_is_seen(viewer):
    page = viewer.page
    page.locator("canvas").focus()
    page.keyboard.press(".")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Stoichiometry").click()
    viewer.until("document.querySelector('.bar .name').textContent === 'stoichiometry'")
    page.locator(".time input").fill("0")
    viewer.until("document.querySelector('.clock b').textContent === '0 s'")
    page.locator("[data-chart='0'] svg").hover()
    assert page.locator(".tip.floating").is_visible()
    assert viewer.complaints == []


def test_under_the_whole_runs_colours_it_tells_the_moments_mean_and_variation(viewer):
    page, note = viewer.page, "document.querySelector('.bar .note').textContent"
    viewer.until("document.querySelector('.clock b').textContent === '20 s'")
    last = page.evaluate(note)
    assert float(last.split()[1].rstrip(",")) == pytest.approx(2.0 + 0.3 * 1.5, rel=0.1)
    assert not last.endswith(" 0 %")
    page.locator(".time input").fill("0")
    viewer.until("document.querySelector('.clock b').textContent === '0 s'")
    assert page.evaluate(note) != last


def test_it_tells_the_value_under_the_pointer(viewer):
    page = viewer.page
    page.evaluate("window.nanotrodeViewer.go(2)")
    page.wait_for_timeout(100)
    said = page.evaluate(
        """() => { const v = window.nanotrodeViewer, c = v.canvas, found = [];
        for (let x = 0; x < c.clientWidth; x += 20) for (let y = 0; y < c.clientHeight; y += 20) {
          const value = v.read(x, y); if (value !== null) found.push(value); }
        return found; }"""
    )
    assert len(said) > 10
    # known at every node: j = -2 - x with x from 0.3 to 0.6
    assert -2.6 - 1e-3 <= min(said) < max(said) <= -2.3 + 1e-3


def test_a_still_stands_where_webgl_is_missing(browser, visit, run):
    one = visit(run)
    one.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    one.page.reload()
    one.until("document.querySelector('.why').textContent.includes('WebGL2')")
    assert one.page.locator("#viewer").get_attribute("data-state") == "still"


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_it_follows_the_system_and_the_button(visit, run, scheme, dark):
    page = visit(run, color_scheme=scheme).page
    paper = "() => getComputedStyle(document.documentElement).backgroundColor"
    first = page.evaluate(paper)
    assert (int(first.split("(")[1].split(",")[0]) < 100) == dark
    page.locator("#theme").click()
    assert page.evaluate(paper) != first


def test_it_fits_on_a_phone(visit, run):
    page = visit(run).page
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_point_of_a_sweep_opens_its_case(visit, tmp_path):
    path = report(write_sweep(tmp_path, make_mesh()))
    one = visit(path)
    one.page.wait_for_selector("#scatter circle")
    assert one.page.locator("#scatter circle").count() == 11  # one failed
    assert one.page.locator("#parallel .strand").count() == 12
    assert one.page.locator("#cases tbody tr").count() == 12
    assert one.page.title() == "radius and count – nanotrode"  # the hostile reason was not run
    assert one.complaints == []
    one.page.locator("#scatter a[href='cases/0000/report.html']").dispatch_event("click")
    one.page.wait_for_url("**/cases/0000/report.html")
    one.page.wait_for_selector("#viewer[data-state=live]")
    assert one.complaints == []
