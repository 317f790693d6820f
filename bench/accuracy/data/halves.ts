import type { Matrix } from '../../../src/domain/index.js';
import type { ModelResponses } from './gallery.js';
import { logSoftmax } from './gallery.js';
import type { HubModel } from './hub-model.js';
import type { Halves } from '../measure/measure-logits.js';

/**
 * The models of even and of odd index.
 *
 * @param responses of all models
 * @param softmaxOnly whether every second model gives its log-probabilities
 */
export function halvesOf(models: HubModel[], responses: Matrix, softmaxOnly: boolean): Halves {
  const { columns } = responses;
  const half = (parity: number) =>
    models
      .filter((_, index) => index % 2 === parity)
      .map((model, place): ModelResponses => {
        const end = (model.firstRow + model.logits.length) * columns;
        const data = responses.data.slice(model.firstRow * columns, end);
        const raw = { rows: model.logits.length, columns, data };
        return { model, raw: softmaxOnly && place % 2 === 1 ? logSoftmax(raw) : raw };
      });
  return { choosing: half(0), reporting: half(1) };
}
