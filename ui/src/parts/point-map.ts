import KDBush from 'kdbush';
import { css, html, LitElement, type PropertyValues } from 'lit';
import { MAX_ZOOM } from '../address.js';
import { define } from '../define.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';
import { rgbOf } from './rgb-of.js';
import { runKey } from './run-key.js';

const HEIGHT = 480;
const ZOOM = 1.5;
/** Pixels around the whole map. */
const MARGIN = 16;
/** Pixels within which a point is meant. */
const REACH = 12;
/** Of a point, among few others and among many. */
const SIDES = { few: 4, many: 2 };
const MANY = 5_000;
const OPACITY = 0.6;
const MAX_SIDE = 7;

/** Points in the plane: x and y, one after the other. */
type Points = Float32Array;

/**
 * Points in the plane, from near and far. Sends `probelog-point` with the number of a point that is chosen, `probelog-hover` with
 * that under the pointer (null for none), and `probelog-zoom`.
 */
export class PointMap extends LitElement {
  static override properties = {
    speech: { attribute: false },
    points: { attribute: false },
    chosen: { attribute: false },
    zoom: { attribute: false },
  };
  declare speech: Speech;
  declare points: Points;
  /** Number of the point that is chosen. */
  declare chosen: number;
  /** 1 shows the whole map. */
  declare zoom: number;
  private tree: KDBush | undefined;
  /** The middle of what is in sight, in the map's coordinates. */
  private middle = { x: 0, y: 0 };
  /** Pixels of one unit of the map, at zoom 1. */
  private scale = 1;
  private whole = { x: 0, y: 0, width: 1, height: 1 };
  private dragged: { x: number; y: number; moved: boolean } | null = null;
  private readonly resized = new ResizeObserver(() => this.rescale());

  static override styles = [
    shared,
    css`
      canvas { display: block; width: 100%; height: ${HEIGHT}px; border: 1px solid var(--line); border-radius: var(--radius); cursor: crosshair; touch-action: pan-y; }
    `,
  ];

  override firstUpdated() {
    this.resized.observe(this.canvas);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('points')) this.index();
    if (changed.has('points') || changed.has('chosen')) this.reveal();
    this.draw();
  }

  private get canvas(): HTMLCanvasElement {
    return this.renderRoot.querySelector('canvas') as HTMLCanvasElement;
  }

  private index() {
    const { points } = this;
    const count = points.length / 2;
    const tree = new KDBush(count, 64, Float32Array);
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]];
      tree.add(x, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    this.tree = tree.finish();
    this.whole = { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
    this.middle = { x: this.whole.x, y: this.whole.y };
    this.rescale();
  }

  private rescale() {
    const { clientWidth, clientHeight } = this.canvas;
    const { width, height } = this.whole;
    this.scale = Math.min(
      Math.max(1, clientWidth - 2 * MARGIN) / Math.max(width, 1e-6),
      Math.max(1, clientHeight - 2 * MARGIN) / Math.max(height, 1e-6),
    );
    this.draw();
  }

  private get unit(): number {
    return this.scale * this.zoom;
  }

  private draw() {
    const { canvas, tree, points } = this;
    const context = canvas.getContext('2d');
    if (!context || !tree) return;
    const ratio = devicePixelRatio;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    const style = getComputedStyle(this);
    const near = SIDES[points.length / 2 < MANY ? 'few' : 'many'];
    const side = Math.min(MAX_SIDE, near * Math.sqrt(this.zoom));
    const image = context.createImageData(canvas.width, canvas.height);
    this.paint(image, rgbOf(style.getPropertyValue('--accent')), Math.round(side * ratio), ratio);
    context.putImageData(image, 0, 0);
    if (this.chosen * 2 >= points.length) return;
    context.scale(ratio, ratio);
    context.strokeStyle = style.getPropertyValue('--bad');
    context.lineWidth = 3;
    const { x, y } = this.placeOf(this.chosen);
    context.beginPath();
    context.arc(x, y, side + 5, 0, 2 * Math.PI);
    context.stroke();
  }

  /** Squares for the points in sight; where many are, more color. A hundred thousand calls of `fillRect` take ten times as long. */
  private paint({ data, width, height }: ImageData, color: Uint8ClampedArray, side: number, ratio: number) {
    const { canvas, tree, points, middle } = this;
    const unit = this.unit * ratio;
    const [w, h] = [canvas.width / 2, canvas.height / 2];
    const inSight = tree?.range(
      middle.x - w / unit,
      middle.y - h / unit,
      middle.x + w / unit,
      middle.y + h / unit,
    );
    for (const i of inSight ?? []) {
      const left = Math.round((points[2 * i] - middle.x) * unit + w - side / 2);
      const top = Math.round((points[2 * i + 1] - middle.y) * unit + h - side / 2);
      for (let y = Math.max(0, top); y < Math.min(height, top + side); y++)
        for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
          const at = 4 * (y * width + x);
          data[at] = color[0];
          data[at + 1] = color[1];
          data[at + 2] = color[2];
          data[at + 3] += (255 - data[at + 3]) * OPACITY;
        }
    }
  }

  /** Where a point is on the screen. */
  private placeOf(i: number): { x: number; y: number } {
    const { points, middle, unit, canvas } = this;
    return {
      x: (points[2 * i] - middle.x) * unit + canvas.clientWidth / 2,
      y: (points[2 * i + 1] - middle.y) * unit + canvas.clientHeight / 2,
    };
  }

  /** Moves the map so that the chosen point is in sight. */
  private reveal() {
    const { x, y } = this.placeOf(this.chosen);
    const { clientWidth, clientHeight } = this.canvas;
    const isInSight = x >= MARGIN && y >= MARGIN && x <= clientWidth - MARGIN && y <= clientHeight - MARGIN;
    if (!isInSight) this.middle = { x: this.points[2 * this.chosen], y: this.points[2 * this.chosen + 1] };
  }

  /** @param at a place on the screen that stays where it is; the chosen point comes to the middle when absent */
  private zoomTo(zoom: number, at?: { x: number; y: number }) {
    const next = Math.max(1, Math.min(MAX_ZOOM, zoom));
    if (next === this.zoom) return;
    if (next === 1) this.middle = { x: this.whole.x, y: this.whole.y };
    else if (at) {
      const { clientWidth, clientHeight } = this.canvas;
      const shift = 1 / this.unit - 1 / (this.scale * next);
      this.middle = {
        x: this.middle.x + (at.x - clientWidth / 2) * shift,
        y: this.middle.y + (at.y - clientHeight / 2) * shift,
      };
    } else this.middle = { x: this.points[2 * this.chosen], y: this.points[2 * this.chosen + 1] };
    this.zoom = next;
    this.send('probelog-zoom', next);
  }

  private send(type: string, detail: number | null) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** The point under a place on the screen; null when none is near. */
  private pick(x: number, y: number): number | null {
    const { unit, middle, canvas, points } = this;
    const [mapX, mapY] = [
      middle.x + (x - canvas.clientWidth / 2) / unit,
      middle.y + (y - canvas.clientHeight / 2) / unit,
    ];
    let [nearest, least] = [null as number | null, Number.POSITIVE_INFINITY];
    for (const i of this.tree?.within(mapX, mapY, REACH / unit) ?? []) {
      const distance = Math.hypot(points[2 * i] - mapX, points[2 * i + 1] - mapY);
      if (distance < least) [nearest, least] = [i, distance];
    }
    return nearest;
  }

  private at(event: MouseEvent): { x: number; y: number } {
    const { x, y } = this.canvas.getBoundingClientRect();
    return { x: event.clientX - x, y: event.clientY - y };
  }

  private moved(event: PointerEvent) {
    const { x, y } = this.at(event);
    if (!this.dragged) return this.send('probelog-hover', this.pick(x, y));
    if (Math.hypot(x - this.dragged.x, y - this.dragged.y) < 3 && !this.dragged.moved) return;
    this.middle = {
      x: this.middle.x - (x - this.dragged.x) / this.unit,
      y: this.middle.y - (y - this.dragged.y) / this.unit,
    };
    this.dragged = { x, y, moved: true };
    this.draw();
  }

  private released(event: PointerEvent) {
    const { x, y } = this.at(event);
    const point = this.dragged && !this.dragged.moved ? this.pick(x, y) : null;
    this.dragged = null;
    if (point !== null) this.send('probelog-point', point);
  }

  /** The nearest point to the chosen one in a direction; those aside count as further away. */
  private step(dx: number, dy: number) {
    const { points, chosen } = this;
    let [next, least] = [chosen, Number.POSITIVE_INFINITY];
    for (let i = 0; 2 * i < points.length; i++) {
      const [x, y] = [points[2 * i] - points[2 * chosen], points[2 * i + 1] - points[2 * chosen + 1]];
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (along <= 0 || aside > along || along + 2 * aside >= least) continue;
      [next, least] = [i, along + 2 * aside];
    }
    if (next !== chosen) this.send('probelog-point', next);
  }

  private pressed(event: KeyboardEvent) {
    runKey(event, {
      ArrowUp: () => this.step(0, -1),
      ArrowDown: () => this.step(0, 1),
      ArrowLeft: () => this.step(-1, 0),
      ArrowRight: () => this.step(1, 0),
      '+': () => this.zoomTo(this.zoom * ZOOM),
      '-': () => this.zoomTo(this.zoom / ZOOM),
      '0': () => this.zoomTo(1),
    });
  }

  private wheeled(event: WheelEvent) {
    event.preventDefault();
    this.zoomTo(this.zoom * ZOOM ** (-event.deltaY / 100), this.at(event));
  }

  override render() {
    const texts = allTexts(this.speech);
    return html`<div class="stack">
      <div class="row">
        <button @click=${() => this.zoomTo(this.zoom * ZOOM)} ?disabled=${this.zoom >= MAX_ZOOM}>${texts.zoomIn}</button>
        <button @click=${() => this.zoomTo(this.zoom / ZOOM)} ?disabled=${this.zoom <= 1}>${texts.zoomOut}</button>
        <button @click=${() => this.zoomTo(1)} ?disabled=${this.zoom <= 1}>${texts.wholeMap}</button>
      </div>
      <p class="small quiet" id="how">${texts.mapHelp}</p>
      <canvas
        tabindex="0"
        role="application"
        aria-label=${texts.map}
        aria-describedby="how"
        @keydown=${(event: KeyboardEvent) => this.pressed(event)}
        @wheel=${(event: WheelEvent) => this.wheeled(event)}
        @pointerdown=${(event: PointerEvent) => {
          this.canvas.setPointerCapture(event.pointerId);
          this.dragged = { ...this.at(event), moved: false };
        }}
        @pointermove=${(event: PointerEvent) => this.moved(event)}
        @pointerup=${(event: PointerEvent) => this.released(event)}
        @pointercancel=${() => {
          this.dragged = null;
        }}
        @pointerleave=${() => this.send('probelog-hover', null)}
      ></canvas>
    </div>`;
  }
}
define('probelog-point-map', PointMap);
