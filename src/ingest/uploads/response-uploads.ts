import { isDeepStrictEqual } from 'node:util';
import { Pace, type PaceLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { Limiter } from '../../lib/limiter.js';
import { note } from '../../lib/notes.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { EXTERNAL_SOURCE, type ModelRecord, type ProbeSetRecord, type Store } from '../../store/index.js';
import type { DeclaredKind } from '../pipeline/assemble/assemble-responses.js';
import { findProbeSet } from '../pipeline/find-probe-set.js';
import type { UsablePrior } from '../pipeline/probing-work.js';
import { publishedModel, type StoredResponses, storeResponses } from '../pipeline/store-responses.js';
import { type GalleryWriter, syncToGallery } from '../pipeline/sync-to-gallery.js';
import { factsOf, type ModelRegistration, validateRegistration } from '../queue/ingest-request.js';
import { receiveFile, tooLarge } from './receive-file.js';
import type { UploadForm } from './upload-form.js';

/** What uploads need. */
export interface ResponseUploadsOptions {
  store: Pick<Store, 'blobs' | 'models' | 'probeSets'>;
  gallery: GalleryWriter;
  /** For files while they arrive. */
  folder: string;
  maxBytes: number;
  /** Largest C. */
  maxOutputs: number;
  /** Uploads at the same time, from the first byte until they are published. */
  maxConcurrent: number;
  /** Slowest accepted transfer; any when absent. */
  pace?: PaceLimits;
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
  /** The prior that completes probes without responses; null while the gallery is too small for one. */
  prior(probeSetId: string): Promise<UsablePrior | null>;
}

/** The outcome of an upload. */
export interface UploadOutcome {
  model: ModelRecord;
  /** Whether the model had no responses before. */
  created: boolean;
  /** False when the model already had exactly these responses. */
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

const NOTE = note('RUN_ELSEWHERE', 'Its owner ran it and uploaded the responses.');

/** What the values of each kind are taken for. */
export const DECLARED: Readonly<Record<NonNullable<UploadForm['kind']>, DeclaredKind>> = {
  logits: null,
  log_probabilities: 'LOG_PROBABILITIES',
  probabilities: 'PROBABILITIES',
  multi_label_logits: 'MULTI_LABEL_LOGITS',
  multi_label_probabilities: 'SIGMOIDS',
};

/** Accepts responses of models that their owners run themselves, in any framework. */
export class ResponseUploads {
  constructor(
    private readonly options: ResponseUploadsOptions,
    /** Shared by all uploads of this process. */
    private readonly shared = { uploads: new Limiter(options.maxConcurrent), publishing: new SerialQueue() },
  ) {}

  /** The same uploads for one caller, with the store of its viewer. */
  on(store: ResponseUploadsOptions['store']): ResponseUploads {
    return new ResponseUploads({ ...this.options, store }, this.shared);
  }

  /**
   * Registers a model version that waits for its responses.
   *
   * @throws ProbelogError INPUT_INVALID, PROBE_SET_UNKNOWN, MODEL_EXISTS
   */
  async register(input: ModelRegistration): Promise<ModelRecord> {
    const { store, defaultProbeSet } = this.options;
    const registration = validateRegistration(input);
    const { name, version, probeSet } = registration;
    const { id } = await findProbeSet(store.probeSets, defaultProbeSet, probeSet);
    return store.models.registerExternal({ name, version, probeSetId: id, ...factsOf(registration) });
  }

  /**
   * Refuses an upload before its content is read.
   *
   * @param bytes its size, if the request has it
   * @throws ProbelogError NOT_FOUND, RESPONSES_UNEXPECTED, PROBE_SET_MISMATCH, PAYLOAD_TOO_LARGE
   */
  async check(modelId: string, { digest }: UploadForm, bytes?: number): Promise<void> {
    await this.expected(modelId, digest);
    if (bytes !== undefined && bytes > this.options.maxBytes) throw tooLarge(this.options.maxBytes);
  }

  /**
   * Makes a model searchable by uploaded responses, or replaces its responses; its logits keep their ids. Nothing of the
   * upload is visible before it is complete. Repeating an upload changes nothing.
   *
   * @param content a `.npy` or `.safetensors` file of C × P or P × C numbers
   * @param labels replace the model's labels, when given
   * @throws ProbelogError UPLOADS_BUSY, UPLOAD_TOO_SLOW; as {@link check}; RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH,
   *   RESPONSES_LAYOUT_AMBIGUOUS, MODEL_TOO_MANY_OUTPUTS, RESPONSES_INVALID, MODEL_LABELS_MISMATCH, MODEL_ALL_DEGENERATE,
   *   STORAGE_FULL
   */
  async accept(
    modelId: string,
    content: AsyncIterable<Uint8Array>,
    form: UploadForm,
    labels?: string[],
  ): Promise<UploadOutcome> {
    const { uploads, publishing } = this.shared;
    if (uploads.isFull) throw uploadsBusy(this.options.maxConcurrent);
    return uploads.run(async () => {
      await this.check(modelId, form);
      const { folder, maxBytes, pace: limits } = this.options;
      const pace = new Pace(
        limits,
        (reason) => new ProbelogError('UPLOAD_TOO_SLOW', `The upload ${reason}.`),
      );
      return receiveFile(folder, pace.of(content), maxBytes, (path) =>
        // In order: each upload takes several times its size of memory, and the gallery must receive two uploads for one
        // model in the order the database did.
        publishing.run(() => this.publish(modelId, path, form, labels)),
      );
    });
  }

  private async publish(
    modelId: string,
    path: string,
    form: UploadForm,
    labels: string[] | undefined,
  ): Promise<UploadOutcome> {
    const { store, gallery, prior, maxOutputs } = this.options;
    const { model, probeSet } = await this.expected(modelId, form.digest);
    const stored = await storeResponses(
      {
        responses: { kind: 'UPLOAD', path, form, maxOutputs },
        declared: form.kind === undefined ? null : DECLARED[form.kind],
        probes: probeSet.size,
        priorPath: (await prior(probeSet.id))?.path ?? null,
      },
      store.blobs,
    );
    const present = labels && (await store.models.labels(model.id));
    const changed = !isPublished(model, stored) || !isDeepStrictEqual(labels, present);
    if (changed) {
      const described = { inputShape: null, outputName: null, preprocessing: null, notes: [NOTE] };
      const facts = { probeSetId: probeSet.id, labels, ...described };
      await store.models.publishUpload(model.id, publishedModel(stored, facts));
    }
    // Even when nothing changed: an earlier attempt may have ended between the database and the gallery.
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
        `${model.name} ${model.version} is probed by this server. Register a model whose responses are uploaded under another version.`,
      );
    if (digest !== undefined && digest !== probeSet.digest)
      throw new ProbelogError(
        'PROBE_SET_MISMATCH',
        `The responses belong to the probe set with digest ${digest}, but the model to ${JSON.stringify(probeSet.name)} with digest ${probeSet.digest}.`,
        { digest: probeSet.digest, probeSet: probeSet.name },
      );
    return { model, probeSet };
  }
}

function unknownModel(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'No model has this id.');
}

function isPublished(model: ModelRecord, stored: StoredResponses): boolean {
  return (
    model.status === 'READY' &&
    model.responsesDigest === stored.digest &&
    model.responseKind === stored.responseKind &&
    model.multiLabel === stored.multiLabel
  );
}

/** Threat model: anyone with the scope may upload. Without a limit they could fill the disk with waiting files. */
export function uploadsBusy(max: number): ProbelogError {
  return new ProbelogError('UPLOADS_BUSY', `${max} uploads are already running. Try again soon.`, {
    atOnce: max,
  });
}
