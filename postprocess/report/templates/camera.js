// Where the viewer stands: around the middle of the object, never tilted, at infinity.
"use strict";

const RADIAN = Math.PI / 180;
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const BAR = 130; // pixels that the colour bar takes at the right, and at most
const BAR_SHARE = 0.25; // of a small screen

class Camera {
  constructor(box) {
    this.middle = [0, 2, 4].map((k) => 0.5 * (box[k] + box[k + 1]));
    this.across = Math.hypot(box[1] - box[0], box[3] - box[2]);
    this.tall = box[5] - box[4];
    this.stand(-62, 24);
  }

  stand(azimuth, elevation) {
    Object.assign(this, { azimuth, elevation, zoom: 1, shift: [0, 0] });
    // what is needed at any azimuth, so that turning does not change the scale
    const e = elevation * RADIAN;
    this.need = [this.across, this.tall * Math.cos(e) + this.across * Math.sin(e)];
  }

  turn(right, up) {
    this.azimuth -= right;
    this.elevation = Math.max(-89, Math.min(89, this.elevation + up));
  }

  // Width beside the colour bar.
  static room(width) {
    return width - Math.min(BAR, BAR_SHARE * width);
  }

  // Pixels of the screen for one micrometre.
  scale(width, height) {
    return this.zoom * 0.94 * Math.min(Camera.room(width) / this.need[0], (height - 36) / this.need[1]);
  }

  axes() {
    const a = this.azimuth * RADIAN, e = this.elevation * RADIAN;
    return {
      eye: [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)],
      right: [-Math.sin(a), Math.cos(a), 0],
      up: [-Math.sin(e) * Math.cos(a), -Math.sin(e) * Math.sin(a), Math.cos(e)],
    };
  }

  view(width, height) {
    const { eye, right, up } = this.axes(), s = this.scale(width, height);
    const deep = 1 / (2 * Math.hypot(this.across, this.tall));
    const rows = [right.map((v) => (2 * s * v) / width), up.map((v) => (2 * s * v) / height), eye.map((v) => -v * deep)];
    const moved = rows.map((row) => -dot(row, this.middle));
    moved[0] += (2 * this.shift[0] + Camera.room(width) - width) / width;
    moved[1] += (2 * this.shift[1]) / height;
    const matrix = new Float32Array([
      rows[0][0], rows[1][0], rows[2][0], 0, rows[0][1], rows[1][1], rows[2][1], 0,
      rows[0][2], rows[1][2], rows[2][2], 0, ...moved, 1,
    ]);
    return { matrix, eye, right, up };
  }
}

// The point of a body under a place on the screen: its triangle and its share of each corner.
function pick({ points, faces }, matrix, x, y) {
  const count = points.length / 3, on = new Float32Array(3 * count);
  for (let i = 0; i < count; i++)
    for (let row = 0; row < 3; row++)
      on[3 * i + row] = matrix[row] * points[3 * i] + matrix[4 + row] * points[3 * i + 1]
        + matrix[8 + row] * points[3 * i + 2] + matrix[12 + row];
  let best = null;
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]];
    const ux = on[b] - on[a], uy = on[b + 1] - on[a + 1], vx = on[c] - on[a], vy = on[c + 1] - on[a + 1];
    const area = ux * vy - uy * vx;
    if (area === 0) continue;
    const px = x - on[a], py = y - on[a + 1];
    const s = (px * vy - py * vx) / area, t = (ux * py - uy * px) / area;
    if (s < 0 || t < 0 || s + t > 1) continue;
    const depth = on[a + 2] + s * (on[b + 2] - on[a + 2]) + t * (on[c + 2] - on[a + 2]);
    if (!best || depth < best.depth) best = { depth, nodes: [a / 3, b / 3, c / 3], shares: [1 - s - t, s, t] };
  }
  return best;
}
