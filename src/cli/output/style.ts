import { styleText } from 'node:util';

/** What a text is, which decides how it is set off. */
export type Style = Parameters<typeof styleText>[0];

/**
 * A text for people, set off where that can be seen: on a terminal, unless NO_COLOR says otherwise, and elsewhere when
 * FORCE_COLOR does. Node's own rules decide.
 */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream, validateStream: true });
}
