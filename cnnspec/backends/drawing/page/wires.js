// The other half of the layout: how long ranks and gaps are, and the lines between boxes. A line runs along its column, and
// across only in the gaps between ranks, where no boxes are. Lines of one tensor share their way across; those of different
// tensors take channels of their own.

const GAP = { least: 24, before: 7, channel: 8, arrow: 11 };
const PORTS = { apart: 14, margin: 12 };
const BEND = 7;
const LOW = 40; // a box this much less long than its rank stands at its beginning

// Gives the length of all; sets `at` (along) of vertices and `points` of edges, as [across, along] pairs.
function placeAlong(vertices, edges, leastLength) {
  setPorts(vertices);
  for (const edge of edges) edge.crossings = crossingsOf(edge);
  const channels = channelsOf(edges.flatMap((edge) => edge.crossings));
  const ranks = byRank(vertices);
  const gaps = ranks.slice(1).map((_, r) => gapAfter(ranks[r], channels.get(r)?.length ?? 0));
  const length = setPlaces(ranks, gaps, leastLength);
  for (const edge of edges) edge.points = pointsOf(edge, gaps);
  return length;
}

function byRank(vertices) {
  const ranks = [];
  for (const v of vertices) (ranks[v.rank] ??= []).push(v);
  return ranks;
}

function portOut(edge) {
  return edge.from.x + (edge.from.outs?.get(edge.key) ?? 0);
}

// Where a line arrives from: its column, or the box before.
function origin(edge) {
  return edge.column ? edge.column.x : portOut(edge);
}

// Ends of lines along a box's edge in the order in which they come; the trunk's stays on the axis.
function setPorts(vertices) {
  for (const v of vertices) {
    for (const e of v.into) e.toX = v.x + (v.ins?.get(e.key) ?? 0);
    if (v.kind === 'sign') enterSideways(vertices, v);
    else if (!v.ins && v.into.length > 1 && v.kind !== 'exit') spread(v);
  }
}

function spread(vertex) {
  for (const side of [-1, 1]) {
    const beside = vertex.into.filter((e) => side * (origin(e) - vertex.x) > 1);
    beside.sort((a, b) => side * (origin(a) - origin(b)));
    const room = (side < 0 ? vertex.before : vertex.after) - PORTS.margin;
    const step = Math.max(0, Math.min(PORTS.apart, room / beside.length));
    beside.forEach((e, i) => { e.toX = vertex.x + side * step * (i + 1); });
  }
}

// A sum or product is entered from its side where nothing stands between it and the column.
function enterSideways(vertices, sign) {
  for (const side of [-1, 1]) {
    const beside = sign.into.filter((e) => side * (origin(e) - sign.x) > 1 && e.column?.to >= 2 * sign.rank);
    beside.sort((a, b) => side * (origin(a) - origin(b)));
    if (beside.length && isFree(vertices, sign, origin(beside[0]))) beside[0].sideways = side;
  }
}

function isFree(vertices, sign, x) {
  const [low, high] = [Math.min(sign.x, x), Math.max(sign.x, x)];
  const beside = (v) => v !== sign && v.rank <= sign.rank && (v.until ?? v.rank) >= sign.rank;
  return !vertices.some((v) => beside(v) && v.x + v.after > low && v.x - v.before < high);
}

// Where an edge runs across, in order: from x to x in a gap; `late`: on its way into the reader.
function crossingsOf(edge) {
  const { from, to, column, sideways } = edge;
  const last = to.rank - 1;
  if (!column || (from.rank === last && !sideways)) return crossing(edge, from.rank, portOut(edge), edge.toX);
  const out = crossing(edge, from.rank, portOut(edge), column.x);
  return sideways ? out : [...out, ...crossing(edge, last, column.x, edge.toX, true)];
}

function crossing(edge, gap, from, to, late = false) {
  return Math.abs(from - to) < 0.5 ? [] : [{ gap, from, to, late, name: `${gap} ${edge.key}`, channel: 0 }];
}

// By gap its channels; every crossing is told the number of its own.
function channelsOf(crossings) {
  const bundles = new Map();
  for (const c of crossings) {
    const { members } = bundles.get(c.name) ?? bundles.set(c.name, { members: [] }).get(c.name);
    members.push(c);
  }
  const width = (bundle) => bundle.high - bundle.low;
  const sorted = [...bundles.values()].map(measured).sort((a, b) => a.late - b.late || width(a) - width(b));
  const gaps = new Map();
  for (const bundle of sorted) takeChannel(gaps, bundle);
  return gaps;
}

function measured({ members }) {
  const ends = members.flatMap((c) => [c.from, c.to]);
  return { members, gap: members[0].gap, late: members[0].late, low: Math.min(...ends), high: Math.max(...ends) };
}

function takeChannel(gaps, bundle) {
  const channels = gaps.get(bundle.gap) ?? gaps.set(bundle.gap, []).get(bundle.gap);
  const meets = (other) => other.low < bundle.high + 4 && bundle.low < other.high + 4;
  let channel = channels.findIndex((inside) => !inside.some(meets));
  if (channel < 0) channel = channels.push([]) - 1;
  channels[channel].push(bundle);
  for (const c of bundle.members) c.channel = channel;
}

function gapAfter(members, channels) {
  const first = GAP.before + most(members.map((v) => v.label?.along ?? 0));
  return { first, start: 0, length: Math.max(GAP.least, first + channels * GAP.channel + GAP.arrow) };
}

function setPlaces(ranks, gaps, leastLength) {
  const lengths = ranks.map((members) => most(members.filter((v) => v.until === undefined).map((v) => v.length)));
  ranks.flat().filter((v) => v.until !== undefined).forEach((v) => makeRoom(v, lengths, gaps));
  const spare = Math.max(0, leastLength - lengthOf(lengths, gaps, 0, ranks.length - 1));
  if (gaps.length) for (const gap of [gaps[0], gaps.at(-1)]) gap.length += spare / 2;
  let at = 0;
  ranks.forEach((members, r) => {
    for (const v of members) v.at = at + inRank(lengths[r] - v.length, v);
    at += lengths[r];
    if (r < gaps.length) gaps[r].start = at + gaps[r].first;
    at += gaps[r]?.length ?? 0;
  });
  return at;
}

function inRank(spare, vertex) {
  return vertex.until !== undefined || spare > LOW ? 0 : spare / 2;
}

// Length of the ranks from `first` to `last` with the gaps between them.
function lengthOf(lengths, gaps, first, last) {
  const all = [...lengths.slice(first, last + 1), ...gaps.slice(first, last).map((gap) => gap.length)];
  return all.reduce((a, b) => a + b, 0);
}

// A tall frame may need more than the ranks beside it have.
function makeRoom(vertex, lengths, gaps) {
  const missing = vertex.length - lengthOf(lengths, gaps, vertex.rank, vertex.until);
  if (missing <= 0) return;
  const ranks = vertex.until - vertex.rank + 1;
  for (let r = vertex.rank; r <= vertex.until; r += 1) lengths[r] += even(missing / ranks);
}

function pointsOf(edge, gaps) {
  const { from, to, sideways } = edge;
  const points = [[portOut(edge), from.at + from.length]];
  for (const c of edge.crossings) {
    const along = gaps[c.gap].start + c.channel * GAP.channel;
    points.push([c.from, along], [c.to, along]);
  }
  const x = points.at(-1)[0];
  if (!sideways) return [...points, [x, to.at]];
  const middle = to.at + to.length / 2;
  return [...points, [x, middle], [to.x + sideways * (sideways < 0 ? to.before : to.after), middle]];
}

// SVG path through points [x, y], its corners rounded.
function rounded(points) {
  let path = `M${points[0].map(trim).join(' ')}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [before, at, after] = points.slice(i - 1, i + 2);
    const radius = Math.min(BEND, distance(before, at) / 2, distance(at, after) / 2);
    path += `L${towards(at, before, radius)}Q${at.map(trim).join(' ')} ${towards(at, after, radius)}`;
  }
  return `${path}L${points.at(-1).map(trim).join(' ')}`;
}

function distance([x, y], [u, v]) {
  return Math.abs(x - u) + Math.abs(y - v);
}

function towards([x, y], [u, v], length) {
  const whole = distance([x, y], [u, v]) || 1;
  return `${trim(x + ((u - x) * length) / whole)} ${trim(y + ((v - y) * length) / whole)}`;
}

function trim(value) {
  return Math.round(value * 10) / 10;
}

// The head of an arrow that ends at the last of `points`.
function arrowHead(points) {
  const [[x, y], [u, v]] = points.slice(-2);
  const [dx, dy] = [Math.sign(u - x), Math.sign(v - y)];
  const wing = (side) => `${trim(u - 7 * dx - 3.5 * side * dy)} ${trim(v - 7 * dy + 3.5 * side * dx)}`;
  return `M${trim(u)} ${trim(v)}L${wing(1)}L${wing(-1)}Z`;
}
