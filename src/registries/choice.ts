/** Which versions of a registry are taken. Each list that is given must have a match. */
export interface VersionChoice {
  /** Patterns of names, where `*` stands for any text. */
  names?: readonly string[];
  /** `key`, or `key=value`. */
  tags?: readonly string[];
  aliases?: readonly string[];
}

/** What is known of a version. */
export interface VersionFacts {
  name: string;
  /** Undefined when unknown. */
  tags?: Readonly<Record<string, string>>;
  /** Undefined when unknown. */
  aliases?: readonly string[];
}

/** Whether a version is taken; null when that depends on something unknown. */
export function isChosen(choice: VersionChoice, { name, tags, aliases }: VersionFacts): boolean | null {
  const answers = [
    choice.names === undefined || choice.names.some((pattern) => matches(pattern, name)),
    choice.tags === undefined || (tags ? choice.tags.some((wanted) => hasTag(tags, wanted)) : null),
    choice.aliases === undefined ||
      (aliases ? choice.aliases.some((alias) => aliases.includes(alias)) : null),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

function hasTag(tags: Readonly<Record<string, string>>, wanted: string): boolean {
  const [, key, value] = /^([^=]+)(?:=(.*))?$/s.exec(wanted) ?? [];
  if (key === undefined || !Object.hasOwn(tags, key)) return false;
  return value === undefined || tags[key] === value;
}
