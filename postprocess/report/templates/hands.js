// Turning and zooming with mouse, fingers and keys.
"use strict";

class Hands {
  constructor(viewer) {
    Object.assign(this, { viewer, down: new Map(), spread: 0 });
    const canvas = viewer.canvas;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => viewer.panel.tell(null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", () => this.reset());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  press(event) {
    this.viewer.canvas.setPointerCapture(event.pointerId);
    this.viewer.canvas.focus({ preventScroll: true });
    this.down.set(event.pointerId, [event.clientX, event.clientY]);
    this.spread = 0;
  }

  release(event) {
    this.down.delete(event.pointerId);
    this.spread = 0;
  }

  move(event) {
    const last = this.down.get(event.pointerId);
    if (!last) return this.look(event);
    this.down.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.down.size === 2) return this.pinch();
    const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
    if (event.shiftKey || event.buttons & 6) this.shift(x, -y);
    else this.turn(0.5 * x, 0.4 * y);
  }

  look(event) {
    cancelAnimationFrame(this.looking);
    const { offsetX: x, offsetY: y } = event;
    this.looking = requestAnimationFrame(() => this.viewer.panel.tell(this.viewer.read(x, y), x, y));
  }

  pinch() {
    const [a, b] = [...this.down.values()], spread = Math.hypot(a[0] - b[0], a[1] - b[1]);
    if (this.spread) this.zoom(spread / this.spread);
    this.spread = spread;
  }

  // Only once the picture has been touched: a page that scrolls by must not stop on it.
  wheel(event) {
    if (document.activeElement !== this.viewer.canvas) return;
    event.preventDefault();
    this.zoom(Math.exp(-0.0015 * event.deltaY));
  }

  turn(right, up) {
    this.viewer.camera.turn(right, up);
    this.changed();
  }

  shift(x, y) {
    this.viewer.camera.shift[0] += x;
    this.viewer.camera.shift[1] += y;
    this.changed();
  }

  zoom(factor) {
    const camera = this.viewer.camera, zoom = Math.max(0.3, Math.min(40, camera.zoom * factor));
    camera.shift = camera.shift.map((v) => (v * zoom) / camera.zoom);
    camera.zoom = zoom;
    this.changed();
  }

  reset() {
    this.viewer.stand();
    this.viewer.draw();
  }

  changed() {
    this.viewer.turned = true;
    this.viewer.panel.tell(null);
    this.viewer.draw();
  }

  key(event) {
    const { viewer } = this, pan = event.shiftKey ? (x, y) => this.shift(-3 * x, -3 * y) : (x, y) => this.turn(x, -y);
    const keys = {
      ArrowLeft: () => pan(-8, 0), ArrowRight: () => pan(8, 0), ArrowUp: () => pan(0, 8), ArrowDown: () => pan(0, -8),
      "+": () => this.zoom(1.15), "=": () => this.zoom(1.15), "-": () => this.zoom(1 / 1.15), 0: () => this.reset(),
      ",": () => viewer.go(viewer.moment - 1), ".": () => viewer.go(viewer.moment + 1), " ": () => viewer.panel.play(),
    };
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  }
}
