// Why a target is missed, and what is planned; shown for rows that are.
const pace =
  'a board is made ten times a second at most, and takes at most a tenth of the time: a large one comes every ten times as long as it takes ' +
  'to make, by the clock on the wall, so that a busy machine makes it come later still. Then the tab fetches the drawn parts, four times a second at most. ' +
  'Next: count the time on the processor instead of the wall, make only what changed of a board anew, and send what differs on the stream.';
const parts =
  'all drawn parts are fetched at each look, whatever changed in them. Next: send what differs (a node and its state) on the stream, and put it into the picture.';
const grown =
  'the record and its database came after the target was set, and most of it is the program itself, which the kernel may drop. ' +
  'Next: see what of the code is touched at the start, and whether the allocator gives back what the first lists took.';

export const missed = {
  'P1 idle': grown,
  P1: `half of it is there before any pod is (P1 idle); the rest is P2. While pods change it grows further (table of viewers). Of the half: ${grown}`,
  P2: 'a pod is kept as an object with its own strings, its node is another (both are in the figure), and a board has a cell of each, with names again. ' +
    'Next: names, zones and hashes that repeat are kept once, and the board keeps indices.',
  P3: 'not known yet.',
  P4: 'the list of the nodes and that of the pods are read side by side on one core. Next: what is parsed of a node.',
  'P4 ratio': 'the nodes are read, too, all is parsed, and a board is made, drawn and compressed, where `curl` throws the bytes away. Next: see on a quiet machine which of these it is.',
  P5: pace,
  'P5 p99': pace,
  'P6 sent': 'a watch of somebody else was opened anew meanwhile, or others look at pods as well. One watch of ours serves all viewers.',
  P7: 'each look of each viewer is an answer of its own on the wire, made once but written a thousand times. Next: send what differs.',
  'P7 p99': pace,
  P8: 'not looked into yet, and it is more once viewers fetch (table of viewers). A stream holds the buffers of its connection and a copy of what it was sent last, and a thousand keep what a thousand shared answers needed. ' +
    'Next: a heap profile with a thousand streams, smaller buffers a connection, one shared copy of what was sent.',
  P9: parts,
  'P9 change': parts,
  P10: 'the module (P10 module).',
  'P10 module': 'parsing, dates and the texts of two languages are in it. Next: see which of them the browser needs.',
  P12: 'measured beside everything else on two cores, and then slowed down fourfold: what a paint of the drawing of 5,000 cells costs is not told apart yet. ' +
    'Next: a trace of the slowest interaction on a quiet machine.',
  'P13 slope': 'over minutes, a collection more or less is all of it. Next: hours of it, on a quiet machine.',
  P14: 'a board of all nodes is made and drawn anew at each look. Next: make only what changed anew.',
  P15: 'the answer is made anew at each question. The median is far below. Next: measure on a quiet machine; keep the answer until the history changes.',
};
