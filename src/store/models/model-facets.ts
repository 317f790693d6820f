import { type VisibilityScope, visible } from '../access/viewer.js';
import type { PrismaClient } from '../generated/client.js';
import type { ModelStatus } from '../records.js';
import { type ModelFilter, matching } from './model-filter.js';

/** Values of one facet to list: those of the most models. */
const MAX_VALUES = 100;
/** Spellings of one license to read for them. */
const MAX_SPELLINGS = 1_000;
const KIB = 1_024;

/** How many models have a value; null: none is known. */
export interface ValueCount {
  value: string | null;
  count: number;
}

/** How many models have a number in a range, ends included; without ends: none is known. */
export interface RangeCount {
  min: number | null;
  max: number | null;
  count: number;
}

/** Ranges of outputs and of bytes, by their ends. */
const OUTPUT_ENDS = [2, 10, 100, 1_000];
const BYTE_ENDS = [KIB ** 2, 10 * KIB ** 2, 100 * KIB ** 2, KIB ** 3];

/**
 * How many models that a filter admits have which values.
 *
 * As usual in faceted search, a facet's counts leave out the filter on its own values, and so say what choosing another
 * of them would find. A facet is one statement, or one for each range, however many models there are.
 */
export class ModelFacets {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly visibilityScope: VisibilityScope,
    private readonly filter: ModelFilter,
  ) {}

  /** Null stands for models that were registered directly. */
  async registries(): Promise<ValueCount[]> {
    const { registry: _, registries: __, ...others } = this.filter;
    const groups = await this.prisma.model.groupBy({
      by: ['registry'],
      where: this.where(others),
      _count: { id: true },
      orderBy: [{ _count: { id: 'desc' } }, { registry: 'asc' }],
      take: MAX_VALUES,
    });
    return groups.map(({ registry, _count }) => ({ value: registry, count: _count.id }));
  }

  /** Spellings that differ in case are one license, by its commonest spelling; null: none was given. */
  async licenses(): Promise<ValueCount[]> {
    const { licenses: _, ...others } = this.filter;
    const groups = await this.prisma.model.groupBy({
      by: ['license'],
      where: this.where(others),
      _count: { id: true },
      orderBy: [{ _count: { id: 'desc' } }, { license: 'asc' }],
      take: MAX_SPELLINGS,
    });
    const counts = new Map<string | null, ValueCount>();
    for (const { license, _count } of groups) {
      const key = license?.toLowerCase() ?? null;
      const { value, count } = counts.get(key) ?? { value: license, count: 0 };
      counts.set(key, { value, count: count + _count.id });
    }
    return [...counts.values()].sort((a, b) => b.count - a.count).slice(0, MAX_VALUES);
  }

  async statuses(): Promise<{ status: ModelStatus; count: number }[]> {
    const { status: _, ...others } = this.filter;
    const groups = await this.prisma.model.groupBy({
      by: ['status'],
      where: this.where(others),
      _count: { id: true },
      orderBy: [{ _count: { id: 'desc' } }, { status: 'asc' }],
    });
    return groups.map(({ status, _count }) => ({ status, count: _count.id }));
  }

  async outputs(): Promise<RangeCount[]> {
    const { minOutputs: _, maxOutputs: __, ...others } = this.filter;
    const inRange = (min: number | undefined, max: number | undefined) => ({
      outputs: min === undefined && max === undefined ? null : { gte: min, lte: max },
    });
    return this.ranges(OUTPUT_ENDS, others, inRange);
  }

  async fileBytes(): Promise<RangeCount[]> {
    const { minFileBytes: _, maxFileBytes: __, ...others } = this.filter;
    const big = (bytes: number | undefined) => (bytes === undefined ? undefined : BigInt(bytes));
    const inRange = (min: number | undefined, max: number | undefined) => ({
      fileBytes: min === undefined && max === undefined ? null : { gte: big(min), lte: big(max) },
    });
    return this.ranges(BYTE_ENDS, others, inRange);
  }

  private async ranges(
    ends: readonly number[],
    others: ModelFilter,
    inRange: (min: number | undefined, max: number | undefined) => object,
  ): Promise<RangeCount[]> {
    const ranges = [
      ...ends.map((max, place) => ({ min: place === 0 ? 0 : ends[place - 1] + 1, max })),
      { min: ends[ends.length - 1] + 1, max: undefined },
      { min: undefined, max: undefined },
    ];
    const where = this.where(others);
    return Promise.all(
      ranges.map(async ({ min, max }) => ({
        min: min ?? null,
        max: max ?? null,
        count: await this.prisma.model.count({ where: { AND: [where, inRange(min, max)] } }),
      })),
    );
  }

  private where(filter: ModelFilter) {
    return { AND: [matching(filter), visible(this.visibilityScope)] };
  }
}
