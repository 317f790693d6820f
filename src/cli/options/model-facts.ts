import { type Command, Option } from 'commander';
import type { ModelFacts } from '../../store/index.js';

/** What a flag says about a model; its labels are in a file. */
type Fact = Exclude<keyof ModelFacts, 'labels'>;

/** The flags of a model's facts. */
export type FactFlags = { [Name in Fact]?: string } & { licence?: string };

/** Each flag, which is the fact's name, with its placeholder and description. */
const FLAGS: Record<Fact, [placeholder: string, description: string]> = {
  license: ['<text>', 'license of the model, such as Apache-2.0'],
  registry: ['<name>', 'name of the registry that the model comes from'],
  visibility: ['<label>', 'make the model private: only principals with this label see it'],
};

/** The facts that have flags. */
export const FACTS = Object.keys(FLAGS) as Fact[];

/** Adds the flags of {@link FactFlags}. @param condition when they apply, before each description */
export function withFactOptions(command: Command, facts = FACTS, condition = ''): Command {
  for (const fact of facts) {
    const [placeholder, description] = FLAGS[fact];
    const flag = fact.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    command.option(`--${flag} ${placeholder}`, condition + description);
  }
  return command.addOption(oldLicenseOption('<text>'));
}

/** The facts that flags state, or else those of `defaults`. */
export function factsIn(
  flags: FactFlags,
  defaults: { [Name in keyof FactFlags]?: string | null } = {},
): Record<Fact, string | undefined> {
  const given = (fact: Fact) => flags[fact] ?? (fact === 'license' ? flags.licence : undefined);
  const byDefault = (fact: Fact) => defaults[fact] ?? (fact === 'license' ? defaults.licence : undefined);
  const entries = FACTS.map((fact) => [fact, given(fact) ?? byDefault(fact) ?? undefined]);
  return Object.fromEntries(entries) as Record<Fact, string | undefined>;
}

/** `--licence`, the older spelling of `--license`. @param value as in the flags of an option */
export function oldLicenseOption(value: string): Option {
  return new Option(`--licence ${value}`).hideHelp();
}
