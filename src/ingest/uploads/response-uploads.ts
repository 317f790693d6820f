import { Pace, type PaceLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { EXTERNAL_SOURCE, type ModelRecord, type ProbeSetRecord, type Store } from '../../store/index.js';
import type { DeclaredKind } from '../pipeline/assemble/assemble-responses.js';
import { findProbeSet } from '../pipeline/find-probe-set.js';
import type { UsablePrior } from '../pipeline/probing-work.js';
import { publishedModel, type StoredResponses, storeResponses } from '../pipeline/stored-responses.js';
import { type GalleryWriter, syncToGallery } from '../pipeline/sync-to-gallery.js';
import { type ModelRegistration, validateRegistration } from '../queue/ingest-request.js';
import { receiveFile, tooLarge } from './receive-file.js';
import type { UploadForm } from './upload-form.js';

/** What uploads need from the rest. */
export interface ResponseUploadsOptions {
  store: Pick<Store, 'blobs' | 'models' | 'probeSets'>;
  gallery: GalleryWriter;
  /** Where a file is while it arrives. */
  folder: string;
  maxBytes: number;
  /** How many may be under way, from the first byte until they are published. */
  atOnce: number;
  /** How slowly one may come; any pace will do when absent. */
  pace?: PaceLimits;
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
  /** By which what was not run is completed; null when there is too little to learn it from. */
  prior(probeSetId: string): Promise<UsablePrior | null>;
}

/** What became of an upload. */
export interface UploadOutcome {
  model: ModelRecord;
  /** Whether these are the first responses of the model. */
  created: boolean;
  /** False when the model had exactly these responses already. */
  changed: boolean;
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** Share of the probes that have responses, 0..1. */
  coverage: number;
  /** Outputs without a descriptor. */
  degenerate: number;
}

const NOTE = 'Its owner ran it and uploaded the responses.';

const DECLARED: Readonly<Record<NonNullable<UploadForm['kind']>, DeclaredKind>> = {
  logits: null,
  log_probabilities: 'LOG_PROBABILITIES',
  probabilities: 'PROBABILITIES',
};

/** Takes responses of models that never come here: their owners run them, in any framework. */
export class ResponseUploads {
  constructor(
    private readonly options: ResponseUploadsOptions,
    /** What all uploads of this process share. */
    private readonly line = { last: Promise.resolve() as Promise<unknown>, underWay: 0 },
  ) {}

  /** The same uploads, on behalf of somebody who sees and may change what this store says. */
  on(store: ResponseUploadsOptions['store']): ResponseUploads {
    return new ResponseUploads({ ...this.options, store }, this.line);
  }

  /**
   * Registers a model version that waits for its responses.
   *
   * @throws ProbelogError INPUT_INVALID, PROBE_SET_UNKNOWN, MODEL_EXISTS
   */
  async register(input: ModelRegistration): Promise<ModelRecord> {
    const { store, defaultProbeSet } = this.options;
    const { name, version, labels, license, licence, registry, visibility, probeSet } =
      validateRegistration(input);
    const { id } = await findProbeSet(store.probeSets, defaultProbeSet, probeSet);
    return store.models.registerExternal({
      name,
      version,
      probeSetId: id,
      labels: labels ?? null,
      license: license ?? licence ?? null,
      registry: registry ?? null,
      visibility: visibility ?? null,
    });
  }

  /**
   * Refuses an upload by what is known before its content.
   *
   * @param bytes its size, when known
   * @throws ProbelogError NOT_FOUND, RESPONSES_UNEXPECTED, PROBE_SET_MISMATCH, PAYLOAD_TOO_LARGE
   */
  async check(modelId: string, { digest }: UploadForm, bytes?: number): Promise<void> {
    await this.expected(modelId, digest);
    if (bytes !== undefined && bytes > this.options.maxBytes) throw tooLarge(this.options.maxBytes);
  }

  /**
   * Makes a model searchable by uploaded responses, or replaces those that it has: its logits keep their ids. Until that
   * is done, nothing of the upload is visible. The same upload again changes nothing.
   *
   * @param content a `.npy` or `.safetensors` file of C × P or P × C numbers
   * @param labels take the place of the model's, when given
   * @throws ProbelogError UPLOADS_BUSY, UPLOAD_TOO_SLOW; as {@link check}; RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS,
   *   RESPONSES_INVALID, MODEL_LABELS_MISMATCH, MODEL_ALL_DEGENERATE, STORAGE_FULL
   */
  async accept(
    modelId: string,
    content: AsyncIterable<Uint8Array>,
    form: UploadForm,
    labels?: string[],
  ): Promise<UploadOutcome> {
    return this.oneOfFew(async () => {
      await this.check(modelId, form);
      const { folder, maxBytes, pace: limits } = this.options;
      const pace = new Pace(
        limits,
        (reason) => new ProbelogError('UPLOAD_TOO_SLOW', `The upload ${reason}.`),
      );
      return receiveFile(folder, pace.of(content), maxBytes, (path) =>
        this.inTurn(() => this.publish(modelId, path, form, labels)),
      );
    });
  }

  /** Whoever reaches the server may upload; without a limit, anybody could fill its disk with files that wait. */
  private async oneOfFew<T>(work: () => Promise<T>): Promise<T> {
    const { atOnce } = this.options;
    if (this.line.underWay >= atOnce)
      throw new ProbelogError('UPLOADS_BUSY', `${atOnce} uploads are under way; try again soon.`, { atOnce });
    this.line.underWay += 1;
    try {
      return await work();
    } finally {
      this.line.underWay -= 1;
    }
  }

  /**
   * One after another: each takes some times its size of memory, and the search must hear of two uploads for one model in
   * the order in which the database did.
   */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.line.last.then(work);
    this.line.last = result.catch(() => undefined);
    return result;
  }

  private async publish(
    modelId: string,
    path: string,
    form: UploadForm,
    labels: string[] | undefined,
  ): Promise<UploadOutcome> {
    const { store, gallery, prior } = this.options;
    const { model, probeSet } = await this.expected(modelId, form.digest);
    const stored = await storeResponses(
      {
        source: { kind: 'UPLOAD', path, form },
        declared: form.kind === undefined ? null : DECLARED[form.kind],
        probes: probeSet.size,
        priorPath: (await prior(probeSet.id))?.path ?? null,
      },
      store.blobs,
    );
    const changed = !isPublished(model, stored, labels);
    if (changed) {
      const described = { inputShape: null, outputName: null, preprocessing: null, notes: [NOTE] };
      const facts = { probeSetId: probeSet.id, labels, ...described };
      await store.models.publishUpload(model.id, publishedModel(stored, facts));
    }
    // Also when nothing changed: an earlier attempt may have ended between the database and the search.
    if (!(await syncToGallery(modelId, { store, gallery }))) throw unknownModel();
    return {
      model,
      created: model.status !== 'READY',
      changed,
      outputs: stored.outputs,
      probes: stored.probes,
      coverage: stored.coverage,
      degenerate: stored.degenerate.reduce((sum, flag) => sum + flag, 0),
    };
  }

  private async expected(
    modelId: string,
    digest: string | undefined,
  ): Promise<{ model: ModelRecord; probeSet: ProbeSetRecord }> {
    const { models, probeSets } = this.options.store;
    const [model] = await models.byIds([modelId]);
    const probeSet = model && (await probeSets.byId(model.probeSetId));
    if (!probeSet) throw unknownModel();
    if (model.source !== EXTERNAL_SOURCE)
      throw new ProbelogError(
        'RESPONSES_UNEXPECTED',
        `${model.name} ${model.version} is probed by this server; register the one whose responses are uploaded as another version.`,
      );
    if (digest !== undefined && digest !== probeSet.digest)
      throw new ProbelogError(
        'PROBE_SET_MISMATCH',
        `The responses belong to a probe set with the digest ${digest}; the model's, ${JSON.stringify(probeSet.name)}, has ${probeSet.digest}.`,
        { digest: probeSet.digest, probeSet: probeSet.name },
      );
    return { model, probeSet };
  }
}

function unknownModel(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'There is no model with this id.');
}

function isPublished(model: ModelRecord, stored: StoredResponses, labels: string[] | undefined): boolean {
  return (
    model.status === 'READY' &&
    model.responsesDigest === stored.digest &&
    model.responseKind === stored.responseKind &&
    (labels === undefined || JSON.stringify(labels) === JSON.stringify(model.labels))
  );
}
