// The table of all cases; a column's name sorts by it.
"use strict";

class Cases {
  constructor(sweep, place) {
    Object.assign(this, { sweep, order: [...sweep.cases.keys()], by: null, down: false });
    this.body = make("tbody");
    const heads = [["case", null], ...sweep.told.map((column) => [sweep.title(column), column]), ["state", "state"]];
    const row = make("tr", {}, ...heads.map(([title, column]) => {
      const button = make("button", { type: "button" }, title);
      button.addEventListener("click", () => this.sort(column));
      return make("th", { scope: "col", class: column && column.numeric ? "number" : "" }, button);
    }));
    place.append(make("table", {}, make("thead", {}, row), this.body));
    this.rows = sweep.cases.map((one, k) => this.row(one, k));
    this.draw();
  }

  row(one, k) {
    const { sweep } = this, name = one.link ? make("a", { href: one.link }, one.name) : one.name;
    const cells = sweep.told.map((column) => {
      const value = column.values[k], bar = column.errors[k] === null ? "" : ` ± ${numberText(column.errors[k], 2)}`;
      return make("td", { class: column.numeric ? "number" : "" }, column.numeric && value !== null ? numberText(value) + bar : value ?? "–");
    });
    const failed = one.state !== "done";
    const row = make("tr", {}, make("td", {}, name), ...cells, make("td", { class: failed ? "failed" : "" }, one.reason ? `${one.state}: ${one.reason}` : one.state));
    sweep.watch(k, row);
    return row;
  }

  sort(column) {
    this.down = this.by === column && !this.down;
    this.by = column;
    const value = (k) => (column === null ? this.sweep.cases[k].name : column === "state" ? this.sweep.cases[k].state : column.values[k]);
    const sign = this.down ? -1 : 1;
    this.order.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
    });
    this.draw();
  }

  draw() {
    this.body.replaceChildren(...this.order.map((k) => this.rows[k]));
  }
}

(async () => {
  const data = pageData("sweep");
  const [colours, signed] = await Promise.all([unpack(data.map, Uint8Array), unpack(data.signed, Uint8Array)]);
  const sweep = new Sweep(data, colours);
  new Scatter(sweep, document.getElementById("scatter"));
  new Parallel(sweep, document.getElementById("parallel"));
  new Cases(sweep, document.getElementById("cases"));
  for (const cell of document.querySelectorAll("[data-r]")) {
    const r = Number(cell.dataset.r), at = 3 * Math.round(127.5 + 127.5 * r), mark = cell.querySelector("i");
    mark.style.background = `rgb(${signed[at]} ${signed[at + 1]} ${signed[at + 2]})`;
    mark.style.color = Math.abs(r) > 0.6 ? "#fff" : "#22262b";
  }
  document.documentElement.dataset.state = "live";
})();
