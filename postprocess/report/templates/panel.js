// What stands around the rotatable picture: fields, colour bar, time, scale bar, the value pointed at.
"use strict";

class Panel {
  constructor(viewer, place) {
    this.viewer = viewer;
    const { model, canvas } = viewer;
    this.bar = make("div", { class: "bar" });
    this.ruler = make("div", { class: "ruler" });
    this.hint = make("div", { class: "tip", hidden: "" });
    this.clock = make("output", { class: "clock" });
    const help = make("p", { id: "viewer-help", class: "help" },
      "Drag to turn, wheel or pinch to zoom, shift and drag to move, double click to go back. "
      + "Keys: arrows, + and −, 0, comma and full stop for the time, space to play.");
    place.querySelector(".still").replaceWith(
      this.fields(model.fields), make("div", { class: "stage" }, canvas, this.bar, this.ruler, this.hint), this.time(model.outputs), help);
    canvas.setAttribute("aria-label", "rotatable picture of the electrode");
  }

  fields(fields) {
    const row = make("div", { class: "fields", role: "group", "aria-label": "field" });
    this.buttons = fields.map((field, k) => {
      const button = make("button", { type: "button" }, field.scale.heading);
      button.addEventListener("click", () => this.viewer.choose(k));
      row.append(button);
      return button;
    });
    return row;
  }

  time(outputs) {
    this.slider = make("input", { type: "range", min: "0", max: String(outputs.length - 1), step: "1", "aria-label": "output" });
    this.slider.addEventListener("input", () => { this.stop(); this.viewer.go(Number(this.slider.value)); });
    this.player = make("button", { type: "button", class: "play", "aria-label": "play" }, "▶");
    this.player.addEventListener("click", () => this.play());
    this.limits = make("button", { type: "button", class: "limits" });
    this.limits.addEventListener("click", () => {
      const { viewer } = this;
      viewer.whole[viewer.field] = !viewer.whole[viewer.field];
      viewer.show();
    });
    const many = outputs.length > 1;
    return make("div", { class: "time" }, ...(many ? [this.player, this.slider] : []), this.clock, ...(many ? [this.limits] : []));
  }

  play() {
    if (this.running) return this.stop();
    const { viewer } = this, last = viewer.model.outputs.length - 1;
    this.player.textContent = "❚❚";
    this.player.setAttribute("aria-label", "pause");
    if (viewer.moment === last) viewer.go(0);
    this.running = setInterval(() => (viewer.moment < last ? viewer.go(viewer.moment + 1) : this.stop()), 350);
  }

  stop() {
    clearInterval(this.running);
    this.running = null;
    this.player.textContent = "▶";
    this.player.setAttribute("aria-label", "play");
  }

  update(viewer) {
    const { model, scale } = viewer, output = model.outputs[viewer.moment];
    this.buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(k === viewer.field)));
    this.slider.value = String(viewer.moment);
    this.slider.setAttribute("aria-valuetext", output.clock);
    this.clock.replaceChildren(make("b", {}, output.clock), ` ${output.step} · ${output.facts}`);
    this.limits.textContent = viewer.whole[viewer.field] ? "colours: whole run" : "colours: this moment";
    // the colours may be those of the whole run, but what is said is said of this moment
    const { note } = model.fields[viewer.field].scales[viewer.moment];
    this.drawBar(scale, viewer.maps[scale.map].colours, note);
  }

  drawBar(scale, colours, note) {
    const stops = [];
    for (let k = 0; k <= 32; k++) {
      const at = 3 * Math.round((k / 32) * 255);
      stops.push(`rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]})`);
    }
    const [low, high] = scale.limits.map((v) => v / scale.size);
    const strip = make("div", { class: `strip ${scale.extend}` });
    strip.style.background = `linear-gradient(to top, ${stops.join(", ")})`;
    const ticks = niceTicks(low, high, 5), step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
    const digits = Math.min(8, Math.max(3, Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / step)) + 1));
    const marks = ticks.map((tick) => {
      const mark = make("span", { class: "tick" }, numberText(tick, digits));
      mark.style.bottom = `${(100 * (tick - low)) / (high - low)}%`;
      return mark;
    });
    const name = make("div", { class: "name" }, scale.unit ? `${scale.words} [${scale.unit}]` : scale.words);
    const column = make("div", { class: "column" }, strip, ...marks);
    this.bar.replaceChildren(name, column, ...(note ? [make("div", { class: "note" }, note)] : []));
  }

  // The scale bar; lengths hold along the horizontal, whatever the view.
  measure(viewer) {
    const { canvas, camera, model } = viewer, scale = camera.scale(canvas.clientWidth, canvas.clientHeight);
    const length = niceLength(Math.min(120, 0.25 * canvas.clientWidth) / scale);
    const line = make("i");
    line.style.width = `${length * scale}px`;
    const squeezed = model.squeeze > 1 ? ` · heights ÷ ${numberText(model.squeeze, 2)}` : "";
    this.ruler.replaceChildren(line, lengthText(length) + squeezed);
  }

  tell(value, x = 0, y = 0) {
    this.hint.hidden = value === null;
    if (value === null) return;
    const { scale } = this.viewer, shown = (scale.sign * value) / scale.size;
    this.hint.textContent = `${numberText(shown)}${scale.unit ? `\u202f${scale.unit}` : ""}`;
    this.hint.style.transform = `translate(${x + 14}px, ${y - 30}px)`;
  }
}
