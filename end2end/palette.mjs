// A picture with few colours: a screenshot of a page has hundreds of greys that
// nobody tells apart, and is a third as large without them. Reads the PNG that
// the browser writes (8 bits, RGB or RGBA, not interlaced) and writes one with
// a palette (https://www.w3.org/TR/png-3/).
import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** Chunks by type; those of one type are joined. */
function chunks(png) {
  const all = {};
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    all[type] = all[type] ? Buffer.concat([all[type], data]) : data;
    at += 12 + length;
  }
  return all;
}

/** The byte that filter 4 expects: whichever neighbour is nearest to left + up - corner. */
function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Width, height and 24 bits a pixel. */
function read(png) {
  const { IHDR, IDAT } = chunks(png);
  const [width, height] = [IHDR.readUInt32BE(0), IHDR.readUInt32BE(4)];
  const size = { 2: 3, 6: 4 }[IHDR[9]];
  if (IHDR[8] !== 8 || !size || IHDR[12] !== 0) throw new Error('not a picture as the browser writes it');
  const raw = inflateSync(IDAT);
  const line = width * size;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(line);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    const row = raw.subarray(y * (line + 1) + 1, (y + 1) * (line + 1));
    for (let i = 0; i < line; i++) {
      const left = i < size ? 0 : row[i - size];
      const corner = i < size ? 0 : above[i - size];
      row[i] += [0, left, above[i], (left + above[i]) >> 1, paeth(left, above[i], corner)][filter];
    }
    for (let x = 0; x < width; x++) {
      const at = x * size;
      pixels[y * width + x] = (row[at] << 16) | (row[at + 1] << 8) | row[at + 2];
    }
    above = row;
  }
  return { width, height, pixels };
}

const apart = (a, b) => {
  const of = (shift) => ((a >> shift) & 255) - ((b >> shift) & 255);
  return of(16) ** 2 + of(8) ** 2 + of(0) ** 2;
};

/** The colours used most, no two of them alike; a pixel gets the nearest. */
function choose(pixels, colours) {
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const sorted = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const chosen = [];
  for (const colour of sorted) {
    if (chosen.length < colours && chosen.every((other) => apart(colour, other) > 48)) chosen.push(colour);
  }
  const nearest = (colour) =>
    chosen.reduce((best, other, index) => (apart(colour, other) < apart(colour, chosen[best]) ? index : best), 0);
  return { chosen, index: new Map(sorted.map((colour) => [colour, nearest(colour)])) };
}

/** CRC-32 as in the PNG specification, annex D. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
  head.writeUInt32BE(data.length);
  tail.writeUInt32BE(crc(body));
  return Buffer.concat([head, body, tail]);
}

/** The same picture with at most so many colours. */
export function palette(png, colours = 64) {
  const { width, height, pixels } = read(png);
  const { chosen, index } = choose(pixels, colours);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = index.get(pixels[y * width + x]);
  }
  const table = Buffer.from(chosen.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const parts = [chunk('IHDR', header), chunk('PLTE', table), chunk('IDAT', deflateSync(raw, { level: 9 })), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...parts]);
}
