import { Command } from 'commander';
import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { EncoderCheck } from '../../text/index.js';
import { printJson } from '../output/formats.js';
import { openProgress } from '../output/progress.js';

/** Enough images for a stable share. */
const MAX_IMAGES = 200;

/** `probelog encoder` */
export function encoderCommand(): Command {
  return new Command('encoder').description('check text encoders').addCommand(checkCommand());
}

function checkCommand(): Command {
  return new Command('check')
    .description('embed words and probe images with a text encoder, and say whether they go together')
    .argument('[encoder]', 'a folder, or an id on the Hugging Face Hub (default: PROBELOG_TEXT_ENCODER)')
    .option('--probe-set <name>', 'use the images of this set (default: PROBELOG_PROBE_SET, or the oldest)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Nothing is changed: try an encoder before you set PROBELOG_TEXT_ENCODER to it. Exit status 1: texts and images do not go together.`,
    )
    .action(async (named: string | undefined, flags: CheckFlags) => {
      const { withService } = await import('../service.js');
      await withService(false, (service, signal) => check(service, named, flags, signal));
    });
}

interface CheckFlags {
  probeSet?: string;
  json?: boolean;
}

async function check(
  { store, config }: Service,
  named: string | undefined,
  flags: CheckFlags,
  signal: AbortSignal,
): Promise<void> {
  const probeSet = await store.probeSets.default(flags.probeSet ?? config.probeSet);
  if (!probeSet)
    throw new ProbelogError(
      'PROBE_SET_UNKNOWN',
      'There is no such probe set, and its images are needed. Create one: probelog probes create <name> <folder>.',
    );
  const { checkEncoder, everyNth, openTextEncoder } = await import('../../text/index.js');
  const chosen = everyNth(await store.probeSets.probes(probeSet.id), MAX_IMAGES);
  const paths = await Promise.all(chosen.map(({ digest }) => store.blobs.checkedPath(digest)));
  const encoder = await openTextEncoder({
    model: named ?? config.textEncoder,
    cacheFolder: `${config.dataFolder}/encoders`,
    maxMemoryBytes: config.textEncoderMemoryBytes,
  });
  const display = await openProgress();
  const line = display.line('images');
  try {
    const found = await checkEncoder(encoder, paths, (done, total) => {
      signal.throwIfAborted();
      line.update(done, total, 'embedding');
    });
    if (!found.isRelated) process.exitCode = 1;
    if (flags.json) printJson({ ...found, probeSet: probeSet.name });
    else process.stdout.write(shown(found, probeSet.name));
  } finally {
    display.close();
    await encoder.close();
  }
}

function shown({ cosines, ...found }: EncoderCheck, probeSet: string): string {
  const two = (value: number) => value.toFixed(2);
  const verdict = found.isRelated
    ? 'Texts and images go together.'
    : 'Texts and images do not go together: their towers may belong to different encoders, or the probe set shows nothing that the words name.';
  return `dimensions   ${found.dimensions}
cosines      ${two(cosines.low)} to ${two(cosines.high)}, ${two(cosines.middle)} in the middle; ${found.words} words with ${found.images} images of "${probeSet}"
words        ${two(found.betweenWords)} to each other
images       ${two(found.betweenImages)} to each other
relation     the cosines are ${two(found.relation)} times as far apart as by chance

${verdict}
`;
}
