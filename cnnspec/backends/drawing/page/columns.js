// Where the boxes of one container stand. Ranks follow each other along the direction of reading; each box stands in a
// column. The trunk is one straight column; what leaves it and comes back (tracks, and skips, which are columns without
// boxes) takes columns beside it, the shorter the nearer.
//
// A vertex has `before` and `after` (its extent across, from its axis), `length` (along), `kind`, and perhaps `label`.
// An edge has `from`, `to` (vertices), `key` (the node whose tensor it is) and `order` (its place among the inputs).
// Places are numbered so that rank r is 2 r and the gap after it 2 r + 1.

const LANE = 4;
const APART = { boxes: 20, lanes: 11 };

function most(values, least = 0) {
  let found = least;
  for (const value of values) found = Math.max(found, value);
  return found;
}

function setRanks(vertices) {
  for (const v of vertices) v.rank = most(v.into.map((e) => e.from.rank + 1));
  const last = most(vertices.map((v) => v.rank));
  for (const v of vertices) if (v.kind === 'exit') v.rank = last;
  for (const v of vertices) if (v.kind === 'output' && v.auxiliary) lower(vertices, v, last);
  for (const v of vertices.toReversed()) v.below = 1 + most(v.out.map((e) => e.to.below));
}

// An output at the end of a long frame stands as low as the frame is long, so that the ranks beside it need not be.
function lower(vertices, output, last) {
  const [{ from }] = output.into;
  if (!from.open || from.out.length > 1) return;
  const lengths = new Float64Array(last + 1);
  for (const v of vertices) if (v !== from) lengths[v.rank] = Math.max(lengths[v.rank], v.length);
  for (let room = 0; output.rank < last && room < from.length; output.rank += 1) room += lengths[output.rank - 1] + 24;
}

function trunkEnd(vertices) {
  const ends = vertices.filter((v) => v.kind === 'exit' || (v.kind === 'output' && !v.auxiliary));
  const height = (v) => most(v.into.map((e) => e.from.rank));
  const among = ends.length ? ends : vertices;
  return among.reduce((best, v) => (height(v) >= height(best) ? v : best));
}

// Of the longest paths into the trunk's end the middle one, so that equal tracks lie on both sides.
function trunkOf(vertices) {
  const path = [];
  for (let at = trunkEnd(vertices); at; ) {
    path.push(at);
    const deepest = most(at.into.map((e) => e.from.rank));
    const equal = at.into.filter((e) => e.from.rank === deepest);
    at = equal[(equal.length - 1) >> 1]?.from;
  }
  return path.reverse();
}

function chainFrom(vertex) {
  const chain = [vertex];
  for (;;) {
    const at = chain.at(-1);
    const next = at.out.map((e) => e.to).filter((v) => !v.column && !leaves(v) && v.rank === at.rank + 1);
    if (!next.length) return chain;
    chain.push(next.reduce((best, v) => (v.below > best.below ? v : best)));
  }
}

function columnsOf(vertices) {
  const columns = [asColumn(trunkOf(vertices))];
  for (const v of vertices) if (!v.column && !leaves(v)) columns.push(asColumn(chainFrom(v)));
  for (const v of vertices) columns.push(...lanesFrom(v));
  for (const v of vertices) if (!v.column) columns.push(...leaveBy(v));
  return columns;
}

function leaves(vertex) {
  return vertex.kind === 'exit' || vertex.kind === 'output';
}

// An exit or output stands at the end of the column that leads to it.
function leaveBy(exit) {
  const { column } = exit.into[0];
  if (!column) return [asColumn([exit])];
  column.cells.set(2 * exit.rank, exit);
  column.to = 2 * exit.rank + 1;
  exit.column = column;
  return [];
}

function asColumn(cells) {
  const last = cells.at(-1);
  const column = { cells: new Map(cells.map((v) => [2 * v.rank, v])), from: 2 * cells[0].rank - 1, to: 2 * last.rank + 1 };
  for (const v of cells) v.column = column;
  const far = last.out.filter((e) => e.key === last.out[0].key);
  column.last = last;
  if (far.length) extend(column, far);
  return column;
}

// Readers further down than the next rank are reached by a column without boxes; all of one tensor share it.
function lanesFrom(vertex) {
  const far = vertex.out.filter((e) => !e.column && e.to.rank > vertex.rank + 1);
  const keys = [...new Set(far.map((e) => e.key))];
  return keys.map((key) => {
    const lane = { cells: new Map(), from: 2 * vertex.rank + 1, last: vertex, lane: true };
    extend(lane, far.filter((e) => e.key === key));
    return lane;
  });
}

// The column goes on to the last of the edges' readers; a sign is entered from its side.
function extend(column, edges) {
  const furthest = edges.reduce((best, e) => (e.to.rank > best.to.rank ? e : best));
  column.end = furthest;
  column.to = Math.max(column.to ?? 0, 2 * furthest.to.rank - (furthest.to.kind === 'sign' ? 0 : 1));
  for (const e of edges) e.column = column;
}

function sideOf(column, trunk) {
  if (column === trunk) return 0;
  if (column.side) return column.side;
  column.side = 1; // for columns that end in each other
  if (column.cells.get(0)?.kind === 'entry') return column.side; // what comes from far away comes from this side
  const from = column.lane ? column.last.column : trunk;
  const into = column.end?.to.column ?? trunk;
  if (from !== trunk) column.side = sideOf(from, trunk);
  else if (into !== trunk && into !== column) column.side = sideOf(into, trunk);
  else if (!column.lane && column.end) column.side = byOrder(column.end, trunk);
  return column.side;
}

function byOrder(edge, trunk) {
  const main = edge.to.into.find((e) => e.from.column === trunk);
  return main && edge.order < main.order ? -1 : 1;
}

function orderOf(column, trunk) {
  const main = column.end?.to.into.find((e) => e.from.column === trunk);
  return main ? Math.abs(column.end.order - main.order) : 0;
}

function extentAt(column, place, side) {
  const tall = column.last.until !== undefined && place > 2 * column.last.rank && place <= 2 * column.last.until;
  const cell = tall && !column.lane ? column.last : column.cells.get(place);
  if (cell) return Math.max(LANE, side < 0 ? cell.before : cell.after);
  const label = side > 0 && place % 2 ? (column.cells.get(place - 1)?.label?.across ?? 0) : 0;
  return Math.max(LANE, label);
}

// A frame beside the trunk whose only line goes to a reader further down may be as long as the ranks until there.
function setTall(columns) {
  for (const column of columns.slice(1)) {
    const { last } = column;
    const alone = !column.lane && last.out.length === 1 && last.out[0] === column.end;
    const straight = last.open && Math.abs(last.outs.get(last.out[0]?.key) ?? 0) < 0.5;
    if (alone && straight && column.end.to.rank > last.rank + 1) last.until = column.end.to.rank - 1;
  }
}

// How far the columns reach on each side of the trunk's axis, by place.
class Skyline {
  constructor(places) {
    this.reach = { [-1]: new Float64Array(places).fill(0), 1: new Float64Array(places).fill(0) };
  }

  place(column, side) {
    const reach = this.reach[side];
    const apart = column.lane ? APART.lanes : APART.boxes;
    let at = 0;
    for (const p of this.places(column)) at = Math.max(at, reach[p] + apart + extentAt(column, p, -side));
    column.x = side * at;
    for (const p of this.places(column)) reach[p] = at + extentAt(column, p, side);
  }

  trunk(column) {
    column.x = 0;
    for (const side of [-1, 1]) for (const p of this.places(column)) this.reach[side][p] = extentAt(column, p, side);
  }

  * places(column) {
    const last = this.reach[1].length - 1;
    for (let p = Math.max(0, column.from); p <= Math.min(last, column.to); p += 1) yield p;
  }

  far(side) {
    return most(this.reach[side]);
  }
}

// Sets `x` (across) and `rank` of every vertex and `column` of edges that have one; gives how far all reach.
function placeAcross(vertices) {
  setRanks(vertices);
  const columns = columnsOf(vertices);
  setTall(columns);
  const [trunk, ...others] = columns;
  const sky = new Skyline(2 * most(vertices.map((v) => v.rank)) + 2);
  sky.trunk(trunk);
  others.sort((a, b) => a.to - a.from - (b.to - b.from) || orderOf(a, trunk) - orderOf(b, trunk) || a.from - b.from);
  for (const column of others) sky.place(column, sideOf(column, trunk));
  for (const v of vertices) v.x = v.column.x;
  return { before: sky.far(-1), after: sky.far(1) };
}
