import { registerEnumType } from 'type-graphql';

/** Registers an enum with a description of each of its values; a value without one does not compile. */
export function registerEnum<E extends object>(
  values: E,
  name: string,
  description: string,
  descriptions: Readonly<Record<keyof E, string>>,
): void {
  const valuesConfig = Object.fromEntries(
    Object.entries<string>(descriptions).map(([value, text]) => [value, { description: text }]),
  ) as Record<keyof E, { description: string }>;
  registerEnumType(values, { name, description, valuesConfig });
}
