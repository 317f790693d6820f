// Four partial sums, because additions that wait for each other take three times as long.

/** Inner product. @param b at least as long as a */
export function dot(a: Float32Array, b: Float32Array): number {
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let place = 0; place < whole; place += 4) {
    s0 += a[place] * b[place];
    s1 += a[place + 1] * b[place + 1];
    s2 += a[place + 2] * b[place + 2];
    s3 += a[place + 3] * b[place + 3];
  }
  for (let place = whole; place < a.length; place++) s0 += a[place] * b[place];
  return s0 + s1 + (s2 + s3);
}

/** Inner product of a vector with values of `data` from `start`, without creating a view. */
export function dotAt(data: Float32Array, start: number, vector: Float64Array): number {
  const whole = vector.length - (vector.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let place = 0; place < whole; place += 4) {
    s0 += data[start + place] * vector[place];
    s1 += data[start + place + 1] * vector[place + 1];
    s2 += data[start + place + 2] * vector[place + 2];
    s3 += data[start + place + 3] * vector[place + 3];
  }
  for (let place = whole; place < vector.length; place++) s0 += data[start + place] * vector[place];
  return s0 + s1 + (s2 + s3);
}
