// Three cones on a foil, in units of 10 nm; makes own_mesh.msh:  gmsh -3 own_mesh.geo
SetFactory("OpenCASCADE");
pitch = 160; height = 200; foot = 60; tip = 30; top = 280;

Box(1) = {0, 0, 0, 3 * pitch, pitch, top};
For i In {0 : 2}
  Cone(10 + i) = {(i + 0.5) * pitch, pitch / 2, 0, 0, 0, height, foot, tip};
EndFor
// cuts the box along the cones, so that both sides share their facets
BooleanFragments{ Volume{1}; Delete; }{ Volume{10 : 12}; Delete; }

e = 1e-3;
cones() = Volume In BoundingBox{-e, -e, -e, 3 * pitch + e, pitch + e, height + e};
bath() = Volume{:};
bath() -= cones();
Physical Volume("cones") = cones();
Physical Volume("bath") = bath();

foil() = Surface In BoundingBox{-e, -e, -e, 3 * pitch + e, pitch + e, e};
roof() = Surface In BoundingBox{-e, -e, top - e, 3 * pitch + e, pitch + e, top + e};
skin() = Abs(Boundary{ Volume{cones()}; });
skin() -= foil();
walls() = Surface{:};
walls() -= foil();
walls() -= roof();
walls() -= skin();
Physical Surface("foil") = foil();
Physical Surface("top") = roof();
Physical Surface("skin") = skin();
Physical Surface("walls") = walls();

Mesh.MeshSizeMax = 80;
Mesh.MeshSizeFromCurvature = 9;
Mesh.MeshSizeExtendFromBoundary = 1;
Mesh.OptimizeNetgen = 1;
Mesh.Binary = 1;
