import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DEMO, type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { openPython, type PythonSession } from '../fixtures/python-session.js';
import { requires } from '../fixtures/requires.js';
import { settled } from '../ingest/support/small-service.js';
import { type HubServer, startHub } from './huggingface/hub-server.js';

const SECRET = 'hub-secret';
const MODEL = join(DEMO, 'models', 'mlperf_tiny_resnet.onnx');
const PREPROCESSING = {
  do_resize: true,
  size: { height: 32, width: 32 },
  do_rescale: false,
  do_normalize: false,
};

describe.runIf(requires('transformers'))(
  'a Hub that huggingface_hub itself writes to',
  { timeout: 120_000 },
  () => {
    let hub: HubServer;
    let python: PythonSession;
    let demo: DemoService;
    /** Answers to the events of all writes so far, in their order. */
    let answers: Promise<{ ingest: string | null; status: string }>[] = [];

    beforeAll(async () => {
      hub = await startHub();
      demo = await openDemoService({
        PROBELOG_HUGGINGFACE_SECRETS: SECRET,
        PROBELOG_HUGGINGFACE_URL: hub.url,
        PROBELOG_HUGGINGFACE_TOKEN: hub.token,
        PROBELOG_HUGGINGFACE_REPOSITORIES: 'org',
        PROBELOG_SWEEP_MINUTES: '0',
        PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      });
      hub.onEvent = (event) => {
        answers.push(
          hub.send(`${demo.server.url}/webhooks/huggingface`, SECRET, event).then(({ body }) => body),
        );
      };
      // Xet, the Hub's other way for large files, has a protocol and a store of its own.
      const environment = { HF_ENDPOINT: hub.url, HF_TOKEN: hub.token, HF_HUB_DISABLE_XET: '1' };
      python = openPython({ ...environment, HF_HUB_DISABLE_TELEMETRY: '1', HOME: '/nonexistent' });
      const labels = JSON.parse(await readFile(MODEL.replace('.onnx', '.labels.json'), 'utf8'));
      const config = {
        id2label: Object.fromEntries(labels.map((label: string, index: number) => [index, label])),
      };
      await python.run(`
import io, json
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
api = HfApi()
model = ${JSON.stringify(MODEL)}
config = json.dumps(${JSON.stringify(config)}).encode()
preprocessing = json.dumps(${JSON.stringify(PREPROCESSING).replaceAll('true', 'True').replaceAll('false', 'False')}).encode()
def files():
    return [CommitOperationAdd("onnx/model.onnx", model), CommitOperationAdd("config.json", config),
            CommitOperationAdd("preprocessor_config.json", preprocessing)]`);
    }, 120_000);
    afterAll(async () => {
      await python?.close();
      await demo?.close();
      await hub?.close();
    });

    /** Runs code, and waits for the ends of the ingests of its events. @returns what the receiver answered */
    async function written(code: string): Promise<string[]> {
      answers = [];
      await python.run(code);
      const bodies = await Promise.all(answers);
      for (const { ingest } of bodies) {
        if (!ingest) continue;
        const key = Buffer.from(ingest, 'base64url').toString().split(':')[1];
        // The one that removes its model goes with it.
        await settled(demo.service, key).catch(() => undefined);
      }
      return bodies.map(({ status }) => status);
    }

    /** What is registered: the name, and how it stands. */
    async function registered(): Promise<string[]> {
      const models = await demo.service.store.models.page({ first: 100 });
      return models.map(({ name, status }) => `${name} ${status}`).sort();
    }
    const head = (name: string) => hub.repos.find((repo) => repo.name === name)?.commits.at(-1)?.sha ?? '';

    it('takes what was pushed, with its large file, and finds it by what it recognizes', async () => {
      // Every repository begins with a commit of its own.
      expect(await written('api.create_repo("org/planes")')).toEqual(['accepted']);
      expect(await registered()).toEqual(['org/planes NOT_APPLICABLE']);
      expect(await written('api.create_commit("org/planes", files(), commit_message="m")')).toEqual([
        'accepted',
      ]);
      const { data } = await demo.ask(
        '{ logits(concept: "airplane", first: 1) { edges { node { label model { name version } } } } }',
      );
      expect(data.logits.edges[0].node).toEqual({
        label: 'airplane',
        model: { name: 'org/planes', version: head('org/planes') },
      });
      expect(hub.cdn.requests).toHaveLength(1);
      expect(hub.cdn.requests[0].headers.authorization).toBeUndefined();
    });

    it('takes each commit of the default branch, and no branch beside it', async () => {
      expect(await written('api.create_branch("org/planes", branch="next")')).toEqual(['ignored']);
      const commit =
        'CommitOperationAdd("README.md", b"# Planes"), CommitOperationDelete("preprocessor_config.json")';
      expect(await written(`api.create_commit("org/planes", [${commit}], commit_message="m")`)).toEqual([
        'accepted',
      ]);
      expect(await demo.service.store.models.byNameVersion('org/planes', head('org/planes'))).toMatchObject({
        status: 'READY',
      });
      expect(await registered()).toEqual([
        'org/planes NOT_APPLICABLE',
        'org/planes READY',
        'org/planes READY',
      ]);
    });

    it('takes a repository that is gated, or private, by its token', async () => {
      const code = `
api.create_repo("org/gated")
api.update_repo_settings("org/gated", gated="manual")
api.create_commit("org/gated", files(), commit_message="m")`;
      expect(await written(code)).toEqual(['accepted', 'ignored', 'accepted']);
      expect(await demo.service.store.models.byNameVersion('org/gated', head('org/gated'))).toMatchObject({
        status: 'READY',
      });
    });

    it('follows a move, and finds one by a sweep whose event was lost', async () => {
      const before = await demo.service.store.models.byNameVersion('org/planes', head('org/planes'));
      expect(await written('api.move_repo("org/planes", "org/airplanes")')).toEqual(['accepted']);
      const { onEvent } = hub;
      hub.onEvent = undefined;
      await python.run('api.move_repo("org/airplanes", "org/aircraft")');
      hub.onEvent = onEvent;
      const [report] = await demo.service.sweeper.sweep({ registries: ['huggingface'] });
      expect(report).toMatchObject({ ingested: [], changed: [], removed: [], error: null });
      expect(report.renamed).toHaveLength(3);
      const sha = head('org/aircraft');
      const after = await demo.service.store.models.byNameVersion('org/aircraft', sha);
      expect(after).toMatchObject({ id: before?.id, status: 'READY', source: `hf://org/aircraft@${sha}` });
    });

    it('removes a repository that was deleted', async () => {
      await written('api.delete_repo("org/aircraft")\napi.delete_repo("org/gated")');
      expect(await vi.waitUntil(async () => (await registered()).length === 0, 20_000)).toBe(true);
    });
  },
);
