import { beforeEach, describe, expect, it } from 'vitest';
import { type DraftStorage, labelTable, NameDraft } from '../../ui/src/pages/name-draft.js';

const kept = new Map<string, string>();
const storage = (): DraftStorage => ({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
});
const draftOf = (modelId: string) => new NameDraft(modelId, storage);
beforeEach(() => kept.clear());

describe('names that are not saved', () => {
  it('stay in the tab, model by model, until they are saved', () => {
    const draft = draftOf('a');
    draft.set(1, 'cat');
    draft.set(2, null);
    const again = draftOf('a');
    expect([again.get(1), again.get(2), again.get(0), again.size]).toEqual(['cat', null, undefined, 2]);
    expect(draftOf('b').size).toBe(0);
    again.clear();
    expect(kept.size).toBe(0);
  });

  it('come before labels, and what is skipped keeps its label', () => {
    const draft = draftOf('a');
    draft.set(0, 'cat');
    draft.set(1, null);
    expect(draft.labels(['old', 'dog', null])).toEqual(['cat', 'dog', '']);
  });

  it.each(['no JSON', '{}', '[[1]]', '[["1","cat"]]', '[[0,""]]', '[null]'])(
    'are none where the tab has %s',
    (text) => {
      kept.set('probelog-names-a', text);
      expect(draftOf('a').size).toBe(0);
    },
  );

  it('are used where the browser refuses storage', () => {
    const refuse = () => {
      throw new Error('refused');
    };
    const draft = new NameDraft('a', refuse);
    draft.set(0, 'cat');
    expect(draft.labels([null])).toEqual(['cat']);
  });
});

describe('a table of labels', () => {
  it('quotes what is special in one', () => {
    expect(labelTable(['cat', 'a "b", c\nd'])).toBe('index,label\r\n0,"cat"\r\n1,"a ""b"", c\nd"\r\n');
  });
});
