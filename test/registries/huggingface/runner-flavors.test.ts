import { expect, it } from 'vitest';
import { runnerFlavors } from '../../../src/registries/huggingface/runner-flavors.js';

const PATHS = ['config.json', 'model.safetensors'];

it.each([
  [{ architectures: ['ViTForImageClassification'] }, ['huggingface.transformers']],
  [
    { architectures: ['TimmWrapperForImageClassification'] },
    ['huggingface.transformers', 'huggingface.timm'],
  ],
  [{ architecture: 'resnet18' }, ['huggingface.timm']],
])('of %j are %j', (json, flavors) => {
  expect(runnerFlavors('org/owl', PATHS, json)).toEqual(flavors);
});

it('are unknown when config.json is broken, and none when it is missing', () => {
  expect(() => runnerFlavors('org/owl', PATHS, undefined)).toThrow(
    expect.objectContaining({ code: 'MODEL_MALFORMED', message: expect.stringContaining('is not JSON') }),
  );
  expect(() => runnerFlavors('org/owl', ['model.safetensors'], undefined)).toThrow(
    expect.objectContaining({ code: 'MODEL_NOT_APPLICABLE' }),
  );
});
