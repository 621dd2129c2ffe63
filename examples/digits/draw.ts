/**
 * Draws digits: 28x28 grey levels, white ink on black, every drawing different and every one repeatable from its seed.
 *
 * Only + - * / and square roots are used, which IEEE 754 rounds exactly: equal seeds give equal bytes on every machine.
 */
import { randomStream, type RandomStream } from '../../src/base/random.js';
import { digitStyles, type Point, type Stroke } from './strokes.js';

export const side = 28;
export const pixelsPerDrawing = side * side;

export interface Drawings {
  readonly count: number;
  /** [count][28][28], 0 black to 255 white. */
  readonly pixels: Uint8Array;
  /** The digit of each drawing. */
  readonly labels: Uint8Array;
}

/** Bezier pieces as short straight lines. */
function flatten(stroke: Stroke): Point[] {
  const { kind, points } = stroke;
  const [first] = points;
  if (kind === 'line' || first === undefined) return [...points];
  const steps = 7;
  const path: Point[] = [first];
  for (let piece = 0; piece + 3 < points.length; piece += 3) {
    const [a, b, c, d] = points.slice(piece, piece + 4) as [Point, Point, Point, Point];
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const u = 1 - t;
      const [wa, wb, wc, wd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      path.push([wa * a[0] + wb * b[0] + wc * c[0] + wd * d[0], wa * a[1] + wb * b[1] + wc * c[1] + wd * d[1]]);
    }
  }
  return path;
}

/** Raises `ink` to the darkness that a round pen of the given radius leaves along one straight line. */
function drawLine(ink: Float64Array, [ax, ay]: Point, [bx, by]: Point, radius: number): void {
  const [dx, dy] = [bx - ax, by - ay];
  const length2 = dx * dx + dy * dy;
  const reach = radius + 1;
  const range = (a: number, b: number): [from: number, to: number] => [
    Math.max(0, Math.floor(Math.min(a, b) - reach)),
    Math.min(side - 1, Math.ceil(Math.max(a, b) + reach)),
  ];
  const [left, right] = range(ax, bx);
  const [top, bottom] = range(ay, by);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = length2 > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length2)) : 0;
      const [ex, ey] = [x - ax - along * dx, y - ay - along * dy];
      const cover = Math.min(1, radius + 0.5 - Math.sqrt(ex * ex + ey * ey));
      const at = y * side + x;
      if (cover > (ink[at] ?? 1)) ink[at] = cover;
    }
  }
}

/** One drawing: a style, trembling points, a slanted and stretched place on the paper, a pen, and dirt. */
export function drawDigit(random: RandomStream, digit: number): Uint8Array {
  const around = (middle: number, spread: number): number => middle + spread * (2 * random.nextFloat() - 1);
  const styles = digitStyles[digit] ?? [];
  const style = styles[random.nextInt(styles.length)] ?? [];
  // Unit square, centred, to pixels: a matrix near a diagonal one turns, slants and stretches.
  const [xx, xy, yx, yy] = [around(17.5, 3), around(-1.5, 3.5), around(0, 2), around(19, 2)];
  const [cx, cy] = [around(13.5, 1.8), around(13.5, 1.5)];
  const radius = around(1.25, 0.5);
  const brightness = around(232, 23);
  const tremble = 0.03;
  const place = ([x, y]: Point): Point => {
    const [u, v] = [around(x - 0.5, tremble), around(y - 0.5, tremble)];
    return [cx + xx * u + xy * v, cy + yx * u + yy * v];
  };
  const ink = new Float64Array(pixelsPerDrawing);
  for (const stroke of style) {
    const path = flatten({ ...stroke, points: stroke.points.map(place) });
    path.slice(1).forEach((point, index) => drawLine(ink, path[index] ?? point, point, radius));
  }
  const pixels = new Uint8Array(pixelsPerDrawing);
  const grain = 16 * random.nextFloat();
  for (let at = 0; at < pixels.length; at++) {
    const dirt = random.nextInt(400) === 0 ? 255 * random.nextFloat() : 0;
    const value = Math.max(brightness * (ink[at] ?? 0), dirt) + around(0, grain);
    pixels[at] = Math.min(255, Math.max(0, Math.floor(value + 0.5)));
  }
  return pixels;
}

/** `count` drawings in random order of digits; `name` tells apart sets of one seed (`train`, `held-out`). */
export function drawSet(seed: bigint, name: string, count: number): Drawings {
  const random = randomStream(seed, `digits/${name}`);
  const pixels = new Uint8Array(count * pixelsPerDrawing);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const digit = random.nextInt(10);
    labels[index] = digit;
    pixels.set(drawDigit(random, digit), index * pixelsPerDrawing);
  }
  return { count, pixels, labels };
}
