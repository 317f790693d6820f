import type { z } from 'zod';

/** One setting: the variable that sets it, the values it accepts, and its line in the documentation. */
export interface Option<T> {
  variable: string;
  description: string;
  /** What a valid value looks like. Errors quote it. */
  allowed: string;
  /** The value when the variable is unset, as a user would write it. */
  fallback: string | undefined;
  secret: boolean;
  /** @throws ZodError when the text is not a valid value */
  parse(text: string | undefined): T;
}

type OptionText = Pick<Option<unknown>, 'variable' | 'description' | 'allowed'> & {
  fallback?: string;
  secret?: boolean;
};

/** Builds an {@link Option} from its texts and the schema of its value. */
export function option<Schema extends z.ZodType>(text: OptionText, schema: Schema): Option<z.output<Schema>> {
  return {
    fallback: undefined,
    secret: false,
    ...text,
    parse: (value) => schema.parse(value ?? text.fallback),
  };
}
