"""report, view, render and animate on the command line."""

from __future__ import annotations

import threading
import urllib.request

import pytest

from nanotrode.postprocess import animation, render, window
from nanotrode.study import viewing
from nanotrode.study.cli import main
from nanotrode.study.loading import load_study
from nanotrode.study.serving import serving


@pytest.fixture
def called(monkeypatch):
    """What the drawing functions were asked for, instead of drawing."""
    calls = []
    for module, name in (
        (render, "render"),
        (render, "render_montage"),
        (animation, "animate"),
        (window, "open_window"),
    ):
        monkeypatch.setattr(module, name, lambda *a, _n=name, **k: calls.append((_n, a, k)))
    return calls


def test_render_hands_on_what_was_said(called, tmp_path, capsys):
    words = ["--field", "overpotential", "--cut", "x=0.25", "--time", "5 min", "--limits", "0", "1"]
    assert main(["render", str(tmp_path), *words]) == 0
    name, arguments, options = called[0]
    assert name == "render"
    assert arguments == (tmp_path, "overpotential", tmp_path / "overpotential.png")
    assert options["time"] == 300.0
    assert options["limits"] == (0.0, 1.0)
    assert options["look"].plane.fraction == 0.25
    assert "overpotential.png" in capsys.readouterr().out


def test_several_folders_make_a_montage(called, tmp_path):
    (tmp_path / "b").mkdir()
    assert main(["render", str(tmp_path), str(tmp_path / "b"), "--out", "m.png"]) == 0
    assert called[0][0] == "render_montage"
    assert called[0][1][0] == (tmp_path, tmp_path / "b")


def test_animate_chooses_a_name(called, tmp_path):
    assert main(["animate", str(tmp_path), "--field", "stoichiometry", "--seconds", "3"]) == 0
    assert called[0][1][2] == tmp_path / "stoichiometry.gif"
    assert called[0][2]["seconds"] == 3.0


def test_view_opens_a_window_where_there_is_a_screen(called, tmp_path, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9")
    assert main(["view", str(tmp_path), "--time", "2 s"]) == 0
    assert called == [("open_window", (tmp_path, "current_density"), {"time": 2.0})]


def test_view_serves_where_there_is_none(tmp_path, monkeypatch):
    served = []
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(viewing, "_serve", lambda *arguments: served.append(arguments))
    assert main(["view", str(tmp_path), "--port", "8123"]) == 0
    assert served == [(tmp_path, 8123)]
    monkeypatch.setenv("DISPLAY", ":9")
    assert main(["view", str(tmp_path), "--port", "8124"]) == 0
    assert served[1:] == [(tmp_path, 8124)]


def test_a_folder_is_served_on_this_machine_alone(tmp_path):
    (tmp_path / "report.html").write_text("<p>here</p>")
    with serving(tmp_path) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/report.html"
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.read() == b"<p>here</p>"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["report", "nowhere"], "no such folder"),
        (["render"], "got no folder"),
        (["render", "nowhere"], "no such folder"),
        (["animate", ".", "--seconds", "0"], "--seconds"),
        (["render", ".", "--cut", "q=1"], "--cut"),
        (["render", ".", "--time", "5 kg"], "--time"),
        (["view", "nowhere"], "no such folder"),
        (["view", ".", "--serve", "--field", "x"], "--field: of the window alone"),
        (["view", ".", "--port", "0", "--field", "x", "--time", "1 s"], "--field, --time: of the"),
        (["view", ".", "--serve", "--port", "99999999"], "neither fields.pvd"),
    ],
)
def test_mistakes_are_said(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_the_comment_at_the_head_is_the_question(good):
    text = good.read_text()
    good.write_text(f"# Is it even?\n#\n# Second.\n\n# not this\n{text}")
    assert load_study(good).question == "Is it even?\n\nSecond."
    good.write_text(f'# Not this.\nquestion = "This."\n{text}')
    assert load_study(good).question == "This."


def test_a_picture_of_no_known_kind_is_refused_before_it_is_drawn(called, tmp_path, capsys):
    for name, said in (("x.xyz", "expected a name that ends in .png"), ("/proc/x/y.png", "cannot")):
        assert main(["render", str(tmp_path), "--field", "stoichiometry", "--out", name]) == 2
        assert said in capsys.readouterr().err
    assert main(["animate", str(tmp_path), "--out", "/proc/x/y.gif"]) == 2
    assert "/proc/x/y.gif: cannot be written" in capsys.readouterr().err
    assert not called
