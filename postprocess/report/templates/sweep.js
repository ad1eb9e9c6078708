// A sweep's cases as points: one column against another, coloured by a third.
"use strict";

const PLAIN = "currentColor";

class Sweep {
  constructor(data, colours) {
    Object.assign(this, data, { colours, tip });
    this.title = (column) => (column.unit ? `${column.words} [${column.unit}]` : column.words);
    this.inputs = this.columns.filter((column) => column.kind === "input");
    this.told = this.columns.filter((column) => column.kind !== "other");
    this.metrics = this.columns.filter((column) => column.kind === "metric");
    // "First discharge: utilisation" is "utilisation" where no other column ends so
    const ends = this.told.map((column) => column.words.split(": ").at(-1));
    this.told.forEach((column, n) => (column.short = ends.filter((end) => end === ends[n]).length > 1 ? column.words : ends[n]));
    this.marks = new Map();
    this.kept = new Set(this.cases.keys());
  }

  // What a column's value counts as along an axis: some inputs by their logarithm.
  scaled(column, value) {
    return column.log ? Math.log10(value) : value;
  }

  // Ticks of a column between two ends along its axis, each with its text.
  ticks(column, low, high) {
    if (!column.log) return niceTicks(low, high, 6).map((v) => [v, numberText(v)]);
    const marks = high - low < 2.5 ? [1, 2, 5] : [1], step = Math.ceil((high - low) / 6), ticks = [];
    for (let k = Math.floor(low); k <= high; k += step) for (const m of marks) ticks.push(m * 10 ** k);
    return ticks.map((v) => [Math.log10(v), numberText(v)]).filter(([k]) => k >= low - 1e-9 && k <= high + 1e-9);
  }

  // Where a value lies between the ends of its column, from 0 to 1; words are spread evenly.
  place(column, value) {
    if (value === null) return null;
    if (!column.numeric) {
      const words = [...new Set(column.values)];
      return words.length > 1 ? words.indexOf(value) / (words.length - 1) : 0.5;
    }
    const [low, high] = this.ends(column);
    return (this.scaled(column, value) - low) / (high - low);
  }

  ends(column) {
    const there = column.values.filter((value) => value !== null).map((value) => this.scaled(column, value));
    const low = Math.min(...there), high = Math.max(...there), room = this.room(column);
    if (high - low >= room && high > low) return [low, high];
    const middle = 0.5 * (low + high), half = 0.5 * (room || 1);
    return [middle - half, middle + half];
  }

  // A result's least range, lest noise be drawn as a difference: its error bar, or 1 % of it.
  room(column) {
    if (column.kind !== "metric" || !column.numeric) return 0;
    const there = column.values.filter((value) => value !== null).map(Math.abs);
    return Math.max(0.01 * Math.max(0, ...there), ...column.errors.map((error) => error || 0));
  }

  uniform(column) {
    const there = column.values.filter((value) => value !== null);
    return Math.max(...there) - Math.min(...there) < this.room(column);
  }

  // The lowest and the highest value, as they are read.
  limits(column) {
    return this.ends(column).map((end) => (column.log ? 10 ** end : end));
  }

  colour(column, k) {
    const place = column && this.place(column, column.values[k]);
    if (place === null || place === undefined) return PLAIN;
    // the ends of the map are lost on light or dark paper
    const at = 3 * Math.round(255 * (0.1 + 0.82 * place));
    return `rgb(${this.colours[at]} ${this.colours[at + 1]} ${this.colours[at + 2]})`;
  }

  // A case's mark: a link to its page, lit wherever else the case is drawn.
  link(k, ...parts) {
    const one = this.cases[k], attributes = one.link ? { href: one.link } : {};
    const node = make("a.svg", { ...attributes, "aria-label": `case ${one.name}`, class: "case" }, ...parts);
    this.watch(k, node);
    return node;
  }

  watch(k, node) {
    if (!this.marks.has(k)) this.marks.set(k, new Set());
    this.marks.get(k).add(node);
    node.addEventListener("pointermove", (event) => this.tip.show(event, this.rows(k)));
    for (const start of ["pointerenter", "focus"]) node.addEventListener(start, () => this.light(k, true));
    for (const end of ["pointerleave", "blur"]) node.addEventListener(end, () => { this.light(k, false); this.tip.hide(); });
  }

  light(k, on) {
    for (const node of this.marks.get(k)) node.classList.toggle("lit", on);
  }

  rows(k) {
    const value = (column) => (column.numeric && column.values[k] !== null ? numberText(column.values[k]) : column.values[k] ?? "–");
    const bar = (column) => (column.errors[k] === null ? "" : ` ± ${numberText(column.errors[k], 2)}`);
    return [`case ${this.cases[k].name}`, ...this.told.slice(0, 12).map((c) => `${c.words}: ${value(c)}${bar(c)} ${c.unit}`)];
  }

  keep(kept) {
    this.kept = kept;
    const some = kept.size < this.cases.length;
    for (const plot of document.querySelectorAll(".plot")) plot.classList.toggle("some", some);
    for (const [k, nodes] of this.marks) for (const node of nodes) node.classList.toggle("dim", !kept.has(k));
  }

  select(name, columns, chosen, changed) {
    const list = make("select", {});
    columns.forEach((column) => list.append(make("option", {}, this.title(column))));
    list.selectedIndex = Math.max(0, columns.indexOf(chosen));
    list.addEventListener("change", () => changed(columns[list.selectedIndex]));
    return make("label", {}, name, list);
  }
}

class Scatter {
  constructor(sweep, place) {
    const { columns, inputs, metrics } = sweep, first = metrics.find((m) => new Set(m.values).size > 1) || metrics[0];
    Object.assign(this, { sweep, x: inputs[0] || columns[0], y: first || columns[0], tint: inputs[1] || first || columns[0] });
    const pick = (name, key) => sweep.select(name, columns, this[key], (column) => { this[key] = column; this.draw(); });
    this.plot = make("div", { class: "plot" });
    place.append(make("div", { class: "pick" }, pick("across", "x"), pick("up", "y"), pick("colour", "tint"), this.ramp = make("span")), this.plot);
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  draw() {
    const width = Math.max(280, this.plot.clientWidth), height = Math.min(430, 0.62 * width + 70);
    if (!this.plot.clientWidth) return;
    const { sweep, x, y, tint } = this, f = { left: 62, right: 14, top: 26, bottom: 46 };
    const wide = width - f.left - f.right, high = height - f.top - f.bottom;
    const spread = (column) => {
      const [a, b] = column.numeric ? sweep.ends(column) : [0, 1], bar = Math.max(0, ...column.errors.map((e) => e || 0));
      return [a - 0.06 * (b - a) - bar, b + 0.06 * (b - a) + bar];
    };
    const ends = { x: spread(x), y: spread(y) };
    const value = (column, k) => (column.numeric && column.values[k] !== null ? sweep.scaled(column, column.values[k]) : sweep.place(column, column.values[k]));
    const across = (v) => f.left + ((v - ends.x[0]) / (ends.x[1] - ends.x[0])) * wide;
    const up = (v) => f.top + high - ((v - ends.y[0]) / (ends.y[1] - ends.y[0])) * high;
    const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${sweep.title(y)} against ${sweep.title(x)}` });
    for (const [column, axis] of [[x, "x"], [y, "y"]]) this.axis(svg, column, axis, ends[axis], { across, up, f, wide, high });
    sweep.cases.forEach((one, k) => {
      const [a, b] = [value(x, k), value(y, k)];
      if (a === null || b === null) return;
      const parts = [], [px, py] = [across(a), up(b)];
      if (y.errors[k]) parts.push(make("line", { class: "whisker", x1: px, x2: px, y1: up(b - y.errors[k]), y2: up(b + y.errors[k]) }));
      if (x.errors[k]) parts.push(make("line", { class: "whisker", y1: py, y2: py, x1: across(a - x.errors[k]), x2: across(a + x.errors[k]) }));
      parts.push(make("circle", { class: "spot", cx: px, cy: py, r: 6.5, fill: sweep.colour(tint, k) }));
      svg.append(sweep.link(k, ...parts));
    });
    this.plot.replaceChildren(svg);
    this.legend(tint);
    sweep.keep(sweep.kept);
  }

  axis(svg, column, axis, ends, { across, up, f, wide, high }) {
    const words = [...new Set(column.values)].filter((word) => word !== null);
    const ticks = column.numeric ? this.sweep.ticks(column, ...ends) : words.map((word) => [this.sweep.place(column, word), word]);
    for (const [v, text] of ticks) {
      if (axis === "x") svg.append(make("text", { x: across(v), y: f.top + high + 18, "text-anchor": "middle" }, text));
      else svg.append(make("line", { class: "grid", x1: f.left, x2: f.left + wide, y1: up(v), y2: up(v) }), make("text", { x: f.left - 8, y: up(v) + 4, "text-anchor": "end" }, text));
    }
    const name = this.sweep.title(column);
    if (axis === "x") svg.append(make("line", { class: "axis", x1: f.left, x2: f.left + wide, y1: f.top + high, y2: f.top + high }), make("text", { class: "label", x: f.left + wide / 2, y: f.top + high + 39, "text-anchor": "middle" }, name));
    else svg.append(make("text", { class: "label", x: 2, y: 13 }, name));
  }

  legend(tint) {
    const strip = make("i", { class: "ramp" }), stops = [];
    for (let k = 0; k <= 12; k++) stops.push(`rgb(${[0, 1, 2].map((c) => this.sweep.colours[3 * Math.round(255 * (0.1 + 0.82 * (k / 12))) + c]).join(" ")})`);
    strip.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    const [low, high] = tint.numeric ? this.sweep.limits(tint).map((v) => numberText(v, 3)) : [tint.values[0], tint.values.at(-1)];
    this.ramp.replaceChildren(`${low} `, strip, ` ${high}${this.sweep.uniform(tint) ? " (uniform)" : ""}`);
  }
}
