/**
 * The text of an operation, with the types of its variables and result. GraphQL Code Generator generates them with
 * `documentMode: 'string'`: the client's own, and yours.
 */
export interface Operation<Result, Variables> {
  /** Never set; carries the types, as in `DocumentTypeDecoration`. */
  __apiType?: (variables: Variables) => Result;
  toString(): string;
}
