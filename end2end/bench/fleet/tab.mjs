// What a tab does, without drawing: one stream, and a fetch of the drawn parts
// when they are told to be old, at the pace of app/src/live/browser/drawn.rs. On
// plain sockets, for a thousand of them share two cores with the server.
import net from 'node:net';
import { now } from '../tools.mjs';

const PACE = 250;
const WRITTEN_AFTER = 1500;

/** The number of a picture of the nodes: `n1f2e-17` is the 17th. */
const made = (id) => Number(id.split('-').at(-1) || 0);

export class Tab {
  told = [];
  shown = [];
  bytes = { streamed: 0, fetched: 0, events: 0, answers: 0 };
  trouble = '';
  #drawn = ['', ''];
  #last = [0, 0];
  #next = Infinity;
  #until = 0;
  #busy = false;
  #again = false;
  #sockets = [];

  /** `onBody` is given each answer with what was told when it was asked for. */
  constructor({ url, path, stream, onBody, pace = PACE }) {
    const { hostname, port } = new URL(url);
    Object.assign(this, { hostname, port, path, stream, onBody, pace });
  }

  #connect() {
    const socket = net.connect(this.port, this.hostname).setNoDelay(true);
    socket.on('error', (error) => (this.trouble = error.message));
    this.#sockets.push(socket);
    return socket;
  }

  /** Opens the stream; ready when the nodes were told. */
  open() {
    const socket = this.#connect();
    socket.write(`GET ${this.stream} HTTP/1.1\r\nhost: ${this.hostname}:${this.port}\r\naccept: text/event-stream\r\n\r\n`);
    let rest = '';
    return new Promise((resolve, reject) => {
      socket.on('data', (data) => {
        this.bytes.streamed += data.length;
        const parts = (rest + data.toString('latin1')).split('\n\n');
        rest = parts.pop();
        for (const part of parts) {
          const [, name, text] = part.match(/event: ?(\w+)\ndata: ?(.*)$/s) ?? [];
          if (name) this.bytes.events++;
          if (name === 'nodes') {
            this.#nodes(JSON.parse(text));
            resolve();
          } else if (name === 'workload') {
            this.#workload(text.match(/"drawn":"(\w+)"/)?.[1] ?? '');
          }
        }
      });
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the stream was closed')));
    });
  }

  #nodes(id) {
    const first = this.#drawn[1] === '';
    this.#drawn[1] = id;
    this.told.push([made(id), now()]);
    // The first is what the page was loaded with.
    if (!first) this.#want(0);
  }

  #workload(digest) {
    const old = this.#drawn[0];
    this.#drawn[0] = digest;
    if (old && old !== digest) this.#want(0);
    if (old) this.#want(WRITTEN_AFTER);
  }

  #want(after) {
    const at = now() + after;
    this.#until = Math.max(this.#until, at);
    this.#plan(at);
  }

  #plan(wanted) {
    const at = Math.max(wanted, this.#last[0] + 1, this.#last[1] + 2 * this.pace);
    if (at >= this.#next) return;
    this.#next = at;
    setTimeout(() => {
      if (at !== this.#next) return;
      this.#next = Infinity;
      this.#last = [now(), this.#last[0]];
      if (this.#until > this.#last[0]) this.#plan(this.#until);
      this.look();
    }, Math.max(0, at - now()));
  }

  /** Fetches the drawn parts. One at a time: the next waits for its answer. */
  look() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    const id = this.#drawn[1];
    this.#fetch((body) => {
      this.#busy = false;
      this.shown.push([made(id), now()]);
      if (this.onBody) this.onBody(body, id);
      if (this.#again) {
        this.#again = false;
        this.look();
      }
    });
  }

  #fetch(done) {
    const socket = (this.getter ??= this.#connect());
    socket.write(
      `GET ${this.path} HTTP/1.1\r\nhost: ${this.hostname}:${this.port}\r\naccept-encoding: br\r\n` +
        `x-rollbook-drawn: ${this.#drawn.join('')}\r\n\r\n`,
    );
    const parts = [];
    let [size, head, tail, got] = [-1, '', '', 0];
    const onData = (data) => {
      this.bytes.fetched += data.length;
      got += data.length;
      if (this.onBody) parts.push(data);
      if (size < 0) {
        head += data.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = head.slice(0, end).match(/content-length: (\d+)/i);
        size = length ? end + 4 + Number(length[1]) : Infinity;
        if (!/^HTTP\/1.1 200/.test(head)) this.trouble = head.split('\r\n')[0];
      }
      // Of a length that was not told, the end is an empty chunk.
      tail = (tail + data.subarray(-8).toString('latin1')).slice(-8);
      if (got < size && !(size === Infinity && tail.endsWith('0\r\n\r\n'))) return;
      socket.off('data', onData);
      this.bytes.answers++;
      done(this.onBody && body(Buffer.concat(parts)));
    };
    socket.on('data', onData);
  }

  close() {
    this.#next = NaN;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The body of an answer, still compressed. */
function body(answer) {
  const end = answer.indexOf('\r\n\r\n');
  const rest = answer.subarray(end + 4);
  if (!/transfer-encoding: chunked/i.test(answer.subarray(0, end).toString('latin1'))) return rest;
  const parts = [];
  for (let at = 0; ; ) {
    const line = rest.indexOf('\r\n', at);
    const size = parseInt(rest.subarray(at, line).toString('latin1'), 16);
    if (!size) return Buffer.concat(parts);
    parts.push(rest.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}
