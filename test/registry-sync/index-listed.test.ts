import { expect, it } from 'vitest';
import { MlflowReader } from '../../src/registries/index.js';
import { indexListed } from '../../src/registry-sync/index-listed.js';
import { keyOf } from '../../src/registry-sync/version-key.js';

const { listing } = new MlflowReader(
  { url: 'http://127.0.0.1:1' },
  { privateAddresses: [], stallMs: 1, maxBytes: 1 },
);

function version(name: string, number: number, revision: string) {
  const key = { name, version: String(number) };
  return { ...key, source: `mlflow:/${name}/${number}`, revision, isModel: true };
}

const listOf = (versions: ReturnType<typeof version>[]) => new Map(versions.map((one) => [keyOf(one), one]));

it('finds the only name whose versions are those of a vanished one', async () => {
  const gone = [version('old', 1, 'a'), version('old', 2, 'b')];
  const named = async (...listed: ReturnType<typeof version>[]) =>
    listing.presentName('old', gone, await indexListed(listOf(listed), gone));
  expect(await named(version('new', 1, 'a'), version('new', 3, 'c'))).toBe('new');
  expect(await named(version('new', 1, 'a'), version('new', 2, 'x'))).toBeNull();
  expect(await named(version('new', 1, 'a'), version('other', 1, 'a'))).toBeNull();
  expect(await named(version('new', 3, 'a'))).toBeNull();
  expect(await named(version('team/new', 1, 'a'))).toBeNull();
});

it('looks up ten thousand vanished names in a list of as many in a moment, with turns for other work', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => index);
  const gone = names.map((index) => version(`old ${index}`, 1, `r${index}`));
  const listed = listOf(names.map((index) => version(`new ${index}`, 1, `r${index}`)));
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  const start = performance.now();
  const revisions = await indexListed(listed, gone);
  for (const one of gone) {
    expect(await listing.presentName(one.name, [one], revisions)).toBe(one.name.replace('old', 'new'));
  }
  clearInterval(other);
  expect(turns).toBeGreaterThan(0);
  // Going through the list for each name took minutes.
  expect(performance.now() - start).toBeLessThan(10_000);
});
