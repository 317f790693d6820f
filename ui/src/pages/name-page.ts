import { css, html, nothing, type PropertyValues } from 'lit';
import { FIRST_SHOWN, MAX_SHOWN, type NameAddress } from '../address.js';
import { define } from '../define.js';
import {
  UiNamedOutputDocument,
  type UiNamedOutputQuery,
  UiSetLabelsDocument,
} from '../generated/operations.js';
import { Loader } from '../loader.js';
import { GoEvent } from '../navigation.js';
import { plainText } from '../plain-text.js';
import { type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import { loadNaming, MAX_NAMED, type Nameable, type NamingData } from './name-data.js';
import { labelTable, NameDraft } from './name-draft.js';
import '../parts/image-strip.js';

/** The server's maximum for a label. */
const MAX_LENGTH = 1_000;
/** Less likely names are noise. */
const PROPOSED_FROM = 0.05;
const SHOWS = ['UNLABELED', 'ALL'] as const;

/** The outputs of a model, one after the other: a person accepts, edits or skips the name that is proposed. */
export class NamePage extends AddressPage<NameAddress, NamingData> {
  static override properties = {
    ...AddressPage.properties,
    refused: { state: true },
    isSaving: { state: true },
    isSaved: { state: true },
  };
  /** Why the labels were not saved. */
  declare refused: Trouble | null;
  declare isSaving: boolean;
  declare isSaved: boolean;
  private readonly images = new Loader<UiNamedOutputQuery>(this);
  private draft: NameDraft | undefined;
  /** The output that the field is about. */
  private fieldOf: number | undefined;

  static override styles = [
    shared,
    css`
      .layout { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 900px) { .layout { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
      progress { width: 100%; accent-color: var(--accent); }
      form { display: grid; gap: 12px; }
      form input { width: 100%; font-size: calc(1.13 * var(--text)); min-height: 44px; }
      @media (max-width: 600px) { probelog-image-strip { --side: 64px; } }
      /* The place of the images is there before they are. */
      .images { min-height: 220px; }
      .chips { display: flex; flex-wrap: wrap; gap: var(--gap); }
      .chips button { min-height: 30px; padding: 2px 10px; border-radius: 99px; }
      ol { display: grid; }
      ol a {
        display: grid; grid-template-columns: 3.5em minmax(0, 1fr) auto; gap: 4px 12px; align-items: baseline; padding: 4px;
        min-height: 32px; color: var(--ink); text-decoration: none; border-bottom: 1px solid var(--line);
      }
      ol a[aria-current] { background: var(--raised); font-weight: 600; }
      ol a:hover { color: var(--accent); }
      .text { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
    `,
  ];

  constructor() {
    super();
    this.refused = null;
    this.isSaving = false;
    this.isSaved = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('beforeunload', this.onBeforeUnload);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.onBeforeUnload);
  }

  private readonly onBeforeUnload = (event: BeforeUnloadEvent) => {
    if (this.draft && this.draft.size > 0) event.preventDefault();
  };

  override willUpdate() {
    const { address, session } = this;
    const { name, version } = address;
    this.loader.load(JSON.stringify([name, version]), (signal) =>
      loadNaming(session.client, { name, version }, { signal }),
    );
    const id = this.current?.id;
    if (id !== undefined)
      this.images.load(id, (signal) => session.client.query(UiNamedOutputDocument, { id }, { signal }));
    const modelId = this.loader.data?.model?.id;
    if (modelId !== undefined && this.draftOf !== modelId) {
      this.draft = new NameDraft(modelId, () => sessionStorage);
      this.draftOf = modelId;
    }
  }

  private draftOf: string | undefined;

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address')) this.entitle(allTexts(this.speech).naming(this.address.name));
    const { current } = this;
    if (current?.index !== this.fieldOf) {
      this.fieldOf = current?.index;
      if (current) this.fill(this.draft?.get(current.index) ?? proposed(current));
    }
    this.painted();
  }

  /** Outputs that are gone through. */
  private wanted(): Nameable[] {
    const outputs = this.loader.data?.outputs ?? [];
    return this.address.shows === 'ALL' ? outputs : outputs.filter(({ label }) => label === null);
  }

  /** The output that is named now. */
  private get current(): Nameable | undefined {
    const wanted = this.wanted();
    return (
      wanted.find(({ index }) => index === this.address.at) ??
      wanted.find(({ index }) => !this.draft?.has(index)) ??
      wanted[0]
    );
  }

  private get field() {
    return this.renderRoot.querySelector<HTMLInputElement>('input[name="label"]');
  }

  /** Puts a name into the field, ready to be typed over. */
  private fill(text: string) {
    const { field } = this;
    if (!field) return;
    field.value = text;
    if (field.matches(':focus')) field.select();
  }

  private go(change: Partial<NameAddress>, replaces = true) {
    this.dispatchEvent(new GoEvent({ ...this.address, ...change }, replaces));
  }

  /** @param step 1 for the next output, −1 for the one before */
  private move(step: number) {
    const { current } = this;
    const wanted = this.wanted();
    const place = wanted.findIndex(({ index }) => index === current?.index) + step;
    if (wanted[place]) this.go({ at: wanted[place].index });
  }

  private decide(name: string | null) {
    const { current, draft } = this;
    if (!current || !draft) return;
    this.isSaved = false;
    draft.set(current.index, name);
    const wanted = this.wanted();
    const place = wanted.indexOf(current);
    // Onwards, and round to those that were left open.
    const next =
      wanted.slice(place + 1).find(({ index }) => !draft.has(index)) ??
      wanted.find(({ index }) => !draft.has(index));
    if (next) this.go({ at: next.index });
    this.requestUpdate();
  }

  private submitted(event: SubmitEvent) {
    event.preventDefault();
    this.decide(this.field?.value.trim() || null);
  }

  private pressed(event: KeyboardEvent) {
    const steps: Record<string, () => void> = {
      Escape: () => this.decide(null),
      PageDown: () => this.move(1),
      PageUp: () => this.move(-1),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  }

  private acceptLikely(likely: readonly Nameable[]) {
    for (const { index, proposal } of likely) this.draft?.set(index, proposal.text);
    this.isSaved = false;
    this.requestUpdate();
  }

  private get labels(): string[] {
    const present = this.loader.data?.outputs.map(({ label }) => label) ?? [];
    return this.draft?.labels(present) ?? [];
  }

  private async save(id: string) {
    this.isSaving = true;
    this.refused = null;
    try {
      await this.session.client.query(UiSetLabelsDocument, { id, labels: this.labels });
      this.draft?.clear();
      this.isSaved = true;
      this.loader.again();
    } catch (thrown) {
      this.refused = troubleOf(thrown);
    }
    this.isSaving = false;
  }

  private download(text: string, type: string, extension: string) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${this.address.name.replace(/[^\w.-]+/g, '_')}.labels.${extension}`;
    link.click();
    // Not at once: the browser reads it after this turn.
    setTimeout(() => URL.revokeObjectURL(url));
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading, trouble } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.retried()}>
      <h1><bdi>${texts.naming(this.address.name)}</bdi> <bdi class="quiet">${data?.model?.version ?? this.address.version ?? ''}</bdi></h1>
      ${this.troubleMessage(trouble ?? this.refused ?? this.images.trouble)}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data && !data.model ? html`<p>${texts.noModel} <a href="./">${texts.toSearch}</a></p>` : nothing}
      ${data?.model ? this.naming(data.model, data) : nothing}
    </div>`;
  }

  private retried() {
    this.refused = null;
    if (this.images.trouble) this.images.again();
    if (this.loader.trouble) this.loader.again();
  }

  private naming(model: NonNullable<NamingData['model']>, { outputs, maySave }: NamingData) {
    const texts = allTexts(this.speech);
    if (model.status !== 'READY') return html`<p>${texts.noSummary}</p>`;
    if ((model.outputs ?? 0) > MAX_NAMED) return html`<p>${texts.tooManyToName}</p>`;
    const { current, draft } = this;
    const wanted = this.wanted();
    const decided = wanted.filter(({ index }) => draft?.has(index)).length;
    return html`<div class="stack">
        ${this.choice()}
        ${this.progress(decided, wanted.length, outputs.length)}
      </div>
      <div class="layout">
        ${current ? this.one(current) : nothing}
        <div class="wide">${this.actions(model.id, maySave)} ${this.list(wanted)}</div>
      </div>`;
  }

  private choice() {
    const texts = allTexts(this.speech);
    return html`<label class="row small"
      >${texts.namingWhich}
      <select
        @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement;
          this.go({ shows: SHOWS.find((shows) => shows === value) ?? 'UNLABELED', at: undefined }, false);
        }}
      >
        ${SHOWS.map((shows) => html`<option value=${shows} .selected=${shows === this.address.shows}>${texts.namingShown[shows]}</option>`)}
      </select></label
    >`;
  }

  private progress(decided: number, total: number, outputs: number) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const saved = this.isSaved ? html`<p>${texts.savedLabels}</p>` : nothing;
    if (total === 0)
      return html`<div role="status">${saved}<p>${outputs > 0 ? texts.nothingToName : texts.noSummary}</p></div>`;
    return html`<div role="status" class="stack">
        ${saved}
        <p class="small">${decided === total ? texts.allDecided : texts.decided(number(decided), number(total))}</p>
      </div>
      <progress max=${total} value=${decided} aria-label=${texts.decided(number(decided), number(total))}></progress>`;
  }

  private one(output: Nameable) {
    const { number, percent } = this.speech;
    const texts = allTexts(this.speech);
    const { proposal, confidence } = output;
    const shown = this.images.isLoading ? null : this.images.data?.logit;
    const title = texts.outputNumber(number(output.index));
    const others = (shown?.concepts ?? []).filter(
      ({ text, confidence }) => text !== proposal.text && (confidence ?? 0) >= PROPOSED_FROM,
    );
    return html`<section class="stack" @keydown=${(event: KeyboardEvent) => this.pressed(event)}>
      <h2>${title}</h2>
      <div class="images" aria-busy=${shown ? 'false' : 'true'}>
        ${
          shown
            ? html`<probelog-image-strip large .session=${this.session} .probes=${shown.topProbes.map(({ probe }) => probe)} label=${texts.ownImages(title)}></probelog-image-strip>`
            : nothing
        }
      </div>
      <form @submit=${(event: SubmitEvent) => this.submitted(event)}>
        <label class="stack small"
          ><span>${texts.proposedName}
            <span class="tag">${texts.proposal[proposal.kind]}${confidence === null ? '' : ` ${percent(confidence)}`}</span></span
          ><input type="text" name="label" maxlength=${MAX_LENGTH} autocomplete="off" aria-describedby="keys"
        /></label>
        ${
          others.length > 0
            ? html`<div class="chips" role="group" aria-label=${texts.alsoProposed}>
                ${others.map(
                  ({
                    text,
                    confidence,
                  }) => html`<button type="button" class="small" @click=${() => this.take(text)}>
                    ${text} <span class="quiet">${percent(confidence ?? 0)}</span>
                  </button>`,
                )}
              </div>`
            : nothing
        }
        <div class="row">
          <button class="main">${texts.acceptName}</button>
          <button type="button" @click=${() => this.decide(null)}>${texts.skipName}</button>
          <button type="button" @click=${() => this.move(-1)}>${texts.previousOutput}</button>
          <button type="button" @click=${() => this.move(1)}>${texts.nextOutput}</button>
        </div>
        <p id="keys" class="small quiet">${texts.namingKeys}</p>
      </form>
    </section>`;
  }

  private take(text: string) {
    this.field?.focus();
    this.fill(text);
  }

  private actions(id: string, maySave: boolean) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const { draft } = this;
    const likely = this.wanted().filter(
      ({ index, proposal }) => proposal.kind === 'NAME' && !draft?.has(index),
    );
    const unsaved = draft?.size ?? 0;
    return html`<div class="stack">
      <div class="row">
        ${
          maySave
            ? html`<button class="main" ?disabled=${unsaved === 0 || this.isSaving} @click=${() => this.save(id)}>${texts.saveLabels}</button>`
            : nothing
        }
        <button @click=${() => this.download(JSON.stringify(this.labels, null, 2), 'application/json', 'json')}>${texts.exportJson}</button>
        <button @click=${() => this.download(labelTable(this.labels), 'text/csv', 'csv')}>${texts.exportCsv}</button>
        ${
          likely.length > 0
            ? html`<button @click=${() => this.acceptLikely(likely)}>${texts.acceptLikely(number(likely.length))}</button>`
            : nothing
        }
      </div>
      ${unsaved > 0 ? html`<p class="small quiet">${texts.unsaved(number(unsaved))}</p>` : nothing}
      ${maySave ? nothing : html`<p class="small quiet">${texts.mayNotSave}</p>`}
    </div>`;
  }

  private list(wanted: readonly Nameable[]) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const { address, current, draft } = this;
    if (wanted.length === 0) return nothing;
    return html`<section class="stack">
      <h2>${texts.decisions}</h2>
      <ol>
        ${wanted.slice(0, address.shown).map((output) => {
          const decision = draft?.get(output.index);
          return html`<li>
            <a
              href=${this.session.linkTo({ ...address, at: output.index })}
              aria-current=${output === current ? 'true' : nothing}
              ><span class="number quiet">${number(output.index)}</span>
              <bdi class="text ${decision ? '' : 'quiet'}">${plainText(decision ?? (proposed(output) || '–'))}</bdi>
              <span class="tag">${decision === undefined ? texts.notDecided : decision === null ? texts.skipped : texts.namedByYou}</span></a
            >
          </li>`;
        })}
      </ol>
      ${
        wanted.length > address.shown && address.shown < MAX_SHOWN
          ? html`<p><button @click=${() => this.go({ shown: address.shown + 4 * FIRST_SHOWN })}>${texts.more}</button></p>`
          : nothing
      }
    </section>`;
  }
}

/** The name that an output is offered; empty when there is none. */
function proposed({ proposal }: Nameable): string {
  return proposal.kind === 'NUMBER' ? '' : proposal.text;
}
define('probelog-name-page', NamePage);
