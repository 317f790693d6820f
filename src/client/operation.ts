/**
 * The text of an operation that knows the types of its variables and its result. GraphQL Code Generator makes such with
 * `documentMode: 'string'`: those of this client, and yours.
 */
export interface Operation<Result, Variables> {
  /** Is never there: it carries the types (as `DocumentTypeDecoration` does). */
  __apiType?: (variables: Variables) => Result;
  toString(): string;
}
