import { css, html, nothing, type PropertyValues } from 'lit';
import { type AddAddress, FIRST_SHOWN } from '../address.js';
import { define } from '../define.js';
import {
  UiAddModelDocument,
  UiInspectionDocument,
  type UiInspectionQuery,
  UiUploadDocument,
  type UiUploadQuery,
} from '../generated/operations.js';
import { Loader } from '../loader.js';
import { GoEvent } from '../navigation.js';
import { noteList } from '../parts/note-list.js';
import type { Preprocessing } from '../parts/preprocessing-fields.js';
import { type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { forgetFiles, isOther, rememberFiles } from '../uploaded-files.js';
import { AddressPage } from './address-page.js';
import '../parts/ingest-watch.js';
import '../parts/preprocessing-fields.js';
import '../parts/probe-previews.js';

/** Labels that are shown of those that were found. */
const MAX_LABELS = 8;

/** Files on their way to the server. */
interface Sending {
  /** Of the upload; undefined before it is open. */
  id: string | undefined;
  files: readonly File[];
  sent: number;
  total: number;
  stop: AbortController;
}

type Upload = NonNullable<UiUploadQuery['modelUpload']>;
type Inspection = UiInspectionQuery['modelInspection'];

/** Takes a model from files or an address, shows what would be assumed of it, and follows its ingest. */
export class AddPage extends AddressPage<AddAddress, UiUploadQuery> {
  static override properties = {
    ...AddressPage.properties,
    reading: { state: true },
    sending: { state: true },
    refused: { state: true },
    preprocessing: { state: true },
    tensor: { state: true },
  };
  /** How often the upload was read; another number reads it again. */
  declare reading: number;
  declare sending: Sending | null;
  /** Why the last step did not work. */
  declare refused: Trouble | null;
  /** The description, once it was changed. */
  declare preprocessing: Preprocessing | null;
  /** The output tensor, when one was named. */
  declare tensor: string;
  /** What to do again after {@link refused}. */
  private again: () => unknown = () => undefined;
  private readonly inspection = new Loader<UiInspectionQuery>(this);

  static override styles = [
    shared,
    css`
      form, .drop { display: grid; gap: 12px; max-width: 640px; }
      .drop { border: 1px dashed var(--quiet); border-radius: var(--radius); padding: 16px; }
      .drop.over { border-color: var(--accent); background: var(--raised); }
      input[type='file'], textarea, form input { width: 100%; }
      textarea { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--quiet); border-radius: var(--radius); padding: 4px 12px; min-height: 96px; }
      progress { width: 100%; accent-color: var(--accent); }
      dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; }
      dt { color: var(--quiet); }
    `,
  ];

  constructor() {
    super();
    this.reading = 0;
    this.sending = null;
    this.refused = null;
    this.preprocessing = null;
    this.tensor = '';
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.sending?.stop.abort();
  }

  override willUpdate(changed: PropertyValues<this>) {
    const before = changed.get('address');
    if (before && before.upload !== this.address.upload && this.sending?.id !== this.address.upload)
      this.forget();
    const { client } = this.session;
    const { upload: id, ingest } = this.address;
    if (id === undefined || ingest !== undefined) return;
    this.loader.load(JSON.stringify([id, this.reading]), (signal) =>
      client.query(UiUploadDocument, { id }, { signal }),
    );
    const upload = this.upload;
    if (!upload || !isReady(upload) || this.sending) return;
    const { source } = upload;
    const asked = { source, preprocessing: this.preprocessing, output: this.tensor || null };
    this.inspection.load(JSON.stringify([asked, upload.files]), (signal) =>
      client.query(UiInspectionDocument, asked, { signal }),
    );
  }

  override updated() {
    this.entitle(allTexts(this.speech).add);
    if (!this.loader.isLoading) this.painted();
  }

  private forget() {
    this.sending?.stop.abort();
    this.sending = null;
    this.refused = null;
    this.preprocessing = null;
    this.tensor = '';
  }

  /** Null before the first file, and when the server has it no more. */
  private get upload(): Upload | null {
    const upload = this.loader.data?.modelUpload;
    return upload?.id === this.address.upload ? (upload ?? null) : null;
  }

  private go(change: Partial<AddAddress>, replaces = false) {
    this.dispatchEvent(new GoEvent({ page: 'add', shown: FIRST_SHOWN, ...change }, replaces));
  }

  private async send(files: readonly File[]) {
    if (files.length === 0) return;
    this.sending?.stop.abort();
    this.refused = null;
    const begun = this.upload ? this.address.upload : undefined;
    const stop = new AbortController();
    this.sending = { id: begun, files, sent: 0, total: 1, stop };
    try {
      await this.session.client.uploadModel(
        // Another file of the same name must not go on where the first one stopped.
        files.map((file) => ({ name: file.name, data: file, replaces: isOther(begun, file) })),
        {
          signal: stop.signal,
          ...(begun !== undefined && { upload: begun }),
          onProgress: ({ id, sent, total }) => {
            if (stop.signal.aborted) return;
            rememberFiles(id, files);
            this.sending = { id, files, sent, total, stop };
            if (id !== this.address.upload) this.go({ upload: id }, this.address.upload === undefined);
          },
        },
      );
    } catch (thrown) {
      this.refused = troubleOf(thrown);
      this.again = () => this.send(files);
    }
    if (this.sending?.stop !== stop) return;
    this.sending = null;
    this.reading++;
  }

  private async add(input: {
    name: string;
    version: string;
    source: string;
    license?: string;
    labels?: string[];
  }) {
    this.refused = null;
    const { preprocessing, tensor } = this;
    try {
      const { ingestModel } = await this.session.client.query(UiAddModelDocument, {
        input: { ...input, ...(preprocessing && { preprocessing }), ...(tensor && { output: tensor }) },
      });
      if (this.address.upload) forgetFiles(this.address.upload);
      this.go({ ingest: ingestModel.id });
    } catch (thrown) {
      this.refused = troubleOf(thrown);
      this.again = () => this.add(input);
    }
  }

  private retry() {
    if (this.refused) {
      this.refused = null;
      this.again();
    } else if (this.loader.trouble) this.loader.again();
    else this.inspection.again();
  }

  override render() {
    const texts = allTexts(this.speech);
    const { ingest, upload } = this.address;
    return html`<div class="wide" @probelog-retry=${() => this.retry()}>
      <h1>${texts.add}</h1>
      ${ingest === undefined ? this.steps(upload) : this.progress(ingest)}
    </div>`;
  }

  private progress(ingest: string) {
    return html`<probelog-ingest-watch .session=${this.session} .speech=${this.speech} .ingestId=${ingest}></probelog-ingest-watch>
      <p><a href=${this.session.linkTo({ page: 'add', shown: FIRST_SHOWN })}>${allTexts(this.speech).addAnother}</a></p>`;
  }

  private steps(id: string | undefined) {
    const texts = allTexts(this.speech);
    const { loader, sending, refused } = this;
    const isGone = id !== undefined && loader.data?.modelUpload === null && !loader.isLoading;
    return html`${id === undefined ? html`<p>${texts.addHow} <span class="quiet">${texts.fromRegistry}</span></p>` : nothing}
      <section class="stack">
        <h2>${texts.fromFiles}</h2>
        ${isGone && !sending ? html`<p role="alert">${texts.uploadGone}</p>` : nothing}
        ${this.files()}
      </section>
      ${this.troubleMessage(refused ?? loader.trouble)}
      ${this.upload && !sending ? this.uploaded(this.upload) : nothing}
      ${id === undefined && !sending ? this.fromAddress() : nothing}`;
  }

  private files() {
    const { bytes } = this.speech;
    const texts = allTexts(this.speech);
    const { sending, upload } = this;
    if (sending)
      return html`<div class="stack">
        <progress max=${Math.max(1, sending.total)} value=${sending.sent} aria-label=${texts.sending}></progress>
        <p class="row"><span>${texts.sentOf(bytes(sending.sent), bytes(sending.total))}</span>
          <button @click=${() => sending.stop.abort()}>${texts.stopSending}</button></p>
      </div>`;
    return html`<div
        class="drop"
        @dragover=${(event: DragEvent) => this.dragged(event, true)}
        @dragleave=${(event: DragEvent) => this.dragged(event, false)}
        @drop=${(event: DragEvent) => {
          this.dragged(event, false);
          void this.send([...(event.dataTransfer?.files ?? [])]);
        }}
      >
        <label class="stack">${upload ? texts.addFiles : texts.modelFiles}<input
          name="files" type="file" multiple
          @change=${({ target }: Event) => void this.send([...((target as HTMLInputElement).files ?? [])])}
        /></label>
        <p class="small quiet">${texts.modelFilesHint}</p>
      </div>
      ${upload ? this.fileList(upload) : nothing}`;
  }

  private dragged(event: DragEvent, isOver: boolean) {
    event.preventDefault();
    (event.currentTarget as HTMLElement).classList.toggle('over', isOver);
  }

  private fileList({ files }: Upload) {
    const { bytes } = this.speech;
    const texts = allTexts(this.speech);
    const isPart = files.some(({ bytes: total, received }) => received < total);
    return html`<ul class="small">
        ${files.map(
          ({ name, bytes: total, received }) => html`<li><bdi>${name}</bdi>
            <span class="quiet">${received < total ? texts.sentOf(bytes(received), bytes(total)) : bytes(total)}</span></li>`,
        )}
      </ul>
      ${isPart ? html`<p>${texts.sendAgain}</p>` : nothing}
      <p><a href=${this.session.linkTo({ page: 'add', shown: FIRST_SHOWN })}>${texts.startOver}</a></p>`;
  }

  private uploaded(upload: Upload) {
    const texts = allTexts(this.speech);
    if (upload.files.some(({ bytes, received }) => received < bytes)) return nothing;
    if (!isReady(upload)) return html`<p role="alert">${texts.noModelFile}</p>`;
    const { data, isLoading, trouble } = this.inspection;
    return html`${isLoading ? html`<p role="status">${texts.inspecting}</p>` : nothing}
      ${this.troubleMessage(trouble, data !== null)}
      ${trouble ? this.tensorField() : nothing}
      ${data && !trouble ? this.inspected(data.modelInspection) : nothing}
      ${data && !trouble ? this.facts(upload.source, nameOf(upload), data.modelInspection.outputs) : nothing}`;
  }

  private tensorField() {
    const texts = allTexts(this.speech);
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        this.tensor = textIn(event.target as HTMLFormElement, 'tensor');
      }}
    >
      <label class="stack small">${texts.outputTensor}<input type="text" name="tensor" maxlength="1000" .value=${this.tensor} />
        <span class="quiet">${texts.outputTensorHint}</span></label>
      <p><button>${texts.retry}</button></p>
    </form>`;
  }

  private inspected({ outputs, output, labelCount, labels, notes, preprocessing }: Inspection) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const shown = this.preprocessing ?? (preprocessing as Preprocessing);
    const first = [...labels.slice(0, MAX_LABELS), ...((labelCount ?? 0) > MAX_LABELS ? ['…'] : [])];
    return html`<section class="stack">
        <h2>${texts.found}</h2>
        <dl>
          <dt>${texts.outputCount}</dt><dd>${number(outputs)}</dd>
          <dt>${texts.outputTensor}</dt><dd><bdi>${output}</bdi></dd>
          <dt>${texts.labelsOfModel}</dt>
          <dd><bdi>${typeof labelCount === 'number' ? texts.labelsFound(number(labelCount), first.join(', ')) : texts.noLabels}</bdi></dd>
        </dl>
        ${noteList(notes, texts.assumed)}
      </section>
      <section class="stack">
        <h2>${texts.prepared}</h2>
        <p class="small quiet">${texts.preparedHint}</p>
        <probelog-probe-previews .session=${this.session} .speech=${this.speech} .preprocessing=${shown}></probelog-probe-previews>
        <probelog-preprocessing-fields .speech=${this.speech} .value=${shown}
          @probelog-preprocessing=${(event: CustomEvent<Preprocessing>) => {
            this.preprocessing = event.detail;
          }}
        ></probelog-preprocessing-fields>
        ${
          this.preprocessing
            ? html`<p><button @click=${() => {
                this.preprocessing = null;
              }}>${texts.asFound}</button></p>`
            : nothing
        }
      </section>`;
  }

  private fromAddress() {
    const texts = allTexts(this.speech);
    return html`<section class="stack">
      <h2>${texts.fromAddress}</h2>
      ${this.facts(null, '', null)}
    </section>`;
  }

  /** @param source null when it is entered, too @param outputs null when it is not known */
  private facts(source: string | null, name: string, outputs: number | null) {
    const texts = allTexts(this.speech);
    return html`<form @submit=${(event: SubmitEvent) => this.submitted(event, source)}>
      ${
        source === null
          ? html`<label class="stack small">${texts.address}<input type="url" name="source" required maxlength="4096" pattern="https?://.+" placeholder="https://" />
        <span class="quiet">${texts.addressHint}</span></label>`
          : nothing
      }
      <label class="stack small">${texts.model}<input type="text" name="name" required maxlength="300" value=${name} /></label>
      <label class="stack small">${texts.version}<input type="text" name="version" required maxlength="300" value="1" /></label>
      <label class="stack small">${texts.optional(texts.license)}<input type="text" name="license" maxlength="200" /></label>
      <label class="stack small">${texts.optional(texts.labelLines)}<textarea name="labels" @input=${({ target }: Event) => this.checkLabels(target as HTMLTextAreaElement, outputs)}></textarea></label>
      <p><button class="main">${texts.add}</button></p>
    </form>`;
  }

  private checkLabels(field: HTMLTextAreaElement, outputs: number | null) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const given = linesOf(field.value).length;
    const isWrong = outputs !== null && given > 0 && given !== outputs;
    field.setCustomValidity(isWrong ? texts.labelsNeeded(number(given), number(outputs)) : '');
  }

  private submitted(event: SubmitEvent, source: string | null) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const [license, labels] = [textIn(form, 'license'), linesOf(textIn(form, 'labels'))];
    void this.add({
      name: textIn(form, 'name'),
      version: textIn(form, 'version'),
      source: source ?? textIn(form, 'source'),
      ...(license && { license }),
      ...(labels.length > 0 && { labels }),
    });
  }
}

/** Whether the server can read it: all files are there, and one is a model. */
function isReady({ files }: Upload): boolean {
  return (
    files.some(({ name }) => /\.onnx$/i.test(name)) &&
    files.every(({ bytes, received }) => received === bytes)
  );
}

/** A name for the model, from its file; none for the names that exporters give to every model. */
function nameOf({ files }: Upload): string {
  const stem = files.find(({ name }) => /\.onnx$/i.test(name))?.name.replace(/\.onnx$/i, '') ?? '';
  return /^model(_\w+)?$/.test(stem) ? '' : stem;
}

function textIn(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** Without blank lines at the end: an empty line before them is an output without a label. */
function linesOf(text: string): string[] {
  const trimmed = text.trimEnd();
  return trimmed === '' ? [] : trimmed.split('\n').map((line) => line.trim());
}
define('probelog-add-page', AddPage);
