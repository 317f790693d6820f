import type { Selection } from './probelog-element.js';
import './main.js';

const ELEMENTS = ['search', 'model', 'output', 'compare', 'progress'];
const ATTRIBUTES = ['name', 'version', 'output', 'other-name', 'other-version', 'query', 'lang'];

/** The page of a frame: one element, as the parameters of its URL say. Links open a tab: the UI does not allow frames. */
const given = new URLSearchParams(location.search);
const wanted = given.get('element') ?? 'search';
const element = document.createElement(`probelog-${ELEMENTS.includes(wanted) ? wanted : 'search'}`);
for (const name of ATTRIBUTES) {
  const value = given.get(name);
  if (value !== null) element.setAttribute(name, value);
}
element.setAttribute('endpoint', '.');
element.addEventListener('probelog-select', (event) => {
  event.preventDefault();
  open((event as CustomEvent<Selection>).detail.url, '_blank', 'noopener');
});
const styles = new CSSStyleSheet();
styles.replaceSync(':root { color-scheme: light dark } body { margin: 8px }');
document.adoptedStyleSheets = [styles];
document.body.append(element);
