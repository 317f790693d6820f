/**
 * Defines a custom element. A page may load two scripts of ours, of two versions perhaps: the first one stays, because a definition
 * cannot be replaced.
 */
export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name)) {
    console.warn(`<${name}> is already defined on this page, so this definition is skipped.`);
    return;
  }
  customElements.define(name, element);
}
