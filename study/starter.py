"""Study files to start from, one per geometry, with a comment beside each key."""

from __future__ import annotations

_FRAMEWORK = """\
kind = "{}"
thickness = "20 um"
width = "16 um"             # of the piece that is meshed
particle_size = ["5 um", "8 um"]    # smallest and largest Feret diameter
# aspect_ratio = [2.2, 3.8]         # diameter over thickness of the particles
pore_size = ["5 um", "10 um"]       # diameters of the porogen's spheres
# porogen = 0.22            # share of the box that these take
porosity = 0.46             # connected porosity
# sides = "symmetric"       # else "periodic"
# seed = 0
headroom = "3 um"           # electrolyte above; leave out for the solid alone
"""
_MINIMAL = """\
kind = "{}"
cell = "1 um"               # period of the structure
repeats = [1, 1, 2]         # cells along x, y and z
form = "solid"              # or "sheet"
porosity = 0.5
headroom = "200 nm"         # electrolyte above; leave out for the solid alone
"""
_GEOMETRY = {
    "film": """\
kind = "film"
thickness = "1 um"
# width = "100 nm"          # side of the square piece that is meshed
""",
    "nanowire-array": """\
kind = "nanowire-array"
count = 20                  # any number of poles
radius = "500 nm"
length = "5 um"
pitch = "2 um"              # between the axes of neighbours
placement = "square"        # or "hexagonal", or "random" (with a seed)
# tip = "rounded"
# tilt = "10 deg"
# gap = "250 nm"            # least distance between poles placed at random
# seed = 0
# symmetry = "quarter"      # mesh a quarter of one pole; count = 1
""",
    "nanobelt-array": """\
kind = "nanobelt-array"
count = 12                  # any number of belts
width = "2 um"
thickness = "500 nm"
length = "6 um"
edge_radius = "150 nm"      # rounding of the edges
# pitch = ["3.5 um", "2 um"]  # between neighbours, along width and along thickness
placement = "square"        # or "hexagonal", or "random" (with a seed)
# tilt = "5 deg"
# twist = "30 deg"
# bend = "20 deg"
# seed = 0
""",
    "porous-framework": _FRAMEWORK.format("porous-framework"),
    "miec-scaffold": _FRAMEWORK.format("miec-scaffold")
    + """\
coating = "100 nm"          # thickness; carried on the surface, not meshed
# preset = "LLTO"           # "LLTO@CNT", "LLTO", "CNT", or "Cu foil"
# coverage = 0.8            # share of the surface that is coated, in patches
# patch = "2 um"
# coating_seed = 0
# particles = "inert"       # only the coating conducts
""",
    "gyroid": _MINIMAL.format("gyroid"),
    "diamond": _MINIMAL.format("diamond"),
    "schwarz-p": _MINIMAL.format("schwarz-p"),
    "gaussian-random-field": """\
kind = "gaussian-random-field"
width = "2 um"
thickness = "2 um"
correlation_length = "600 nm"
porosity = 0.5
# sides = "symmetric"       # else "periodic"
# seed = 0
headroom = "200 nm"         # electrolyte above; leave out for the solid alone
""",
    "fibre-cloth": """\
kind = "fibre-cloth"
diameter = "7 um"           # of a fibre
fibres = 2                  # in a bundle
layers = 1
repeats = [1, 1]            # pairs of bundles along x and y
# pitch = "30 um"           # from bundle to bundle; or porosity = 0.8
headroom = "5 um"           # electrolyte above; leave out for the solid alone
""",
    "inverse-opal": """\
kind = "inverse-opal"
diameter = "500 nm"         # of the spherical pores
repeats = [1, 1, 1]         # cubic cells along x, y and z
overlap = 0.05              # of neighbours, of the diameter; or porosity = 0.8
headroom = "100 nm"         # electrolyte above; leave out for the solid alone
""",
    "overlapping-spheres": """\
kind = "overlapping-spheres"
diameter = "600 nm"
width = "2 um"
thickness = "2 um"
porosity = 0.5
spheres = "solid"           # or "pores"
# sides = "symmetric"       # else "periodic"
# seed = 0
headroom = "200 nm"         # electrolyte above; leave out for the solid alone
""",
    "combination": """\
kind = "combination"
operation = "union"         # or "intersection", "difference", or "shell" of one part
headroom = "100 nm"         # electrolyte above; leave out for the solid alone
# porosity = 0.6            # reached by moving the surface
# shell = "50 nm"           # with operation = "shell"
# outwards = 0.5            # share of the shell outside the surface

[[geometry.parts]]          # tables like [geometry], on one footprint
kind = "film"
thickness = "200 nm"

[[geometry.parts]]
kind = "gyroid"
cell = "1 um"
porosity = 0.7
""",
    "image": """\
kind = "image"
file = "electrode.tif"      # beside this file; pages of a TIFF, .npy, raw, or a folder of slices
voxel = "100 nm"
labels = { electrolyte = 0, electrode = 255 }   # grey values; also binder and additive
# threshold = 128           # instead of labels: what is brighter is electrode
# axes = "zyx"              # what pages, rows and columns of the file are
# upside_down = true        # the last page lies on the collector
# crop = [[0, 128], [0, 128], [0, 128]]   # first voxel and the one after the last: x, y, z
# smoothing = 0.6           # of the voxels' corners, in voxels; 0 keeps the voxels' faces
# headroom = "1 um"         # electrolyte above; without it the solids alone are meshed
# top = "separator"         # the electrode ends there, and reacts; else its top is a cut
# bottom = "cut"            # for plating: pores go on below, and end at no bare collector
""",
    "mesh": """\
kind = "mesh"
file = "own.msh"            # beside this file; .msh, .xdmf or .vtu
unit = "1 nm"               # length of one unit of the mesh
# which tag is which: an integer, or the name of a physical group
regions = { electrode = 1, electrolyte = 2 }
boundaries = { interface = 10, collector = 11, separator = 12, sides = 13 }
""",
}
_HEADROOM = """\
headroom = "1 um"           # electrolyte up to the separator; leave out for the electrode alone
"""
_WITH_HEADROOM = ("film", "nanowire-array", "nanobelt-array")
_REST = """
[mesh]
# order = 2                 # 2: curved elements, quadratic fields; 1: straight and linear
# segments = 16             # elements around a pole; found from the shape if left out
# interface = "{fine}"       # element size at the interface
# core = "{core}"            # largest size inside the electrode
# bulk = "{bulk}"            # largest size in the electrolyte

[material]
name = "{material}"{pad}     # 'nanotrode materials' lists the cards
# file = "my_card.toml"     # your own card, or a BPX file (.json)
# diffusivity = "{slow} m^2/s"             # in place of the card's value
# exchange_current_density = "1 A/m^2"

[electrolyte]
concentration = "1 mol/L"

[initial]
stoichiometry = {start}        # nearly empty; or voltage = "{rest}"

[[protocol]]
steps = [
    "Discharge at {rate} until {low}",
    "Rest for 5 minutes",
    "Charge at {rate} until {high}",
    # "Hold at {high} until C/20", "Sweep from {high} to {low} at 1 mV/s",
]
repeat = 1

[solver]
tolerance = 1e-4            # local error of a time step, in stoichiometry and volts
# max_step = "10 s"

[output]
fraction = 0.1              # fields at each 10 % of charge; or every = "1 min"
pictures = true
report = true               # report.html: all of it on one page
"""

_PLATING = """
[mesh]
# interface = "1.5 um"      # element size at the interface
# bulk = "4 um"             # largest size in the electrolyte

[plating]
anode = "LLTO@CNT"          # all materials; "LLTO", "CNT", "Cu foil", or cards one by one:
# solid = "LLTO"            # 'nanotrode materials' lists the cards
# coat = "CNT-on-LLTO"
electrolyte = "LHCE"
# side_reaction = "electrolyte-reduction"  # a stated input, from which an efficiency follows
# salt = true               # resolve the electrolyte's concentration
# lithiation = true         # lithium also enters the body
# nucleation_barrier = "60 mV"             # in place of the cards' values
# exchange_current_density = "5 A/m^2"

[[protocol]]
steps = [
    "Plate at 0.5 mA/cm2 until 0.5 mAh/cm2",
    "Rest for 5 minutes",
    "Strip at 0.5 mA/cm2 until 1 V",
]
repeat = 1

[solver]
tolerance = 0.02            # error of the deposit in a time step, over its mean
# max_step = "1 min"

[output]
fraction = 0.1              # fields at each 10 % of a step; or every = "10 min"
pictures = true
report = true               # report.html: all of it on one page
"""


_NANOMETRES = {
    **{"material": "NMC811", "pad": "        ", "start": "0.3", "rest": "4.2 V", "slow": "1e-15"},
    **{"rate": "20C", "low": "3.0 V", "high": "4.3 V"},
    **{"fine": "80 nm", "core": "120 nm", "bulk": "300 nm"},
}
_MICROMETRES = {
    **{"material": "NMC811", "pad": "        ", "start": "0.3", "rest": "4.2 V", "slow": "1e-15"},
    **{"rate": "C/2", "low": "3.0 V", "high": "4.3 V"},
    **{"fine": "1.5 um", "core": "4 um", "bulk": "4 um"},
}
"""What goes with structures of either scale."""

_COARSE = ("porous-framework", "fibre-cloth", "image")
_PLATED = ("miec-scaffold",)


def starter(kind: str) -> str:
    """A study file for a `geometry.kind` that runs as it is (a mesh of your own apart)."""
    headroom = _HEADROOM if kind in _WITH_HEADROOM else ""
    rest = _REST.format(**(_MICROMETRES if kind in _COARSE else _NANOMETRES))
    if kind in _PLATED:
        rest = _PLATING
    return (
        f"# A study for nanotrode; run it with: nanotrode run FILE\n"
        f'question = ""               # what is asked, for the report\n'
        f'temperature = "25 degC"\n\n[geometry]\n{_GEOMETRY[kind]}{headroom}{rest}'
    )
