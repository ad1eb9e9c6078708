// Numbers, lengths and small pieces of the page. Text is only ever set as text, never as markup.
"use strict";

const TIDY = { "-": "−" };

function numberText(value, digits = 4) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    const raised = [...String(Number(power))].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
    return `${Number(mantissa)} × 10${raised}`.replace(/-/g, TIDY["-"]);
  }
  const text = size >= 1e4 ? Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f") : String(Number(value.toPrecision(digits)));
  return text.replace(/-/g, TIDY["-"]);
}

// Round values that cut an interval into about `count` parts.
function niceTicks(low, high, count) {
  if (!(high > low)) return [low];
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 2.5, 5, 10].find((m) => m * power >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function niceLength(target) {
  const power = 10 ** Math.floor(Math.log10(target));
  return power * [5, 2, 1].find((m) => m * power <= target * 1.000001);
}

const lengthText = (um) => (um < 1 ? `${numberText(um * 1e3, 3)}\u202fnm` : `${numberText(um, 3)}\u202fµm`);

function make(tag, attributes = {}, ...children) {
  const drawn = ["svg", "g", "path", "line", "circle", "rect", "text", "a.svg"].includes(tag);
  const name = tag.replace(".svg", "");
  const node = drawn ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const pageData = (id) => JSON.parse(document.getElementById(id).textContent);
