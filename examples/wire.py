"""One LiFePO4 nanowire, from its shape to a picture of its current density."""

import nanotrode as nt

wire = nt.NanowireArray(count=1, radius=50e-9, length=500e-9, tip="rounded")  # [m]
mesh = nt.build_mesh(wire)
simulation = nt.Simulation(
    mesh,
    nt.material("LiFePO4"),
    protocol=["Discharge at 10C until 2.5 V", "Rest for 5 minutes"],
    initial_stoichiometry=0.02,
)
result = simulation.run("runs/wire-py", observers=[nt.VtkWriter("runs/wire-py", mesh)])
print(f"{1e3 * result.series['Areal capacity [mA.h.cm-2]'].max():.3f} uAh/cm2 at 10C")
nt.render(result, "current_density", "runs/wire-py/current_density.png")
