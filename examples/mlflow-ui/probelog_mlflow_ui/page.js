import '../probelog/elements/probelog.js';

/** What the address of MLflow's page is about: a registered model, one of its versions, or neither. */
function subject() {
  const [, name, version] = /^#\/models\/([^/?]+)(?:\/versions\/([^/?]+))?/.exec(location.hash) ?? [];
  return { name: name && decodeURIComponent(name), version };
}

function element(tag, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, value);
  return made;
}

const panel = element('dialog', { id: 'probelog-panel', 'aria-label': 'ProbeLog' });
const button = element('button', { id: 'probelog-button', type: 'button' });
button.textContent = 'What do models recognize?';

function show(content) {
  const close = element('button', { type: 'button' });
  close.textContent = 'Close';
  close.addEventListener('click', () => panel.close());
  panel.replaceChildren(close, content);
  if (!panel.open) panel.showModal();
}

button.addEventListener('click', () => {
  const { name, version } = subject();
  show(name ? element('probelog-model', { name, version }) : element('probelog-search', {}));
});

// ProbeLog's pages are not passed on: models are MLflow's own, and outputs are shown here.
panel.addEventListener('probelog-select', (event) => {
  event.preventDefault();
  const { page, name, version, output } = event.detail;
  if (page === 'output') show(element('probelog-output', { name, version, output }));
  if (page === 'model') {
    panel.close();
    location.hash = `#/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  }
  if (page === 'search') show(element('probelog-search', { query: event.detail.query }));
  if (page === 'compare')
    show(element('probelog-compare', { name: subject().name, version: subject().version }));
});

document.body.append(button, panel);
