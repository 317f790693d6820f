import { ProbelogError } from '../../../errors/index.js';
import { type Check, failed, ok, Skipped, warning } from '../check.js';
import type { Machine } from '../machine.js';

/** The encoder's files are on this machine, and it runs. */
export const textEncoder: Check = {
  name: 'text encoder',
  async run(machine) {
    const named = machine.setting('textEncoder');
    try {
      const encoder = await machine.encoder();
      const id = await encoder.id();
      if (id.startsWith('hub:') && !(await isFetched(machine, named))) return ofTheHub(machine, named);
      const [vector] = await encoder.embedTexts(['a photo of a dog']);
      if (!vector.every(Number.isFinite)) return failed('it returns values that are not numbers', MEND);
      return ok(`${named} embeds texts in ${vector.length} dimensions (${shortened(id)})`);
    } catch (thrown) {
      if (thrown instanceof ProbelogError) return failed(thrown.message, MEND);
      throw thrown;
    }
  },
};

const MEND =
  'set PROBELOG_TEXT_ENCODER to a folder of an encoder (docs/text-encoder.md), such as ./demo/encoder in a clone, or to an id on the Hugging Face Hub';

async function isFetched(machine: Machine, named: string): Promise<boolean> {
  const { missingHubFiles } = await import('../../../text/index.js');
  return (await missingHubFiles(named, machine.encoderCache)).length === 0;
}

async function ofTheHub(machine: Machine, named: string) {
  if (!machine.network)
    return warning(
      `${named} is not downloaded yet: the first search or probe set downloads it from the Hugging Face Hub, which must then be reachable`,
      'probelog doctor --network downloads it; or set PROBELOG_TEXT_ENCODER to a folder',
    );
  try {
    const encoder = await machine.encoder();
    await encoder.embedTexts(['a photo of a dog']);
    return ok(`${named} was downloaded from the Hugging Face Hub, and embeds texts`);
  } catch (thrown) {
    if (thrown instanceof Skipped) throw thrown;
    return failed(
      `${named} is not downloaded, and cannot be: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      'let this machine reach the Hugging Face Hub (HTTPS_PROXY, HF_TOKEN), or copy the encoder here and set PROBELOG_TEXT_ENCODER to its folder',
    );
  }
}

/** Enough of a digest to compare by eye. */
function shortened(id: string): string {
  return id.startsWith('sha256:') ? id.slice(0, 19) : id;
}
