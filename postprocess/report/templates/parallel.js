// All columns beside each other, a strand for each case; dragging along an axis keeps what it meets.
"use strict";

class Parallel {
  constructor(sweep, place) {
    const shown = sweep.told.filter((column) => new Set(column.values.filter((v) => v !== null)).size > 1).slice(0, 8);
    Object.assign(this, { sweep, shown, brushes: new Map(), tint: shown.find((column) => column.kind === "metric") || shown[0] });
    this.plot = make("div", { class: "plot" });
    const again = make("button", { type: "button", class: "again", hidden: "" }, "all cases again");
    again.addEventListener("click", () => { this.brushes.clear(); this.keep(); this.draw(); });
    this.again = again;
    place.append(make("div", { class: "pick" },
      sweep.select("colour", shown, this.tint, (column) => { this.tint = column; this.draw(); }),
      make("span", {}, "drag along an axis to keep the cases there"), again), this.plot);
    new ResizeObserver(() => this.draw()).observe(this.plot);
  }

  draw() {
    const { shown, sweep } = this;
    if (!this.plot.clientWidth || !shown.length) return;
    const width = Math.max(this.plot.clientWidth, 104 * shown.length), height = 400, top = 86, bottom = 26, side = 76;
    const gap = shown.length > 1 ? (width - 2 * side) / (shown.length - 1) : 0;
    const across = (n) => side + n * gap, up = (share) => height - bottom - share * (height - top - bottom);
    const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "all columns at once" });
    sweep.cases.forEach((one, k) => {
      const spots = shown.map((column, n) => [n, sweep.place(column, column.values[k])]).filter(([, share]) => share !== null);
      if (spots.length < 2) return;
      const path = "M" + spots.map(([n, share]) => `${across(n)} ${up(share)}`).join("L");
      svg.append(sweep.link(k, make("path", { class: "hand", d: path }), make("path", { class: "strand", d: path, stroke: sweep.colour(this.tint, k) })));
    });
    shown.forEach((column, n) => this.axis(svg, column, n, across(n), up, gap));
    this.plot.replaceChildren(svg);
    sweep.keep(sweep.kept);
  }

  axis(svg, column, n, x, up, gap) {
    const { sweep } = this, words = [...new Set(column.values)].filter((word) => word !== null);
    svg.append(make("line", { class: "axis", x1: x, x2: x, y1: up(0), y2: up(1) }));
    const ticks = column.numeric ? sweep.limits(column).map((v) => [v, numberText(v, 3)]) : words.map((word) => [word, word]);
    ticks.forEach(([v, text]) => {
      const share = sweep.place(column, v), low = share === 0 ? 17 : share === 1 ? -8 : 4;
      svg.append(make("text", { x, y: up(share) + low, "text-anchor": "middle" }, text));
    });
    this.name(column.unit ? `${column.short} [${column.unit}]` : column.short, Math.max(12, Math.floor((gap || 110) / 6.6))).forEach((line, row, all) =>
      svg.append(make("text", { class: "label", x, y: up(1) - 24 - 14 * (all.length - 1 - row), "text-anchor": "middle" }, line)));
    const brush = make("rect", { class: "brush", x: x - 8, width: 16, y: 0, height: 0 });
    const frame = make("rect", { class: "frame", x: x - 13, width: 26, y: up(1) - 6, height: up(0) - up(1) + 12 });
    svg.append(brush, frame);
    this.drag(frame, brush, n, up);
  }

  // A long name in at most four lines.
  name(text, most) {
    const lines = [""];
    for (const word of text.split(" "))
      if (`${lines.at(-1)} ${word}`.length > most && lines.at(-1) && lines.length < 4) lines.push(word);
      else lines.push(`${lines.pop()} ${word}`.trim());
    return lines;
  }

  drag(frame, brush, n, up) {
    const share = (event) => {
      const box = frame.ownerSVGElement.getBoundingClientRect(), y = event.clientY - box.top;
      return (up(0) - y) / (up(0) - up(1));
    };
    const show = () => {
      const range = this.brushes.get(n);
      if (range) for (const [key, value] of [["y", up(range[1])], ["height", up(range[0]) - up(range[1])]]) brush.setAttribute(key, value);
    };
    let start = null;
    frame.addEventListener("pointerdown", (event) => { start = share(event); frame.setPointerCapture(event.pointerId); });
    frame.addEventListener("pointermove", (event) => {
      if (start === null) return;
      this.brushes.set(n, [start, share(event)].sort((a, b) => a - b));
      show();
      this.keep();
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { start = null; });
    show();
  }

  keep() {
    const { sweep, shown, brushes } = this;
    const within = (k) => [...brushes].every(([n, [low, high]]) => {
      const share = sweep.place(shown[n], shown[n].values[k]);
      return share !== null && share >= low - 0.01 && share <= high + 0.01;
    });
    this.again.hidden = brushes.size === 0;
    sweep.keep(new Set([...sweep.cases.keys()].filter(within)));
  }
}
