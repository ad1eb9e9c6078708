"""One NMC811 nanowire, from its shape to a picture of its current density."""

import nanotrode as nt

wire = nt.NanowireArray(count=1, radius=500e-9, length=5e-6, tip="rounded")  # [m]
mesh = nt.build_mesh(wire)
simulation = nt.Simulation(
    mesh,
    nt.material("NMC811"),
    protocol=["Discharge at 20C until 3 V", "Rest for 1 minute"],
    initial_stoichiometry=0.3,
)
result = simulation.run("runs/wire-py", observers=[nt.VtkWriter("runs/wire-py", mesh)])
print(f"{1e3 * result.series['Areal capacity [mA.h.cm-2]'].max():.3f} uAh/cm2 at 20C")
nt.render(result, "current_density", "runs/wire-py/current_density.png")
