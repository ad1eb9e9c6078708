// Reads back what packing.py wrote: base64, deflated, bytes of equal weight together.
"use strict";

async function unpack(text, Kind) {
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const width = Kind.BYTES_PER_ELEMENT;
  const count = planes.length / width;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < count; i++) bytes[i * width + plane] = planes[plane * count + i];
  return new Kind(bytes.buffer);
}

// Coordinates come axis by axis; heights are drawn `squeeze` times shorter.
async function unpackBody(body, box, squeeze) {
  const [places, turned, steps] = await Promise.all([
    unpack(body.points, Uint16Array), unpack(body.normals, Int8Array), unpack(body.faces, Int32Array),
  ]);
  const count = body.count;
  const size = Math.max(box[1] - box[0], box[3] - box[2], box[5] - box[4]);
  const points = new Float32Array(3 * count);
  const normals = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let axis = 0; axis < 3; axis++) {
      points[3 * i + axis] = box[2 * axis] + (places[axis * count + i] / 65535) * size;
      normals[3 * i + axis] = turned[axis * count + i] / 127;
    }
    points[3 * i + 2] /= squeeze;
    normals[3 * i + 2] *= squeeze;
  }
  const faces = new Uint32Array(steps.length);
  for (let i = 0, number = 0; i < steps.length; i++) faces[i] = number += steps[i];
  return { points, normals, faces };
}

// The faces of a box with their normals, as a body of its own.
function boxBody([x0, x1, y0, y1, z0, z1]) {
  const points = [], normals = [], faces = [];
  const low = [x0, y0, z0], high = [x1, y1, z1];
  for (let axis = 0; axis < 3; axis++)
    for (const side of [0, 1]) {
      const start = points.length / 3;
      for (const [a, b] of [[0, 0], [1, 0], [1, 1], [0, 1]]) {
        const corner = [];
        corner[axis] = side ? high[axis] : low[axis];
        corner[(axis + 1) % 3] = a ? high[(axis + 1) % 3] : low[(axis + 1) % 3];
        corner[(axis + 2) % 3] = b ? high[(axis + 2) % 3] : low[(axis + 2) % 3];
        points.push(...corner);
        normals.push(...[0, 1, 2].map((k) => (k === axis ? (side ? 1 : -1) : 0)));
      }
      faces.push(start, start + 1, start + 2, start, start + 2, start + 3);
    }
  return {
    points: new Float32Array(points), normals: new Float32Array(normals), faces: new Uint32Array(faces),
  };
}

// The twelve edges of a box; corner x + 2 y + 4 z is high along the axes whose number is 1.
function boxEdges([x0, x1, y0, y1, z0, z1]) {
  const corner = (k) => [k & 1 ? x1 : x0, k & 2 ? y1 : y0, k & 4 ? z1 : z0];
  const corners = [];
  for (let k = 0; k < 8; k++) for (const bit of [1, 2, 4]) if (!(k & bit)) corners.push([k, k | bit]);
  return { points: new Float32Array(corners.flat().flatMap(corner)), corners };
}
