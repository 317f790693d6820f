/** What a command line may look for. */
export interface SubjectFlags {
  all?: string[];
  any?: string[];
  none?: string[];
  image?: string;
  like?: string;
}

/** How many subjects a command line names; one is right. */
export function subjectsIn(
  concept: string | undefined,
  { all, any, none, image, like }: SubjectFlags,
): number {
  return [concept, all ?? any ?? none, image, like].filter((one) => one !== undefined).length;
}
