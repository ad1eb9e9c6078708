"""nanotrode: what does this nanostructure do to my current density, my rate, my lithium?

    import nanotrode as nt

    wires = nt.NanowireArray(count=1, radius=500e-9, length=5e-6)
    mesh = nt.build_mesh(wires)
    run = nt.Simulation(mesh, nt.material("NMC811"), initial_stoichiometry=0.3,
                        protocol=["Discharge at 20C until 3 V"])
    result = run.run("runs/wire", observers=[nt.VtkWriter("runs/wire", mesh)])
    nt.render(result, "current_density", "wire.png")

All values are in SI units. Names are loaded when first used, so that importing nanotrode
costs nothing; type checkers see the same names (tests/test_types.py).
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import NanotrodeError
    from .geometry.build_cad import build_mesh
    from .geometry.implicit.combination import Combination
    from .geometry.implicit.families import (
        Diamond,
        FibreCloth,
        GaussianRandomField,
        Gyroid,
        InverseOpal,
        OverlappingSpheres,
        SchwarzP,
    )
    from .geometry.implicit.framework import PorousFramework
    from .geometry.implicit.image import Image
    from .geometry.implicit.scaffold import MiecScaffold, scaffold
    from .geometry.mesh import ElectrodeMesh
    from .geometry.shapes import Film, NanobeltArray, NanowireArray
    from .geometry.sizing import Sizing
    from .materials.library import load as material
    from .materials.material import Material
    from .materials.plating_library import load_anode
    from .postprocess.export import VtkWriter
    from .postprocess.plating_export import PlatingWriter
    from .postprocess.render import render
    from .solver.dolfinx_mesh import spread_tagged
    from .solver.effective import effective_transport
    from .solver.plating.settings import PlatingSettings
    from .solver.plating.simulation import PlatingSimulation
    from .solver.protocol import Protocol
    from .solver.reduced.run import run_family
    from .solver.result import Result
    from .solver.settings import OutputPlan, SolverSettings
    from .solver.simulation import Simulation
    from .study.loading import load_study
    from .study.run import run_study

__version__ = "0.1.0"

_NAMES = {
    "Film": "geometry.shapes:Film",
    "NanowireArray": "geometry.shapes:NanowireArray",
    "NanobeltArray": "geometry.shapes:NanobeltArray",
    "PorousFramework": "geometry.implicit.framework:PorousFramework",
    "MiecScaffold": "geometry.implicit.scaffold:MiecScaffold",
    "scaffold": "geometry.implicit.scaffold:scaffold",
    "Gyroid": "geometry.implicit.families:Gyroid",
    "Diamond": "geometry.implicit.families:Diamond",
    "SchwarzP": "geometry.implicit.families:SchwarzP",
    "GaussianRandomField": "geometry.implicit.families:GaussianRandomField",
    "FibreCloth": "geometry.implicit.families:FibreCloth",
    "InverseOpal": "geometry.implicit.families:InverseOpal",
    "OverlappingSpheres": "geometry.implicit.families:OverlappingSpheres",
    "Combination": "geometry.implicit.combination:Combination",
    "Image": "geometry.implicit.image:Image",
    "Sizing": "geometry.sizing:Sizing",
    "ElectrodeMesh": "geometry.mesh:ElectrodeMesh",
    "build_mesh": "geometry.build_cad:build_mesh",
    "Material": "materials.material:Material",
    "material": "materials.library:load",
    "Protocol": "solver.protocol:Protocol",
    "Simulation": "solver.simulation:Simulation",
    "SolverSettings": "solver.settings:SolverSettings",
    "OutputPlan": "solver.settings:OutputPlan",
    "PlatingSimulation": "solver.plating.simulation:PlatingSimulation",
    "PlatingSettings": "solver.plating.settings:PlatingSettings",
    "load_anode": "materials.plating_library:load_anode",
    "Result": "solver.result:Result",
    "run_family": "solver.reduced.run:run_family",
    "effective_transport": "solver.effective:effective_transport",
    "spread_tagged": "solver.dolfinx_mesh:spread_tagged",
    "VtkWriter": "postprocess.export:VtkWriter",
    "PlatingWriter": "postprocess.plating_export:PlatingWriter",
    "render": "postprocess.render:render",
    "load_study": "study.loading:load_study",
    "run_study": "study.run:run_study",
    "NanotrodeError": "errors:NanotrodeError",
}

__all__ = [
    "Combination",
    "Diamond",
    "ElectrodeMesh",
    "FibreCloth",
    "Film",
    "GaussianRandomField",
    "Gyroid",
    "Image",
    "InverseOpal",
    "Material",
    "MiecScaffold",
    "NanobeltArray",
    "NanotrodeError",
    "NanowireArray",
    "OutputPlan",
    "OverlappingSpheres",
    "PlatingSettings",
    "PlatingSimulation",
    "PlatingWriter",
    "PorousFramework",
    "Protocol",
    "Result",
    "SchwarzP",
    "Simulation",
    "Sizing",
    "SolverSettings",
    "VtkWriter",
    "__version__",
    "build_mesh",
    "effective_transport",
    "load_anode",
    "load_study",
    "material",
    "render",
    "run_family",
    "run_study",
    "scaffold",
    "spread_tagged",
]


if not TYPE_CHECKING:  # else a checker would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Load a public name from the module that defines it."""
        if name not in _NAMES:
            hint = importlib.import_module("nanotrode._messages").did_you_mean(name, _NAMES)
            raise AttributeError(f"module 'nanotrode' has no attribute '{name}'{hint}")
        module, _, attribute = _NAMES[name].partition(":")
        # absolute, since this file may also be imported under the checkout's own name
        value = getattr(importlib.import_module(f"nanotrode.{module}"), attribute)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
