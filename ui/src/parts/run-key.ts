/** Does what a key stands for; a key with Control, Meta or Alt stays the browser's. */
export function runKey(event: KeyboardEvent, moves: Readonly<Record<string, () => void>>): void {
  const move = moves[event.key];
  if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  move();
}
