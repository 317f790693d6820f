import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../../src/config/options/index.js';
import { REGISTRIES } from '../../src/registries/index.js';
import { REGISTRY_SETUPS } from '../../ui/src/pages/registry-setup.js';
import { de } from '../../ui/src/texts/later/de.js';
import { en } from '../../ui/src/texts/later/en.js';

const SETTINGS = new Set(Object.values(OPTIONS).map(({ variable }) => variable));

describe.each(REGISTRIES.map(({ name }) => name))('what the page says of %s', (name) => {
  const { paste, secrets, listing } = REGISTRY_SETUPS[name];

  it('is what its page of the documentation says', () => {
    const page = readFileSync(new URL(`../../docs/registries/${name}.md`, import.meta.url), 'utf8');
    expect(page).toContain(paste(`https://probelog.example.org/webhooks/${name}`));
    for (const secret of secrets) expect(page).toContain(secret);
  });

  it('names settings that there are', () => {
    for (const setting of [...secrets, ...(listing ? [listing] : [])]) expect(SETTINGS).toContain(setting);
  });

  it('has its name and instructions in each language', () => {
    for (const { registryTitle, webhookHow } of [en, de])
      expect([registryTitle[name], webhookHow[name]]).toEqual([expect.any(String), expect.any(String)]);
  });
});
