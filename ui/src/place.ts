/** Where a person was on a page: Back and reload bring it back. Kept in the history's entry. */
export interface Place {
  scroll: number;
  /** The link or field that had the focus. */
  focus: string | null;
}

/** Where the person is now. */
export function currentPlace(): Place {
  const focused = focusedElement();
  return { scroll: scrollY, focus: focused ? selectorOf(focused) : null };
}

/** The place that the current entry of the history keeps; null when it keeps none. */
export function keptPlace(): Place | null {
  const { scroll, focus } = (history.state ?? {}) as Partial<Record<keyof Place, unknown>>;
  return typeof scroll === 'number' ? { scroll, focus: typeof focus === 'string' ? focus : null } : null;
}

/** Keeps the current place in the current entry. */
export function keepPlace(): void {
  history.replaceState({ ...history.state, ...currentPlace() }, '');
}

/** @returns whether the page is long enough, and has what had the focus */
export function returnTo({ scroll, focus }: Place): boolean {
  const found = focus === null ? null : findElement(document, focus);
  // The browser's ring shows where the focus is, as it did.
  found?.focus({ preventScroll: true });
  scrollTo(0, scroll);
  return Math.abs(scrollY - scroll) <= 1 && (focus === null || found !== null);
}

/** The focused element, inside all shadow roots; null when none is. */
export function focusedElement(): Element | null {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused === document.body ? null : focused;
}

/** Says which link or field an element is, in a way that holds after the page was built anew. */
function selectorOf(element: Element): string | null {
  for (const name of ['href', 'name']) {
    const value = element.getAttribute(name);
    if (value) return `[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

function findElement(root: Document | ShadowRoot, selector: string): HTMLElement | null {
  const found = root.querySelector<HTMLElement>(selector);
  if (found) return found;
  for (const { shadowRoot } of root.querySelectorAll('*')) {
    const inside = shadowRoot && findElement(shadowRoot, selector);
    if (inside) return inside;
  }
  return null;
}
