import { z } from 'zod';

/** One setting: the variable that sets it, what it accepts, and what stands in the documentation. */
export interface Option<T> {
  variable: string;
  description: string;
  /** What a good value looks like; shown when a value is refused. */
  allowed: string;
  /** The value used when the variable is unset, in the same text form that a user would write. */
  fallback: string | undefined;
  secret: boolean;
  /** @throws ZodError when the text is not allowed */
  parse(text: string | undefined): T;
}

type OptionText = Pick<Option<unknown>, 'variable' | 'description' | 'allowed'> & {
  fallback?: string;
  secret?: boolean;
};

/** Builds an {@link Option} from its description and the schema of its text. */
export function option<Schema extends z.ZodType>(text: OptionText, schema: Schema): Option<z.output<Schema>> {
  return {
    fallback: undefined,
    secret: false,
    ...text,
    parse: (value) => schema.parse(value ?? text.fallback),
  };
}
