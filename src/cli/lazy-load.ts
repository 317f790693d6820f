/** A part of this program that cannot be loaded, for want of a package or of generated code. */
export class LoadFailed extends Error {
  override readonly name = 'LoadFailed';

  constructor(override readonly cause: unknown) {
    super('A part of the program cannot be loaded.');
  }
}

/** Loads what a command needs when it needs it. @throws LoadFailed */
export async function load<Part>(part: () => Promise<Part>): Promise<Part> {
  try {
    return await part();
  } catch (thrown) {
    throw new LoadFailed(thrown);
  }
}
