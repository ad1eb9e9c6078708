// Draws bodies with WebGL2: parallel projection, so that lengths can be read off the screen.
"use strict";

const BODY_SHADER = [`#version 300 es
  uniform mat4 u_camera;
  in vec3 a_point, a_normal;
  in float a_level;
  out vec3 v_normal;
  out float v_level;
  void main() {
    gl_Position = u_camera * vec4(a_point, 1.0);
    v_normal = a_normal;
    v_level = a_level;
  }`, `#version 300 es
  precision highp float;
  uniform sampler2D u_map;
  uniform vec4 u_grey;
  uniform vec2 u_ends, u_limits;
  uniform float u_levels;
  uniform vec3 u_eye, u_right, u_up;
  in vec3 v_normal;
  in float v_level;
  out vec4 colour;
  void main() {
    vec3 n = normalize(v_normal);
    n = dot(n, u_eye) < 0.0 ? -n : n;
    float value = mix(u_ends.x, u_ends.y, v_level / u_levels);
    float place = clamp((value - u_limits.x) / (u_limits.y - u_limits.x), 0.0, 1.0);
    vec3 base = mix(texture(u_map, vec2((place * 255.0 + 0.5) / 256.0, 0.5)).rgb, u_grey.rgb, u_grey.a);
    vec3 lamp = normalize(u_eye - 0.75 * u_right + 0.9 * u_up);
    vec3 fill = normalize(u_eye + 1.4 * u_right + 0.1 * u_up);
    float light = 0.56 + 0.42 * max(dot(n, lamp), 0.0) + 0.14 * max(dot(n, fill), 0.0);
    float gleam = 0.10 * pow(max(dot(n, normalize(lamp + u_eye)), 0.0), 24.0);
    colour = vec4(min(base * light + gleam, 1.0), 1.0);
  }`];

const LINE_SHADER = [`#version 300 es
  uniform mat4 u_camera;
  in vec3 a_point;
  void main() { gl_Position = u_camera * vec4(a_point, 1.0); }`, `#version 300 es
  precision mediump float;
  uniform vec4 u_grey;
  out vec4 colour;
  void main() { colour = vec4(u_grey.rgb * u_grey.a, u_grey.a); }`];

const PLACES = { a_point: 0, a_normal: 1, a_level: 2 };

class Stage {
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: true, alpha: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error("no WebGL2");
    this.canvas = canvas;
    this.gl = gl;
    this.bodyProgram = this.program(...BODY_SHADER);
    this.lineProgram = this.program(...LINE_SHADER);
    gl.enable(gl.DEPTH_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  program(...sources) {
    const gl = this.gl, program = gl.createProgram();
    for (const [k, source] of sources.entries()) {
      const shader = gl.createShader(k ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    for (const [name, place] of Object.entries(PLACES)) gl.bindAttribLocation(program, place, name);
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    const found = { program };
    for (let k = gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS) - 1; k >= 0; k--) {
      const { name } = gl.getActiveUniform(program, k);
      found[name] = gl.getUniformLocation(program, name);
    }
    return found;
  }

  attribute(place, array, size) {
    const gl = this.gl, buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
    return buffer;
  }

  add({ points, normals, faces }) {
    const gl = this.gl, shape = gl.createVertexArray();
    gl.bindVertexArray(shape);
    this.attribute(PLACES.a_point, points, 3);
    this.attribute(PLACES.a_normal, normals, 3);
    const levels = this.attribute(PLACES.a_level, new Float32Array(points.length / 3), 1);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, faces, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return { shape, levels, count: faces.length };
  }

  addEdges({ points, corners }) {
    const gl = this.gl, shape = gl.createVertexArray();
    gl.bindVertexArray(shape);
    this.attribute(PLACES.a_point, points, 3);
    gl.bindVertexArray(null);
    return { shape, corners };
  }

  setLevels(body, levels) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, body.levels);
    gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(levels), gl.DYNAMIC_DRAW);
  }

  addMap(colours) {
    const gl = this.gl, texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, colours);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
    return texture;
  }

  // Fits the drawing buffer to the screen, and empties it.
  begin(camera) {
    const gl = this.gl, ratio = Math.min(window.devicePixelRatio || 1, 2);
    const wide = Math.round(this.canvas.clientWidth * ratio), high = Math.round(this.canvas.clientHeight * ratio);
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    gl.viewport(0, 0, wide, high);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    this.camera = camera;
  }

  draw(body, { map = null, grey = [0, 0, 0, 0], ends = [0, 1], limits = [0, 1], levels = 1 } = {}) {
    const gl = this.gl, p = this.bodyProgram, { matrix, eye, right, up } = this.camera;
    gl.useProgram(p.program);
    gl.uniformMatrix4fv(p.u_camera, false, matrix);
    gl.uniform3fv(p.u_eye, eye);
    gl.uniform3fv(p.u_right, right);
    gl.uniform3fv(p.u_up, up);
    gl.uniform4fv(p.u_grey, grey);
    gl.uniform2fv(p.u_ends, ends);
    gl.uniform2fv(p.u_limits, limits);
    gl.uniform1f(p.u_levels, levels);
    gl.bindTexture(gl.TEXTURE_2D, map);
    gl.bindVertexArray(body.shape);
    gl.drawElements(gl.TRIANGLES, body.count, gl.UNSIGNED_INT, 0);
  }

  // The edges of a box but for those at its corner nearest to the eye: [x, y, z] is high or low.
  drawEdges({ shape, corners }, [x, y, z], grey) {
    const gl = this.gl, p = this.lineProgram, nearest = x + 2 * y + 4 * z;
    gl.useProgram(p.program);
    gl.uniformMatrix4fv(p.u_camera, false, this.camera.matrix);
    gl.uniform4fv(p.u_grey, grey);
    gl.bindVertexArray(shape);
    corners.forEach((ends, k) => ends.includes(nearest) || gl.drawArrays(gl.LINES, 2 * k, 2));
  }
}
