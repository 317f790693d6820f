/** Numbers of the points nearest to a place, the nearest first. @param points x and y, one after the other */
export function nearestPoints(
  points: Float32Array,
  { x, y }: { x: number; y: number },
  count: number,
): number[] {
  const nearest: { point: number; distance: number }[] = [];
  for (let point = 0; 2 * point < points.length; point++) {
    const distance = Math.hypot(points[2 * point] - x, points[2 * point + 1] - y);
    const last = nearest.at(-1);
    if (nearest.length === count && last && distance >= last.distance) continue;
    const place = nearest.findIndex((one) => one.distance > distance);
    nearest.splice(place < 0 ? nearest.length : place, 0, { point, distance });
    if (nearest.length > count) nearest.pop();
  }
  return nearest.map(({ point }) => point);
}
