/** Points in the plane: x and y, one after the other. */
export type Points = Float32Array;

/**
 * Rotates, mirrors, scales and moves points so that some of them lie as near as possible to where they should be: orthogonal
 * Procrustes analysis (Gower 1975), which in the plane has a closed form.
 *
 * @param points changed in place
 * @param pairs for each place in `points`, its place in `wanted`; with fewer than three nothing is changed
 */
export function alignPoints(
  points: Points,
  wanted: Points,
  pairs: readonly (readonly [point: number, wanted: number])[],
): void {
  if (pairs.length < 3) return;
  const [mx, my] = meanOf(
    points,
    pairs.map(([point]) => point),
  );
  const [wx, wy] = meanOf(
    wanted,
    pairs.map(([, place]) => place),
  );
  // Sums of products, as of complex numbers: the best rotation of the points, and of their mirror image.
  let [turnRe, turnIm, mirrorRe, mirrorIm, size] = [0, 0, 0, 0, 0];
  for (const [point, place] of pairs) {
    const [x, y] = [points[2 * point] - mx, points[2 * point + 1] - my];
    const [u, v] = [wanted[2 * place] - wx, wanted[2 * place + 1] - wy];
    turnRe += u * x + v * y;
    turnIm += v * x - u * y;
    mirrorRe += u * x - v * y;
    mirrorIm += v * x + u * y;
    size += x * x + y * y;
  }
  if (size === 0) return;
  const isMirrored = Math.hypot(mirrorRe, mirrorIm) > Math.hypot(turnRe, turnIm);
  const [re, im] = isMirrored ? [mirrorRe / size, mirrorIm / size] : [turnRe / size, turnIm / size];
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i] - mx;
    const y = (points[i + 1] - my) * (isMirrored ? -1 : 1);
    points[i] = wx + re * x - im * y;
    points[i + 1] = wy + im * x + re * y;
  }
}

function meanOf(points: Points, places: readonly number[]): [number, number] {
  let [x, y] = [0, 0];
  for (const place of places) {
    x += points[2 * place];
    y += points[2 * place + 1];
  }
  return [x / places.length, y / places.length];
}
