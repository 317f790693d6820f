import { pivot, type Table } from './table.js';

/** How many outputs of an undocumented model the page shows for each probe set. */
const SHOWN_OUTPUTS = 3;

/** The tables of a report as the page has them: fewer figures, side by side. `--json` has all. */
export function pageTables(tables: Table[]): Table[] {
  const shown = tables.filter(({ title }) => !PRINTED_ONLY.includes(title));
  return shown.flatMap((table) => (FORMS[table.title] ?? ((same) => [same]))(table));
}

/** Constants are in the code, and each run prints those that it would choose. */
const PRINTED_ONLY = [
  'Confidence: curves',
  'Expected accuracy: constants',
  'What no model knows: curves',
  'The best values',
];

const FORMS: Record<string, (table: Table) => Table[]> = {
  'Retrieval and naming': retrieval,
  'Confidence: by decile': (table) => [
    pivot(table, {
      text: 'The share of right answers; in brackets, how many there were.',
      down: ['confidence'],
      across: ['row', 'probe set'],
      cell: ({ right, answers }) => `${right} (${answers})`,
    }),
  ],
  'An undocumented model': (table) => [{ ...table, rows: firstOfEach(table, 'probe set', SHOWN_OUTPUTS) }],
  'The product’s constants, on the even models': (table) => [
    pivot(table, {
      text: `${table.text}\nA cell is logit-logit/other backbone/text-logit, then agreement.`,
      down: ['constant', 'value'],
      across: ['probe set'],
      cell: (row) =>
        `${row['logit-logit']}/${row['other backbone']}/${row['text-logit']} ${row.agreement}`.trim(),
    }),
  ],
};

/** The rows by logit and by text each in a table by method; the others in one. */
function retrieval(table: Table): Table[] {
  const cell = (row: Record<string, string | number>) => row['top-1 % (95 %)'];
  const only = (isShown: (row: string) => boolean): Table => ({
    ...table,
    rows: table.rows.filter(([row]) => isShown(String(row))),
  });
  const byLogit = (row: string) => row === 'logit-logit' || row === 'logit-logit-other-backbone';
  const byText = (row: string) => row === 'text-logit';
  return [
    pivot(only(byLogit), {
      title: 'Logits by logit',
      text: 'Top-1 in percent, here and in the next two tables; in brackets the 95 % interval over queries. Queries without a right result in the gallery are skipped.',
      down: ['method'],
      across: ['row', 'probe set'],
      cell,
    }),
    pivot(only(byText), { title: 'Logits by text', text: '', down: ['method'], across: ['probe set'], cell }),
    pivot(
      only((row) => !byLogit(row) && !byText(row)),
      { title: 'Other rows', text: '', down: ['row', 'method'], across: ['probe set'], cell },
    ),
  ];
}

function firstOfEach({ columns, rows }: Table, column: string, max: number): (string | number)[][] {
  const place = columns.indexOf(column);
  const shown = new Map<string | number, number>();
  return rows.filter((row) => {
    const before = shown.get(row[place]) ?? 0;
    shown.set(row[place], before + 1);
    return before < max;
  });
}
