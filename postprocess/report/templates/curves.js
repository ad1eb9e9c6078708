// Pointing at curves: the values there, and, over time, the 3-D picture at that moment.
"use strict";

class Curves {
  constructor(figure, facts, tip) {
    Object.assign(this, { figure, facts, tip, svg: figure.querySelector("svg") });
    this.cursor = make("line", { class: "cursor", y1: facts.frame[1], y2: facts.frame[1] + facts.frame[3], visibility: "hidden" });
    this.now = make("line", { class: "now", y1: facts.frame[1], y2: facts.frame[1] + facts.frame[3], visibility: "hidden" });
    this.dots = facts.lines.map((line) => make("circle", { r: 3.5, class: `dot ${line.style}`, visibility: "hidden" }));
    this.svg.append(this.now, this.cursor, ...this.dots);
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.clear());
    if (facts.second === null) return;
    this.svg.addEventListener("click", (event) => {
      const time = Math.max(facts.x[0], Math.min(facts.x[1], this.value(event))) * facts.second;
      document.dispatchEvent(new CustomEvent("seek", { detail: time }));
    });
    document.addEventListener("moment", (event) => this.mark(this.now, this.across(event.detail / facts.second)));
    if (document.getElementById("viewer")) this.svg.classList.add("seeks");
  }

  across(x) { const { frame: f, x: ends } = this.facts; return f[0] + ((x - ends[0]) / (ends[1] - ends[0])) * f[2]; }
  up(y) { const { frame: f, y: ends } = this.facts; return f[1] + f[3] - ((y - ends[0]) / (ends[1] - ends[0])) * f[3]; }

  place(event) {
    const box = this.svg.getBoundingClientRect(), view = this.svg.viewBox.baseVal;
    return [((event.clientX - box.left) / box.width) * view.width, ((event.clientY - box.top) / box.height) * view.height];
  }

  value(event) {
    const { frame: f, x: ends } = this.facts;
    return ends[0] + ((this.place(event)[0] - f[0]) / f[2]) * (ends[1] - ends[0]);
  }

  mark(line, x) {
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    line.setAttribute("visibility", "visible");
  }

  // Over time the nearest point of each curve; elsewhere only the nearest of all.
  point(event) {
    const [px, py] = this.place(event), rows = [], timed = this.facts.second !== null;
    const near = this.facts.lines.map((line) => {
      let best = 0, least = Infinity;
      line.x.forEach((x, k) => {
        const dx = this.across(x) - px, dy = timed ? 0 : this.up(line.y[k]) - py, far = dx * dx + dy * dy;
        if (far < least) [best, least] = [k, far];
      });
      return { k: best, far: least };
    });
    const closest = Math.min(...near.map((n) => n.far));
    near.forEach(({ k, far }, number) => {
      const line = this.facts.lines[number], told = timed || far === closest;
      this.dots[number].setAttribute("visibility", told ? "visible" : "hidden");
      if (!told) return;
      this.dots[number].setAttribute("cx", this.across(line.x[k]));
      this.dots[number].setAttribute("cy", this.up(line.y[k]));
      if (!rows.length) rows.push(`${numberText(line.x[k])}  ${this.facts.xLabel}`);
      rows.push(`${line.name}: ${numberText(line.y[k])}`);
    });
    if (timed && near.length) this.mark(this.cursor, px);
    this.tip.show(event, rows);
  }

  clear() {
    for (const part of [this.cursor, ...this.dots]) part.setAttribute("visibility", "hidden");
    this.tip.hide();
  }
}

// The one note that follows the pointer.
class Tip {
  constructor() {
    this.node = make("div", { class: "tip floating", hidden: "" });
    document.body.append(this.node);
  }

  show(event, rows) {
    this.node.hidden = rows.length === 0;
    this.node.replaceChildren(...rows.map((row) => make("div", {}, row)));
    const wide = this.node.offsetWidth, right = event.clientX + 16 + wide > window.innerWidth;
    this.node.style.left = `${Math.max(4, right ? event.clientX - wide - 12 : event.clientX + 16)}px`;
    this.node.style.top = `${event.clientY + 14}px`;
  }

  hide() { this.node.hidden = true; }
}

const tip = new Tip();
for (const figure of document.querySelectorAll("[data-chart]"))
  new Curves(figure, pageData("charts")[Number(figure.dataset.chart)], tip);
