import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeFloat16, parseNpyHeader } from '../../src/domain/index.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';
import {
  type HubServer,
  pushEvent,
  type ServedRepo,
  startHub,
} from '../registries/huggingface/hub-server.js';

const PACKAGE = fileURLToPath(new URL('../../runners/python/', import.meta.url));
const SECRET = 'hub-secret';
const SHA = 'a'.repeat(40);
const LABELS = ['crow', 'owl', 'wren'];
const IMAGES = 6;

/** Writes a small image classifier as transformers does, and prints its own logits of some images. */
const MAKE = `
import json, sys, torch, transformers
from PIL import Image
folder, *paths = sys.argv[1:]
torch.manual_seed(7)
labels = ${JSON.stringify(LABELS)}
config = transformers.ViTConfig(
    hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=32, patch_size=8,
    id2label=dict(enumerate(labels)), label2id={label: index for index, label in enumerate(labels)}, initializer_range=0.5)
transformers.ViTForImageClassification(config).save_pretrained(folder)
transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
model = transformers.AutoModelForImageClassification.from_pretrained(folder).eval()
processor = transformers.AutoImageProcessor.from_pretrained(folder)
images = [Image.open(path).convert("RGB") for path in paths]
with torch.no_grad():
    print(json.dumps(model(**processor(images, return_tensors="pt")).logits.tolist()))
`;

describe.runIf(requires('runner'))('a Hub repository without an ONNX file', { timeout: 300_000 }, () => {
  let hub: HubServer;
  let demo: DemoService;
  let folder: string;
  let repo: ServedRepo;
  /** Of the first images of the probe set. */
  let ownLogits: number[][];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-hub-'));
    hub = await startHub();
    demo = await openDemoService({
      PROBELOG_HUGGINGFACE_SECRETS: SECRET,
      PROBELOG_HUGGINGFACE_URL: hub.url,
      PROBELOG_HUGGINGFACE_TOKEN: hub.token,
      PROBELOG_SWEEP_MINUTES: '0',
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
    });
    const { probeSets, blobs } = demo.service.store;
    const probeSet = await probeSets.default();
    const probes = (await probeSets.probes(probeSet?.id ?? '')).slice(0, IMAGES);
    const program = join(folder, 'make.py');
    await writeFile(program, MAKE);
    const saved = join(folder, 'saved');
    const paths = probes.map(({ digest }) => blobs.path(digest));
    const { stdout } = await promisify(execFile)(RUNNER_PYTHON, [program, saved, ...paths], { env: {} });
    ownLogits = JSON.parse(stdout);
    const files: ServedRepo['commits'][number]['files'] = {};
    for (const name of await readdir(saved)) files[name] = await readFile(join(saved, name));
    repo = hub.add({ name: 'org/birds', commits: [{ sha: SHA, files }], access: 'private' });
  }, 300_000);
  afterAll(async () => {
    await demo?.close();
    await hub?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const model = async () => {
    const found = await demo.service.store.models.byNameVersion('org/birds', SHA);
    if (!found) throw new Error('org/birds is not registered.');
    return found;
  };

  it('waits for a runner of transformers', async () => {
    await hub.send(`${demo.server.url}/webhooks/huggingface`, SECRET, pushEvent(repo));
    const { id, status } = await model();
    expect(status).toBe('PENDING');
    const ingest = await vi.waitUntil(
      async () => {
        const [latest] = await demo.service.store.ingests.latestForModels([id]);
        return latest?.state === 'AWAITING_RUNNER' && latest;
      },
      { timeout: 30_000 },
    );
    expect(ingest.runnerFlavors).toEqual(['huggingface.transformers']);
  });

  it('is found when one ran it, with its labels and the responses that transformers itself gives', async () => {
    const runner = spawn(
      RUNNER_PYTHON,
      ['-m', 'probelog_runner', '--url', demo.server.url, '--cache-dir', join(folder, 'cache'), '--once'],
      {
        env: {
          PATH: process.env.PATH ?? '',
          HOME: folder,
          PYTHONPATH: join(PACKAGE, 'src'),
          HF_ENDPOINT: hub.url,
          HF_TOKEN: hub.token,
          HF_HUB_DISABLE_XET: '1',
          HF_HUB_DISABLE_TELEMETRY: '1',
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    expect((await once(runner, 'exit'))[0]).toBe(0);
    const { id, status, responsesDigest } = await model();
    expect(status).toBe('READY');
    expect(await demo.service.store.models.labels(id)).toEqual(LABELS);
    const { data } = await demo.ask(
      '{ logits(concept: "owl", first: 3) { edges { node { label model { name } } } } }',
    );
    expect(data.logits.edges.map(({ node }: { node: { label: string } }) => node.label).sort()).toEqual(
      LABELS,
    );

    const stored = await demo.service.store.blobs.readAll(responsesDigest ?? '');
    const { dtype, shape, dataOffset } = parseNpyHeader(stored);
    expect([dtype, shape[0]]).toEqual(['<f2', LABELS.length]);
    const values = decodeFloat16(new Uint16Array(new Uint8Array(stored.subarray(dataOffset)).buffer));
    for (const [image, logits] of ownLogits.entries())
      for (const [output, logit] of logits.entries())
        expect(values[output * shape[1] + image]).toBeCloseTo(logit, 2);
  });
});
