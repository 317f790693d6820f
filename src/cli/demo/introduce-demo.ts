const QUERY = '{ logits(concept: "dog", first: 5) { edges { score node { label model { name } } } } }';

interface Answer {
  data: { logits: { edges: { score: number; node: { label: string | null; model: { name: string } } }[] } };
}

/** What to try first, with the answers of the running server to it. */
export async function introduceDemo(url: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  });
  const { data } = (await response.json()) as Answer;
  const answers = data.logits.edges.map(
    ({ score, node }) => `  ${score.toFixed(3)}  ${node.label ?? '(no label)'}  –  ${node.model.name}`,
  );
  return `
Which classifiers recognize dogs? No label is looked at to find out:

  curl -s ${url}/graphql -H 'content-type: application/json' \\
    -d '${JSON.stringify({ query: QUERY })}'

${answers.join('\n')}

Open ${url}/graphql in a browser to try your own. Ctrl-C ends the server.
`;
}
