// Lines between lines, and which side of one a place lies on.
function along(line, parts) {
  const lengths = [0];
  for (let k = 1; k < line.length; k++) lengths.push(lengths[k - 1] + Math.hypot(line[k][0] - line[k - 1][0], line[k][1] - line[k - 1][1]));
  const whole = lengths.at(-1), out = [];
  for (let n = 0, k = 1; n <= parts; n++) {
    const want = (whole * n) / parts;
    while (k < line.length - 1 && lengths[k] < want) k++;
    const span = lengths[k] - lengths[k - 1] || 1, t = (want - lengths[k - 1]) / span;
    out.push([line[k - 1][0] + t * (line[k][0] - line[k - 1][0]), line[k - 1][1] + t * (line[k][1] - line[k - 1][1])]);
  }
  return out;
}

/** The line that lies a share of the way from one line to another. */
export function between(first, second, share) {
  const a = along(first, 40);
  let b = along(second, 40);
  const d = (p, q) => Math.hypot(p[0] - q[0], p[1] - q[1]);
  if (d(a[0], b[0]) + d(a.at(-1), b.at(-1)) > d(a[0], b.at(-1)) + d(a.at(-1), b[0])) b = b.reverse();
  return a.map((p, k) => [0, 1].map((i) => Number((p[i] + share * (b[k][i] - p[i])).toFixed(4))));
}

const side = (u, v, w) => (v[0] - u[0]) * (w[1] - u[1]) - (v[1] - u[1]) * (w[0] - u[0]);

/** Whether a point lies on the same side as another; the ends of the line go on straight. */
export function sameSide(line, inside, point) {
  const far = (a, b) => [b[0] + 50 * (b[0] - a[0]), b[1] + 50 * (b[1] - a[1])];
  const whole = [far(line[1], line[0]), ...line, far(line.at(-2), line.at(-1))];
  let crossings = 0;
  for (let k = 1; k < whole.length; k++) {
    const a = whole[k - 1], b = whole[k];
    if (side(a, b, inside) >= 0 !== side(a, b, point) >= 0 && side(inside, point, a) >= 0 !== side(inside, point, b) >= 0) crossings++;
  }
  return crossings % 2 === 0;
}
