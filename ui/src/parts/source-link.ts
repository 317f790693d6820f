import { html, type TemplateResult } from 'lit';

/** The Hub's address of a repository at a commit. */
const HUB = /^hf:\/\/([\w.-]+\/[\w.-]+)@([\w.-]+)(?:\/|$)/;

/** Where a model came from: a link where a browser can follow it. Its source is a stranger's text: nothing but http(s) becomes one. */
export function sourceLink(source: string): TemplateResult {
  const href = linkOf(source);
  if (href === null) return html`<bdi>${source}</bdi>`;
  return html`<a href=${href} rel="noreferrer noopener" target="_blank"><bdi>${source}</bdi></a>`;
}

export function linkOf(source: string): string | null {
  const hub = HUB.exec(source);
  if (hub) return `https://huggingface.co/${hub[1]}/tree/${hub[2]}`;
  try {
    const { protocol, href } = new URL(source);
    return protocol === 'https:' || protocol === 'http:' ? href : null;
  } catch {
    return null;
  }
}
