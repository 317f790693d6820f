import { pivot, type Table } from '../accuracy/report/table.js';

/** The columns of the zoo's tables that the page has, besides the plan. */
const ZOO_COLUMNS = [2, 5, 8, 11, 12, 14, 15, 16, 17];
const ZOO_TITLE = 'ONNX zoo: ';

/** The tables of a report as the page has them: fewer figures, side by side. `--json` has all. */
export function pageTables(tables: Table[]): Table[] {
  const zoo = tables.filter(({ title }) => title.startsWith(ZOO_TITLE));
  return tables.flatMap((table) => {
    if (zoo.includes(table)) return table === zoo[0] ? [zooTable(zoo)] : [];
    return table.title === 'The curve' ? curves(table) : [FORMS[table.title]?.(table) ?? table];
  });
}

const FORMS: Record<string, (table: Table) => Table> = {
  'The smallest share': (table) =>
    pivot(table, { down: ['scheme'], across: ['row', 'probe set'], cell: ({ share }) => share }),
  'Expected and true error of completion': (table) =>
    pivot(ofScheme(table, 'adaptive'), {
      text: 'Squared error per probe of a descriptor of variance 1: expected by `completionError`/true/their correlation over logits. Adaptive probing.',
      down: ['probe set'],
      across: ['share'],
      cell: (row) => `${row.expected}/${row.true}/${row.correlation}`,
    }),
  'The effect of weighting by certainty': (table) =>
    pivot(table, {
      text: "Top-1 by `distance`, the paper's discrepancy, on completed descriptors: with each probe weighted by its certainty, as the product does/with equal weights. Adaptive probing.",
      down: ['row', 'probe set'],
      across: ['share'],
      cell: (row) => `${row['weighed: top-1']}/${row['alike: top-1']}`,
    }),
};

/** A table of the curve's usual rows, and one of those of new classes where they were measured. */
function curves(table: Table): Table[] {
  const isNovel = (row: string) => row.startsWith('novel-');
  return [
    { ...table, rows: table.rows.filter(([row]) => !isNovel(String(row))) },
    {
      ...table,
      title: `${table.title}: new classes`,
      rows: table.rows.filter(([row]) => isNovel(String(row))),
    },
  ]
    .filter(({ rows }) => rows.length > 0)
    .map(curve);
}

function curve(table: Table): Table {
  const figures = mostQueries(table);
  const rows = [...new Set(figures.rows.map(([row]) => row))].join('/');
  return pivot(figures, {
    text: `Points of top-1 that are lost compared with full probing of the same queries, by share (standard errors up to ${largestError(table)}), for ${rows}. For full probing, top-1 itself. Texts are the hub's classes.`,
    down: ['probe set', 'scheme'],
    across: ['share'],
    cell: ({ scheme, lost, 'top-1 (95 %)': top1 }) =>
      String(scheme === 'full' ? top1 : lost).replace(/ .*/, ''),
  });
}

/** Of figures that were measured with several numbers of queries those of the largest, by the kind of row. */
function mostQueries(table: Table): Table {
  const most = new Map<string, (string | number)[]>();
  for (const figure of table.rows) {
    const [row, probeSet, scheme, share, queries] = figure;
    const key = [row, probeSet, scheme, share].join();
    if (Number(queries) >= Number(most.get(key)?.[4] ?? 0)) most.set(key, figure);
  }
  return { ...table, rows: [...most.values()].toSorted(([a], [b]) => String(a).localeCompare(String(b))) };
}

function ofScheme(table: Table, scheme: string): Table {
  const column = table.columns.indexOf('scheme');
  return { ...table, rows: table.rows.filter((row) => row[column] === scheme) };
}

/** The largest standard error of what is lost. */
function largestError({ columns, rows }: Table): number {
  const lost = columns.indexOf('lost');
  return Math.max(...rows.map((row) => Number(String(row[lost]).replace(/^.*± /, ''))));
}

/** One row for each plan: its totals. */
function zooTable(tables: Table[]): Table {
  const columns = ZOO_COLUMNS.map((column) => tables[0].columns[column]);
  columns.splice(1, 2, 'cold: times faster', 'warm');
  return {
    title: 'ONNX zoo',
    text: `${tables[0].rows.length - 1} real classifiers together, completed with a prior that was fitted without them. Times are end to end: starting the process, reading images (cold) or cached pixels (warm), all runs, choosing and completing.`,
    columns: ['plan', ...columns],
    rows: tables.map(({ title, rows }) => [
      title.replace(ZOO_TITLE, ''),
      ...ZOO_COLUMNS.map((column) => rows[rows.length - 1][column]),
    ]),
  };
}
