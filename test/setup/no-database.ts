/** Stands in for the embedded PostgreSQL in unit tests. */
export const PGlite = {
  defaultStartParams: [],
  create(): never {
    throw new Error('A unit test must not open a database. Name the file *.integration.test.ts.');
  },
};
