"""`nanotrode cite`: BibTeX of sources and software, of runs, sweeps and study files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nanotrode.materials import library, plating_library
from nanotrode.materials.origins import origins_of
from nanotrode.materials.sourcing import dois
from nanotrode.study import cli
from nanotrode.study.bibliography import bibliography
from nanotrode.study.bibtex import Number, cited, escaped, identifiers_in, shipped
from nanotrode.study.loading import load_study
from nanotrode.study.provenance import provenance

ROOT = Path(__file__).resolve().parents[2]
NANOWIRE, PLATING = ROOT / "examples/nanowire.toml", ROOT / "examples/plating.toml"


def entries(text: str) -> dict[str, str]:
    """Key -> entry; braces must close, and outside of entries there are comments alone."""
    found = {}
    while (start := re.search(r"^@\w+\{([^,\s]+),", text, re.M)) is not None:
        depth = 0
        for at in range(start.start(), len(text)):
            depth += (text[at] == "{") - (text[at] == "}")
            if text[at] == "}" and depth == 0:
                break
        assert depth == 0
        assert start[1] not in found
        found[start[1]] = text[start.start() : at + 1]
        text = text[: start.start()] + text[at + 1 :]
    assert all(line.startswith("%") or not line for line in text.splitlines())
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("doi:10.1149/2.053304jes", [("doi", "10.1149/2.053304jes")]),
        ("doi:10.1016/0038-1098(93)90841-A, of a", [("doi", "10.1016/0038-1098(93)90841-A")]),
        ("see (doi:10.1149/1945-7111/ab9050).", [("doi", "10.1149/1945-7111/ab9050")]),
        ("https://doi.org/10.5334/jors.309", [("doi", "10.5334/jors.309")]),
        ("arXiv:1709.03970", [("arxiv", "1709.03970")]),
        ("https://example.org/a_b.", [("url", "https://example.org/a_b")]),
        ("a file (https://example.org/a)", [("url", "https://example.org/a")]),
        ("assumed: between 0.10.3 and 10.5 V", []),
        ("doi:10.1000/a, doi:10.1000/b", [("doi", "10.1000/a"), ("doi", "10.1000/b")]),
    ],
)
def test_what_can_be_cited_is_found_in_a_source(source, expected):
    assert identifiers_in(source) == expected


def test_a_paper_is_cited_once_with_all_that_is_from_it():
    paper, guess = "doi:10.1000/x_y", Number("LFP", "x_max", "assumed: near its end")
    found = cited([Number("LFP", "D_s", paper), Number("LFP", "ocp", paper), guess])
    assert found.others == [guess]
    (entry,) = found.entries
    assert "doi = {10.1000/x_y}" in entry
    assert r"Numbers of LFP: D\_s, ocp" in entry


def test_a_paper_that_we_know_has_title_and_authors_and_keeps_its_numbers():
    (entry,) = cited([Number("LFP", "c_s_max", "doi:10.1149/2.053304jes")]).entries
    assert entry.startswith("@article{prada-2013,")
    assert "Numbers of LFP: c\\_s\\_max" in entry


@pytest.mark.parametrize("file", ["software.bib", "sources.bib"])
def test_our_own_bibliographies_are_sound(file):
    text = (ROOT / "study" / file).read_text()
    found = entries(text)
    assert found == dict(shipped(file))
    for entry in found.values():
        assert entry.count("\n  author = {") == entry.count("\n  title = {") == 1
        assert all(line.endswith("},") for line in entry.splitlines()[1:-1])
    named = re.findall(r"doi = \{(.+?)\},", text)
    assert len(set(named)) == len(named)
    assert all(dois(f"doi:{doi}") == (doi,) for doi in named)


def test_tex_finds_nothing_to_interpret():
    assert escaped("a_b {5 %} & #1") == r"a\_b \{5 \%\} \& \#1"


def test_a_study_file_owes_its_sources_and_the_software_that_would_run_it():
    found = entries(bibliography(NANOWIRE))
    dois = {s for s in library.load("NMC811").sources.values() if re.fullmatch(r"doi:\S+", s)}
    assert dois
    for doi in dois:
        assert any(f"doi = {{{doi.removeprefix('doi:')}}}" in entry for entry in found.values())
    assert found.keys() >= {"nanotrode", "gmsh", "dolfinx", "petsc", "pyvista"}
    assert "mumps" not in found
    assert "version 3." in found["petsc"]


def test_a_plating_study_owes_the_papers_of_all_its_cards():
    text = bibliography(PLATING)
    found = entries(text)
    assert "Numbers of LLTO: nucleation" in found["doi-10-1039-d4nr04455j"]
    assert "mumps" in found
    assert "gmsh" not in found  # a scaffold is cut from a lattice
    assert "% LHCE: conductivity: assumed" in text
    assert "% The figures rest on assumed numbers:" in text


def run_in(folder: Path, study: Path, **changed) -> Path:
    """A folder with the papers of a run."""
    folder.mkdir(parents=True)
    made = provenance(load_study(study)) | changed
    (folder / "provenance.json").write_text(json.dumps(made))
    (folder / "study.toml").write_text(study.read_text())
    return folder


def test_a_run_is_cited_by_what_it_was_made_with(tmp_path):
    kept = {"material": {"diffusivity": "doi:10.1000/then"}}
    ran = {"versions": {"nanotrode": "0.0.7", "gmsh": "4.13.1"}, "commit": "abc", "sources": kept}
    found = entries(bibliography(run_in(tmp_path / "run", NANOWIRE, **ran)))
    assert "version 0.0.7, commit abc" in found["nanotrode"]
    assert "version 4.13.1" in found["gmsh"]
    assert "doi-10-1000-then" in found
    assert "chen-2020" not in found


def test_a_sweep_owes_what_each_of_its_cases_owes(tmp_path):
    run_in(tmp_path / "cases/0001", NANOWIRE, commit="one")
    run_in(tmp_path / "cases/0002", PLATING, commit="two", versions={"nanotrode": "9.9"})
    found = entries(bibliography(tmp_path))
    assert found.keys() >= {"doi-10-1039-d4nr04455j", "chen-2020", "mumps", "gmsh"}
    assert "commit one, commit two" in found["nanotrode"]
    assert "and 9.9" in found["nanotrode"]


def test_a_run_of_before_sources_were_kept_is_cited_by_its_study(tmp_path):
    folder = run_in(tmp_path / "run", NANOWIRE)
    (folder / "provenance.json").write_text('{"study": "x", "commit": "old"}')
    found = entries(bibliography(folder))
    assert "chen-2020" in found


def test_the_command_prints_or_writes(tmp_path, capsys):
    assert cli.main(["cite", str(NANOWIRE)]) == 0
    printed = capsys.readouterr().out
    assert cli.main(["cite", str(NANOWIRE), "--out", str(tmp_path / "a.bib")]) == 0
    assert (tmp_path / "a.bib").read_text() == printed


@pytest.mark.parametrize("name", ["nowhere", ".", "a.toml"])
def test_what_is_no_run_is_refused_with_exit_code_2(tmp_path, monkeypatch, capsys, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text("x = 1")
    assert cli.main(["cite", name]) == 2
    assert capsys.readouterr().err.startswith(name)


def test_our_own_entry_is_what_citation_cff_says():
    yaml = pytest.importorskip("yaml")
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    own = entries(bibliography(NANOWIRE))["nanotrode"]
    assert said["title"] in own
    assert said["authors"][0]["name"] in own
    assert said["license"] in own


@pytest.mark.parametrize("electrode", [library.load("graphite"), plating_library.load_anode("CNT")])
def test_provenance_keeps_sources_as_the_summary_does(electrode):
    table = origins_of(electrode).as_table()
    assert json.loads(json.dumps(table)) == table


def test_provenance_holds_the_whole_content_of_all_cards(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text((ROOT / "materials/cards/NMC811.toml").read_text() + "# mine\n")
    study = tmp_path / "study.toml"
    study.write_text(NANOWIRE.read_text().replace('name = "NMC811"', 'file = "own.toml"'))
    assert provenance(load_study(study))["card texts"] == {str(own): own.read_text()}
    names = provenance(load_study(PLATING))["card texts"].keys()
    assert names == {"LLTO", "CNT-on-LLTO", "Cu", "LHCE", "Li", "electrolyte-reduction"}
