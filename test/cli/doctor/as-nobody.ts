const ANONYMOUS = 65_534;

/** Does something without root's right to pass over permissions; who runs the tests may be root. */
export async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(ANONYMOUS);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
