/** The fields of an input, with undefined where it has null: GraphQL tells the two apart, the services do not. */
export function withoutNulls<Input extends object>(
  input: Input,
): { [Field in keyof Input]: Exclude<Input[Field], null> } {
  const given = Object.entries(input).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as { [Field in keyof Input]: Exclude<Input[Field], null> };
}
