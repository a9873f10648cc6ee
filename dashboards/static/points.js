// Everybody as one buffer of integers, drawn in one call: circles coloured by state, the gravest on top.

const WORLD = 2 ** 31; // steps around the world, as people.js counts
const CROWDED = 4000; // from so many on, points are smaller: what counts is where they are dense
const VERTEX = `#version 300 es
precision highp float;
uniform mat4 u_matrix;
uniform ivec2 u_centre;
uniform float u_size;
in ivec3 a_person;
flat out int v_state;
void main() {
  v_state = a_person.z;
  gl_Position = u_matrix * vec4(vec2(a_person.xy - u_centre) / ${WORLD}.0, 0.0, 1.0);
  gl_PointSize = u_size;
}`;
const FRAGMENT = `#version 300 es
precision highp float;
uniform vec4 u_fill[4];
uniform vec4 u_rim[4];
uniform float u_size;
uniform float u_width;
flat in int v_state;
out vec4 colour;
void main() {
  float inside = (0.5 - distance(gl_PointCoord, vec2(0.5))) * u_size;
  if (inside <= 0.0) discard;
  colour = mix(u_rim[v_state], u_fill[v_state], clamp(inside - u_width + 0.5, 0.0, 1.0)) * min(inside, 1.0);
}`;

export class Points {
  id = "people";
  type = "custom";
  glow = 0.2;

  /** `fill` and `rim`: colours by state; `glows`: that of the halo around the last state; `onDrawn`: what was shown is drawn. */
  constructor({ fill, rim, glows, onDrawn }) {
    Object.assign(this, { fill: fill.map(rgba).flat(), rim: rim.map(rgba).flat(), halo: rgba(glows), onDrawn });
    [this.points, this.counts, this.isNew] = [new Int32Array(0), [0, 0, 0, 0], false];
  }

  onAdd(map, gl) {
    this.map = map;
    this.program = program(gl);
    this.at = Object.fromEntries(["matrix", "centre", "size", "fill", "rim", "width"].map((name) => [name, gl.getUniformLocation(this.program, `u_${name}`)]));
    this.buffer = gl.createBuffer();
    this.vertices = gl.createVertexArray();
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const place = gl.getAttribLocation(this.program, "a_person");
    gl.enableVertexAttribArray(place);
    gl.vertexAttribIPointer(place, 3, gl.INT, 12, 0);
    gl.bindVertexArray(null);
  }

  /** What `People.pack` gives. */
  show({ points, counts }) {
    [this.points, this.counts, this.isNew] = [points, counts, true];
    this.map.triggerRepaint();
  }

  breathe(glow) {
    this.glow = glow;
    this.map.triggerRepaint();
  }

  render(gl, { defaultProjectionData: { mainMatrix } }) {
    const everybody = this.points.length / 3;
    const [zoom, ratio] = [this.map.getZoom(), this.map.getPixelRatio()];
    gl.useProgram(this.program);
    gl.bindVertexArray(this.vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (this.isNew) gl.bufferData(gl.ARRAY_BUFFER, this.points, gl.STREAM_DRAW);
    this.look(gl, mainMatrix);
    const breaches = this.counts[3];
    if (breaches && this.glow) {
      this.ink(gl, { size: 2 * between(zoom, 9, 26) * ratio, width: 0, fill: halo(this.halo, this.glow), rim: halo(this.halo, 0) });
      gl.drawArrays(gl.POINTS, everybody - breaches, breaches);
    }
    const [radius, rim] = everybody > CROWDED ? [between(zoom, 2, 5), 0.7] : [between(zoom, 3.4, 9.5), 1.5];
    this.ink(gl, { size: 2 * (radius + rim) * ratio, width: rim * ratio, fill: this.fill, rim: this.rim });
    gl.drawArrays(gl.POINTS, 0, everybody);
    gl.bindVertexArray(null);
    if (this.isNew) this.onDrawn();
    this.isNew = false;
  }

  /** Places are told apart from the middle of the map, so that single precision is enough at any zoom. */
  look(gl, matrix) {
    const { lng, lat } = this.map.getCenter();
    const sine = Math.sin((lat * Math.PI) / 180);
    const centre = [lng / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)].map((part) => Math.round(part * WORLD));
    const moved = Float64Array.from(matrix);
    for (let i = 0; i < 4; i++) moved[12 + i] += (matrix[i] * centre[0] + matrix[4 + i] * centre[1]) / WORLD;
    gl.uniformMatrix4fv(this.at.matrix, false, Float32Array.from(moved));
    gl.uniform2i(this.at.centre, ...centre);
  }

  ink(gl, { size, width, fill, rim }) {
    gl.uniform1f(this.at.size, size);
    gl.uniform1f(this.at.width, width);
    gl.uniform4fv(this.at.fill, fill);
    gl.uniform4fv(this.at.rim, rim);
  }
}

/** Small from afar, large from near. */
function between(zoom, small, large) {
  const part = Math.max(0, Math.min(1, (zoom - 7) / 9));
  return small + (large - small) * part;
}

const halo = (colour, opacity) => Array(4).fill(colour.map((part) => part * opacity)).flat();
const rgba = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16) / 255).concat(1);

function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  return made;
}
