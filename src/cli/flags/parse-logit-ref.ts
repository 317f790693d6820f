/** A logit as people name it, `model#output`, with the output counted from 0; null when it is named in another way. */
export function parseLogitRef(named: string): { model: string; index: number } | null {
  const [, model, output] = /^(.+)#(\d{1,9})$/s.exec(named) ?? [];
  return model === undefined ? null : { model, index: Number(output) };
}
