import { css, html, LitElement, type PropertyValues } from 'lit';
import { define } from '../define.js';
import { type Cells, cosineAt } from '../pages/best-pairs.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';
import { rgbOf } from './rgb-of.js';
import { runKey } from './run-key.js';

/** Screen pixels of a cell at the largest zoom. */
const MAX_CELL = 32;
const ZOOM = 2;
const HEIGHT = 420;
const PAGE_STEP = 10;

/** The cell that is looked at. */
interface Place {
  row: number;
  column: number;
}

/** All pairs of outputs of two models as colors. Sends `probelog-pair` with the row and column when one is chosen. */
export class HeatMap extends LitElement {
  static override properties = {
    speech: { attribute: false },
    matrix: { attribute: false },
    rowNames: { attribute: false },
    columnNames: { attribute: false },
    place: { state: true },
    cell: { state: true },
  };
  declare speech: Speech;
  declare matrix: Cells;
  declare rowNames: readonly string[];
  declare columnNames: readonly string[];
  declare place: Place;
  /** Screen pixels of a cell. */
  declare cell: number;
  /** Top left corner, in cells. */
  private corner = { x: 0, y: 0 };
  private painted: HTMLCanvasElement | undefined;
  private readonly resized = new ResizeObserver(() => this.draw());

  static override styles = [
    shared,
    css`
      canvas { display: block; width: 100%; height: ${HEIGHT}px; border: 1px solid var(--line); border-radius: var(--radius); cursor: crosshair; touch-action: pan-y; }
      output { display: block; min-height: 3em; }
    `,
  ];

  constructor() {
    super();
    this.place = { row: 0, column: 0 };
    this.cell = 1;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override firstUpdated() {
    this.resized.observe(this.canvas);
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('matrix')) {
      this.painted = this.paint();
      this.cell = Math.max(
        1,
        Math.min(MAX_CELL, Math.floor(this.canvas.clientWidth / this.matrix.columnCount)),
      );
      this.corner = { x: 0, y: 0 };
    }
    this.draw();
  }

  private get canvas(): HTMLCanvasElement {
    return this.renderRoot.querySelector('canvas') as HTMLCanvasElement;
  }

  /** One pixel for each pair: from the paper's color, for what is not alike, to the accent. */
  private paint(): HTMLCanvasElement {
    const { rowCount, columnCount, cells } = this.matrix;
    const painted = document.createElement('canvas');
    painted.width = columnCount;
    painted.height = rowCount;
    const context = painted.getContext('2d');
    if (!context) return painted;
    const style = getComputedStyle(this);
    const from = rgbOf(style.getPropertyValue('--raised'));
    const to = rgbOf(style.getPropertyValue('--accent'));
    const image = context.createImageData(columnCount, rowCount);
    for (const [index, value] of cells.entries()) {
      const share = Math.max(0, value) / 127;
      for (let channel = 0; channel < 3; channel++)
        image.data[4 * index + channel] = from[channel] + share * (to[channel] - from[channel]);
      image.data[4 * index + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return painted;
  }

  private draw() {
    const { canvas, cell, place } = this;
    const context = canvas.getContext('2d');
    if (!context || !this.painted) return;
    const ratio = devicePixelRatio;
    const { clientWidth, clientHeight } = canvas;
    canvas.width = clientWidth * ratio;
    canvas.height = clientHeight * ratio;
    context.scale(ratio, ratio);
    context.imageSmoothingEnabled = false;
    const { rowCount, columnCount } = this.matrix;
    context.drawImage(
      this.painted,
      -this.corner.x * cell,
      -this.corner.y * cell,
      columnCount * cell,
      rowCount * cell,
    );
    context.strokeStyle = getComputedStyle(this).getPropertyValue('--bad');
    context.lineWidth = 2;
    const side = Math.max(cell, 6);
    context.strokeRect(
      (place.column - this.corner.x) * cell - 1,
      (place.row - this.corner.y) * cell - 1,
      side + 2,
      side + 2,
    );
  }

  private go(row: number, column: number) {
    const { rowCount, columnCount } = this.matrix;
    this.place = { row: clamp(row, rowCount - 1), column: clamp(column, columnCount - 1) };
    this.reveal();
  }

  private zoom(cell: number) {
    this.cell = Math.max(1, Math.min(MAX_CELL, cell));
    this.reveal();
  }

  /** Moves the corner so that the chosen cell is in sight. */
  private reveal() {
    const { place, cell, canvas } = this;
    const inSight = (start: number, wanted: number, pixels: number, count: number) => {
      const visible = Math.max(1, Math.floor(pixels / cell));
      const moved = Math.min(Math.max(start, wanted - visible + 1), wanted);
      return clamp(moved, Math.max(0, count - visible));
    };
    this.corner = {
      x: inSight(this.corner.x, place.column, canvas.clientWidth, this.matrix.columnCount),
      y: inSight(this.corner.y, place.row, canvas.clientHeight, this.matrix.rowCount),
    };
  }

  private pressed(event: KeyboardEvent) {
    const { row, column } = this.place;
    const step = event.shiftKey ? PAGE_STEP : 1;
    runKey(event, {
      ArrowUp: () => this.go(row - step, column),
      ArrowDown: () => this.go(row + step, column),
      ArrowLeft: () => this.go(row, column - step),
      ArrowRight: () => this.go(row, column + step),
      Home: () => this.go(row, 0),
      End: () => this.go(row, this.matrix.columnCount - 1),
      '+': () => this.zoom(this.cell * ZOOM),
      '-': () => this.zoom(this.cell / ZOOM),
      Enter: () => this.choose(),
    });
  }

  private pointed(event: MouseEvent) {
    const { x, y } = this.canvas.getBoundingClientRect();
    const column = Math.floor(this.corner.x + (event.clientX - x) / this.cell);
    const row = Math.floor(this.corner.y + (event.clientY - y) / this.cell);
    const { rowCount, columnCount } = this.matrix;
    if (row < rowCount && column < columnCount && row >= 0 && column >= 0) this.place = { row, column };
  }

  private choose() {
    this.dispatchEvent(new CustomEvent<Place>('probelog-pair', { detail: this.place }));
  }

  override render() {
    const { decimal } = this.speech;
    const texts = allTexts(this.speech);
    const { row, column } = this.place;
    const cosine = cosineAt(this.matrix, row, column);
    return html`<div class="stack">
      <div class="row">
        <button @click=${() => this.zoom(this.cell * ZOOM)} ?disabled=${this.cell >= MAX_CELL}>${texts.zoomIn}</button>
        <button @click=${() => this.zoom(this.cell / ZOOM)} ?disabled=${this.cell <= 1}>${texts.zoomOut}</button>
      </div>
      <p class="small quiet" id="how">${texts.matrixHelp}</p>
      <canvas
        tabindex="0"
        role="application"
        aria-label=${texts.matrix}
        aria-describedby="how"
        @keydown=${(event: KeyboardEvent) => this.pressed(event)}
        @mousemove=${(event: MouseEvent) => this.pointed(event)}
        @click=${(event: MouseEvent) => this.pointed(event)}
      ></canvas>
      <div class="row"><output class="small" aria-live="polite"
        ><bdi>${this.rowNames[row]}</bdi> × <bdi>${this.columnNames[column]}</bdi>: ${cosine === null ? '–' : decimal(cosine)}</output
      ><button @click=${() => this.choose()}>${texts.openOutput}</button></div>
    </div>`;
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}

define('probelog-heat-map', HeatMap);
