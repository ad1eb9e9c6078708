// The rotatable picture: fields over time on the electrode's surface or on its cut.
"use strict";

const PLATE = [0.72, 0.71, 0.69, 1], SIDES = [0.86, 0.85, 0.83, 1];

class Viewer {
  static async start(place, model) {
    const canvas = make("canvas", { tabindex: "0", role: "application", "aria-describedby": "viewer-help" });
    const stage = new Stage(canvas);
    const viewer = new Viewer(canvas, stage, model);
    await viewer.load();
    viewer.build(place);
    return viewer;
  }

  constructor(canvas, stage, model) {
    Object.assign(this, { canvas, stage, model, field: 0, moment: model.start, turned: false });
    this.camera = new Camera(Viewer.flat(model.electrolyte || model.box, model.squeeze));
    this.whole = model.fields.map((field) => !field.moment);
    this.levels = new Map();
  }

  static flat([x0, x1, y0, y1, z0, z1], squeeze) {
    return [x0, x1, y0, y1, z0 / squeeze, z1 / squeeze];
  }

  async load() {
    const { model, stage } = this, { box, squeeze } = model;
    this.maps = {};
    for (const [name, text] of Object.entries(model.maps)) {
      const colours = await unpack(text, Uint8Array);
      this.maps[name] = { colours, texture: stage.addMap(colours) };
    }
    this.bodies = {};
    for (const [name, body] of Object.entries(model.bodies)) {
      const arrays = await unpackBody(body, box, squeeze);
      this.bodies[name] = { arrays, drawn: stage.add(arrays) };
    }
    const room = Viewer.flat(model.electrolyte || box, squeeze), size = Math.min(room[1] - room[0], room[3] - room[2]);
    const rim = model.electrolyte ? 0 : 0.03 * size, floor = box[4] / squeeze;
    this.plate = stage.add(boxBody([room[0] - rim, room[1] + rim, room[2] - rim, room[3] + rim, floor - 0.025 * size, floor - 1e-4 * size]));
    this.edges = model.electrolyte && stage.addEdges(boxEdges(room));
    this.stand();
  }

  stand() {
    const body = this.model.bodies[this.model.fields[this.field].body];
    this.camera.stand(body.azimuth, body.elevation);
    this.turned = false;
  }

  get scale() {
    const field = this.model.fields[this.field];
    return this.whole[this.field] ? field.scale : field.scales[this.moment];
  }

  // The packed values of the field at the moment; unpacked when first looked at.
  async values() {
    const { fields } = this.model, field = fields[this.field];
    const source = field.like ?? this.field, key = `${source}/${this.moment}`;
    if (!this.levels.has(key)) this.levels.set(key, await unpack(fields[source].data[this.moment].text, Uint16Array));
    return this.levels.get(key);
  }

  async show() {
    const wanted = `${this.field}/${this.moment}`;
    const levels = await this.values();
    if (wanted !== `${this.field}/${this.moment}`) return;
    this.shown = levels;
    this.stage.setLevels(this.bodies[this.model.fields[this.field].body].drawn, levels);
    this.panel.update(this);
    this.draw();
    document.dispatchEvent(new CustomEvent("moment", { detail: this.model.outputs[this.moment].time }));
  }

  draw() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.paint());
  }

  paint() {
    const { stage, model, canvas, scale } = this, field = model.fields[this.field], piece = field.data[this.moment];
    const view = this.camera.view(canvas.clientWidth, canvas.clientHeight);
    this.matrix = view.matrix;
    // what counts as uniform has one colour
    const middle = 0.5 * (piece.low + piece.high), [low, high] = scale.flat ? [middle, middle] : [piece.low, piece.high];
    stage.begin(view);
    stage.draw(this.plate, { grey: PLATE });
    if (field.body === "surface") stage.draw(this.bodies.sides.drawn, { grey: SIDES });
    stage.draw(this.bodies[field.body].drawn, {
      map: this.maps[scale.map].texture, levels: model.levels,
      ends: [scale.sign * low, scale.sign * high], limits: scale.limits,
    });
    // edges that would cross the object in front are left out
    if (this.edges) stage.drawEdges(this.edges, view.eye.map((v) => v > 0), [0.5, 0.58, 0.66, 0.8]);
    this.panel.measure(this);
  }

  // The value under a place on the canvas, or null.
  read(x, y) {
    const { canvas, model } = this, field = model.fields[this.field], piece = field.data[this.moment];
    const found = pick(this.bodies[field.body].arrays, this.matrix, (2 * x) / canvas.clientWidth - 1, 1 - (2 * y) / canvas.clientHeight);
    if (!found || !this.shown) return null;
    const level = found.nodes.reduce((sum, node, k) => sum + found.shares[k] * this.shown[node], 0);
    return piece.low + (level / model.levels) * (piece.high - piece.low);
  }

  choose(field) {
    const before = this.model.fields[this.field].body;
    this.field = field;
    if (before !== this.model.fields[field].body && !this.turned) this.stand();
    this.show();
  }

  go(moment) {
    this.moment = Math.max(0, Math.min(this.model.outputs.length - 1, moment));
    this.show();
  }

  seek(time) {
    const times = this.model.outputs.map((output) => Math.abs(output.time - time));
    this.go(times.indexOf(Math.min(...times)));
  }

  build(place) {
    this.panel = new Panel(this, place);
    new Hands(this);
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    document.addEventListener("seek", (event) => this.seek(event.detail));
    this.show();
  }
}

(async () => {
  const place = document.getElementById("viewer");
  if (!place) return;
  try {
    window.nanotrodeViewer = await Viewer.start(place, pageData("model"));
    place.dataset.state = "live";
  } catch (error) {
    // the still picture stays where it is
    place.dataset.state = "still";
    place.querySelector(".why").textContent = `Not rotatable here: ${error.message}.`;
  }
})();
