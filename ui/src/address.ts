/** Ways to list models without a query. */
export const SORTS = ['NEWEST', 'NAME', 'OUTPUTS', 'SIZE'] as const;
export type Sort = (typeof SORTS)[number];

/** Filters of a search; absent ones are off. */
export interface Filters {
  /** Exact names; an empty text stands for models that were registered directly. */
  registry: string[];
  /** An empty text stands for models without a license. */
  license: string[];
  minOutputs?: number;
  maxOutputs?: number;
  minBytes?: number;
  maxBytes?: number;
  /** 0 to 1 */
  minConfidence?: number;
  /** Part of a model's name. */
  name?: string;
}

/** Everything that the search page shows follows from this. */
export interface SearchAddress {
  page: 'search';
  query: string;
  /** Key of an image that this tab keeps; searched for instead of the query. */
  image?: string;
  of: 'outputs' | 'models';
  sort: Sort;
  filters: Filters;
  /** How many results are shown. */
  shown: number;
}

export interface ModelAddress {
  page: 'model';
  name: string;
  /** The newest when absent. */
  version?: string;
  /** Text that the outputs are searched for. */
  find: string;
  /** Order of the outputs: by their place, or by what they are called. */
  by?: 'NAME';
  shown: number;
}

/** An output by its id, or by its model and its number there, from 0 on. */
export type OutputPlace = { id: string } | (NamedModel & { index: number });

export interface OutputAddress {
  page: 'output';
  of: OutputPlace;
  /** The query that led there; the page says why the output matched it. */
  query?: string;
  shown: number;
}

/** A model by its name; the newest version when none is named. */
export interface NamedModel {
  name: string;
  version?: string;
}

export interface CompareAddress {
  page: 'compare';
  /** Null while it is not chosen. */
  a: NamedModel | null;
  b: NamedModel | null;
  shown: number;
}

/** Which ingests the queue page lists. */
export const SHOWS = ['ALL', 'UNFINISHED', 'FAILED'] as const;

export interface QueueAddress {
  page: 'queue';
  shows: (typeof SHOWS)[number];
  shown: number;
}

export interface MapAddress {
  page: 'map';
  /** Id of the model and index of the output that is chosen. */
  model?: string;
  output?: number;
  /** From 1, which shows the whole map. */
  zoom: number;
  shown: number;
}

export interface AddAddress {
  page: 'add';
  /** Id of an upload that was begun. */
  upload?: string;
  /** Id of the ingest that was begun. */
  ingest?: string;
  shown: number;
}

export interface NameAddress {
  page: 'name';
  name: string;
  /** The newest when absent. */
  version?: string;
  /** Which outputs are gone through: those without a label, or all. */
  shows: 'UNLABELED' | 'ALL';
  /** Index of the output that is named now; the first one without a decision when absent. */
  at?: number;
  shown: number;
}

export interface RegistriesAddress {
  page: 'registries';
  /** How many deliveries of each registry are shown. */
  shown: number;
}

/** Filters of the audit log; absent ones are off. */
export interface AuditFilters {
  action?: string;
  /** The exact actor. */
  actor?: string;
  /** Days as YYYY-MM-DD, both included. */
  since?: string;
  until?: string;
}

export interface AdminAddress {
  page: 'admin';
  part: 'KEYS' | 'AUDIT';
  audit: AuditFilters;
  shown: number;
}

export interface UnknownAddress {
  page: 'unknown';
}

export type Address =
  | SearchAddress
  | ModelAddress
  | OutputAddress
  | CompareAddress
  | QueueAddress
  | AddAddress
  | MapAddress
  | NameAddress
  | RegistriesAddress
  | AdminAddress
  | UnknownAddress;

/** An address that there is a page for. */
export type KnownAddress = Exclude<Address, UnknownAddress>;

export const FIRST_SHOWN = 12;
/** Of the map. */
export const MAX_ZOOM = 256;
export const MAX_SHOWN = 600;
const NUMBERS = ['minOutputs', 'maxOutputs', 'minBytes', 'maxBytes', 'minConfidence'] as const;
/** The server's numbers have 32 bits. */
const MAX_NUMBER = 2 ** 31 - 1;
const MAX_VALUES = 50;
const MAX_TEXT = 600;
const MAX_NAME = 300;

/** Reads an address. What is wrong in it is left out: links are typed, cut and pasted. */
export function parseAddress({ pathname, search }: { pathname: string; search: string }): Address {
  // The server refuses U+0000.
  const given = new URLSearchParams(search.replaceAll('%00', ''));
  const text = (key: string) => (given.get(key) ?? '').slice(0, MAX_TEXT);
  const shown = shownOf(given.get('shown'));
  switch (pathname.slice(pathname.lastIndexOf('/') + 1)) {
    case '':
      return {
        page: 'search',
        query: text('q'),
        ...(text('image') && { image: text('image') }),
        of: given.get('of') === 'models' ? 'models' : 'outputs',
        sort: SORTS.find((sort) => sort === given.get('sort')) ?? 'NEWEST',
        filters: filtersOf(given),
        shown,
      };
    case 'model':
      if (!text('name')) return { page: 'unknown' };
      return {
        page: 'model',
        name: text('name'),
        ...(text('version') && { version: text('version') }),
        find: text('find'),
        ...(given.get('by') === 'NAME' && { by: 'NAME' as const }),
        shown,
      };
    case 'output': {
      const of = placeOf(text);
      return of ? { page: 'output', of, ...(text('q') && { query: text('q') }), shown } : { page: 'unknown' };
    }
    case 'compare':
      return { page: 'compare', a: modelOf(text('a'), text('av')), b: modelOf(text('b'), text('bv')), shown };
    case 'queue':
      return { page: 'queue', shows: SHOWS.find((shows) => shows === given.get('shows')) ?? 'ALL', shown };
    case 'map': {
      const [output, zoom] = ['output', 'zoom'].map((key) => Number(given.get(key) || Number.NaN));
      return {
        page: 'map',
        ...(text('model') && Number.isInteger(output) && { model: text('model'), output }),
        zoom: zoom >= 1 ? Math.min(zoom, MAX_ZOOM) : 1,
        shown,
      };
    }
    case 'add':
      return {
        page: 'add',
        ...(text('upload') && { upload: text('upload') }),
        ...(text('ingest') && { ingest: text('ingest') }),
        shown,
      };
    case 'registries':
      return { page: 'registries', shown };
    case 'admin':
      return {
        page: 'admin',
        part: given.get('part') === 'AUDIT' ? 'AUDIT' : 'KEYS',
        audit: {
          ...(/^[A-Z_]+$/.test(text('action')) && { action: text('action') }),
          ...(text('actor') && { actor: text('actor') }),
          ...(isDay(text('since')) && { since: text('since') }),
          ...(isDay(text('until')) && { until: text('until') }),
        },
        shown,
      };
    case 'name': {
      if (!text('name')) return { page: 'unknown' };
      const at = Number(given.get('at') || Number.NaN);
      return {
        page: 'name',
        name: text('name'),
        ...(text('version') && { version: text('version') }),
        shows: given.get('shows') === 'ALL' ? 'ALL' : 'UNLABELED',
        ...(Number.isInteger(at) && at >= 0 && { at }),
        shown,
      };
    }
    default:
      return { page: 'unknown' };
  }
}

/** The address as a relative URL, without what is as usual. */
export function formatAddress(address: KnownAddress): string {
  const given = new URLSearchParams();
  const set = (key: string, value: string | undefined) => {
    if (value) given.append(key, value);
  };
  let path = './';
  if (address.page === 'search') {
    set('q', address.query);
    set('image', address.image);
    if (address.of === 'models') set('of', 'models');
    if (address.sort !== 'NEWEST') set('sort', address.sort);
    const { registry, license, name } = address.filters;
    for (const value of registry) given.append('registry', value);
    for (const value of license) given.append('license', value);
    set('name', name);
    for (const key of NUMBERS) set(key, address.filters[key]?.toString());
  } else if (address.page === 'model') {
    path = './model';
    set('name', address.name);
    set('version', address.version);
    set('find', address.find);
    set('by', address.by);
  } else if (address.page === 'compare') {
    path = './compare';
    set('a', address.a?.name);
    set('av', address.a?.version);
    set('b', address.b?.name);
    set('bv', address.b?.version);
  } else if (address.page === 'queue') {
    path = './queue';
    if (address.shows !== 'ALL') set('shows', address.shows);
  } else if (address.page === 'map') {
    path = './map';
    set('model', address.model);
    set('output', address.output?.toString());
    if (address.zoom !== 1) set('zoom', String(Math.round(address.zoom * 100) / 100));
  } else if (address.page === 'add') {
    path = './add';
    set('upload', address.upload);
    set('ingest', address.ingest);
  } else if (address.page === 'registries') {
    path = './registries';
  } else if (address.page === 'admin') {
    path = './admin';
    if (address.part === 'AUDIT') set('part', 'AUDIT');
    set('action', address.audit.action);
    set('actor', address.audit.actor);
    set('since', address.audit.since);
    set('until', address.audit.until);
  } else if (address.page === 'name') {
    path = './name';
    set('name', address.name);
    set('version', address.version);
    if (address.shows === 'ALL') set('shows', 'ALL');
    set('at', address.at?.toString());
  } else {
    path = './output';
    const { of } = address;
    if ('id' in of) set('id', of.id);
    else {
      set('name', of.name);
      set('version', of.version);
      given.append('output', String(of.index));
    }
    set('q', address.query);
  }
  if (address.shown !== FIRST_SHOWN) set('shown', String(address.shown));
  const text = given.toString();
  return text ? `${path}?${text}` : path;
}

/** A model, with all of its outputs. */
export function modelAddress({ name, version }: NamedModel): ModelAddress {
  return { page: 'model', name, ...(version && { version }), find: '', shown: FIRST_SHOWN };
}

/** An output of a model. @param query what led there */
export function outputAddress(of: NamedModel & { index: number }, query?: string): OutputAddress {
  return { page: 'output', of, query, shown: FIRST_SHOWN };
}

/** A search for a text, without filters. */
export function searchFor(query: string, rest: Partial<SearchAddress> = {}): SearchAddress {
  return {
    page: 'search',
    query,
    of: 'outputs',
    sort: 'NEWEST',
    filters: noFilters(),
    shown: FIRST_SHOWN,
    ...rest,
  };
}

export function noFilters(): Filters {
  return { registry: [], license: [] };
}

export function hasFilters(filters: Filters): boolean {
  const { registry, license, ...others } = filters;
  return registry.length + license.length > 0 || Object.values(others).some((value) => value !== undefined);
}

function placeOf(text: (key: string) => string): OutputPlace | null {
  if (text('id')) return { id: text('id') };
  const model = modelOf(text('name'), text('version'));
  const index = Number(text('output') || Number.NaN);
  return model && Number.isInteger(index) && index >= 0 && index <= MAX_NUMBER ? { ...model, index } : null;
}

function modelOf(name: string, version: string): NamedModel | null {
  return name ? { name, ...(version && { version }) } : null;
}

function filtersOf(given: URLSearchParams): Filters {
  const filters: Filters = {
    registry: [...new Set(given.getAll('registry'))].slice(0, MAX_VALUES),
    license: [...new Set(given.getAll('license'))].slice(0, MAX_VALUES),
  };
  for (const key of NUMBERS) {
    const value = Number(given.get(key) || Number.NaN);
    const isRight = key === 'minConfidence' ? value <= 1 : Number.isInteger(value) && value <= MAX_NUMBER;
    if (isRight && value >= 0) filters[key] = value;
  }
  const name = given.get('name')?.slice(0, MAX_NAME);
  return name ? { ...filters, name } : filters;
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}

function shownOf(text: string | null): number {
  const shown = Number(text || FIRST_SHOWN);
  return Number.isInteger(shown) && shown > 0 ? Math.min(shown, MAX_SHOWN) : FIRST_SHOWN;
}
