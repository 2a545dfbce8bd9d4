// The drawing in the page: elements for what is seen, made when it is first seen, and put where the layout says.

const canvas = document.getElementById('canvas');
const SVG = document.getElementById('empty').namespaceURI;
const PAD = 12;
const LABEL = { height: 13, letter: 6.2 };
const LONG = 150;
const SIGNS = new Set(['+', '\u00d7']);
const view = { overview: data.begin.overview, sideways: false, colour: '', zoom: 1, width: 0, height: 0 };

function isSign(item) {
  return item.kind === 'join' && SIGNS.has(item.head);
}

function open(item, whether = true) {
  if (!isPart(item) || item.open === whether) return;
  item.open = whether;
  for (const each of [item, ...ancestors(item)]) each.stale = true;
  if (!whether) forget(item.children);
}

// Elements of what is inside a closed block are made anew when it is opened again.
function forget(children) {
  for (const item of children) {
    if (item.el) forget(item.children ?? []);
    item.el = null;
    item.stale = true;
  }
}

function staleAll() {
  for (const item of items) item.stale = true;
}

// All elements are made anew.
function renew() {
  root.el?.remove();
  for (const item of items) item.el = null;
  staleAll();
}

// Makes, measures, lays out and places all that has changed.
function draw() {
  const fresh = [];
  build(root, fresh);
  if (!root.el.isConnected) canvas.append(root.el);
  fresh.forEach(measure);
  fresh.forEach(settle);
  layOut(root);
  place(root, 0);
  setZoom(view.zoom);
}

function build(item, fresh) {
  if (!item.stale) return;
  item.el ??= make('div', 'item');
  const shown = item.open ? 'frame' : 'closed';
  if (item.shows !== shown || !item.el.firstChild) {
    item.shows = shown;
    item.el.className = `item ${shown}`;
    item.el.style.width = item.el.style.height = '';
    item.el.replaceChildren(...(item.open ? frameOf(item) : [boxOf(item)]));
    if (item !== root) fresh.push(item);
  }
  if (!item.open) return;
  for (const child of inside(item)) {
    build(child, fresh);
    if (child.el.parentNode !== item.el) item.el.append(child.el);
  }
}

function boxOf(item) {
  const apart = item.head.length > LONG; // what stands beside the head would be cut with it
  const beside = item.beside ? [apart ? item.beside : ` ${item.beside}`] : [];
  const texts = [...(apart ? beside : []), ...item.lines, ...figuresOf(item), ...warmthOf(item)];
  const lines = texts.map((line) => make('span', 'line', line));
  const head = make('span', 'head', make('strong', '', item.head), ...(apart ? [] : beside));
  const box = make('button', classesOf(item), head, ...lines);
  box.type = 'button';
  box.dataset.id = item.id;
  if (isPart(item)) box.setAttribute('aria-expanded', 'false');
  if (item.kind === 'output') box.title = item.head; // it has no card
  if (isSign(item)) box.setAttribute('aria-label', `${nodes[item.nodes[0]].op}, ${nodes[item.nodes[0]].name}`);
  const heat = heatOf(item);
  if (heat) [box.dataset.step] = heat;
  item.button = box;
  return box;
}

function figuresOf(item) {
  if (!isPart(item)) return [];
  const params = sum(item, 'params');
  return [[lastNode(item).shape, params ? `${short(params)} parameters` : ''].filter(Boolean).join(' \u00b7 ')];
}

// The step and the figure of the colour that is shown.
function heatOf(item) {
  return view.colour && item.heat && item.kind !== 'input' ? item.heat[view.colour] : null;
}

function warmthOf(item) {
  const text = heatOf(item)?.[1];
  if (!text || text === '0 %' || isSign(item)) return [];
  return view.colour === 'receptive-field' && text !== 'whole image' ? [`field ${text} px`] : [text];
}

function classesOf(item) {
  const family = item.family ? ` family-${item.family}` : '';
  const kind = isSign(item) ? 'sign' : item.kind;
  const row = item.times > 1 ? ' row' : '';
  return `box ${kind}${family}${row}${stateClasses(item)}`;
}

function stateClasses(item) {
  const frozen = { '': '', frozen: ' frozen', 'partly frozen': ' partly' }[item.frozen] ?? ' thawing';
  return `${frozen}${item.auxiliary ? ' auxiliary' : ''}`;
}

function frameOf(item) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  item.svg = svg;
  if (item === root) return [svg];
  const depth = ancestors(item).length % 2;
  item.el.dataset.depth = depth;
  const bar = make('button', `bar${stateClasses(item)}`, make('span', 'twist'), make('span', 'title', item.title));
  bar.type = 'button';
  bar.dataset.id = item.id;
  bar.setAttribute('aria-expanded', 'true');
  item.button = bar;
  return [svg, bar];
}

// Even sizes, so that axes fall on whole pixels.
function measure(item) {
  const { button } = item;
  item.size = { width: even(button.offsetWidth + 1), height: even(button.offsetHeight) }; // widths come rounded
}

// Once all are measured, so that the browser lays the page out but once.
function settle(item) {
  item.button.style.height = `${item.size.height}px`;
  if (!item.open) item.button.style.width = `${item.size.width}px`;
}

function even(length) {
  return 2 * Math.ceil(length / 2);
}

// Extents of an item: `before` and `after` its axis, and its `length` along the direction of reading.
function layOut(item) {
  if (!item.stale) return;
  if (!item.open) {
    const { width, height } = item.size;
    const [across, along] = view.sideways ? [height, width] : [width, height];
    Object.assign(item, { before: across / 2, after: across / 2, length: along, ins: undefined, outs: undefined });
    return;
  }
  inside(item).forEach(layOut);
  const { vertices, edges } = graphIn(item);
  const reach = placeAcross(vertices);
  const bar = item === root ? { width: 0, height: 0 } : item.size;
  const length = placeAlong(vertices, edges, view.sideways ? bar.width : 0);
  Object.assign(item, { edges, ...framed(reach, length, bar) });
  item.ins = portsOf(vertices, 'entry');
  item.outs = portsOf(vertices, 'exit');
}

function framed(reach, length, bar) {
  let { before, after } = { before: reach.before + PAD, after: reach.after + PAD };
  if (view.sideways) return { before: before + bar.height, after, length };
  const spare = even(Math.max(0, bar.width - before - after)) / 2;
  [before, after] = [before + spare, after + spare];
  return { before, after, length: length + bar.height };
}

function portsOf(vertices, kind) {
  return new Map(vertices.filter((v) => v.kind === kind).map((v) => [v.node, v.x]));
}

// The vertices (entries, children, exits) and edges of an open container.
function graphIn(container) {
  const vertices = new Map();
  const point = (kind, node) => ({ kind, node, before: 0, after: 0, length: 0, into: [], out: [] });
  const entries = new Map(container.inputs.map((node) => [node, point('entry', node)]));
  for (const child of inside(container)) vertices.set(child, vertexOf(child));
  const edges = [];
  const connectTo = (vertex, node, order) => {
    const from = vertices.get(childWith(container, node)) ?? entries.get(node);
    const edge = { from, to: vertex, key: node, order };
    from.out.push(edge);
    vertex.into.push(edge);
    edges.push(edge);
  };
  for (const [child, vertex] of vertices) child.inputs.forEach((node, order) => connectTo(vertex, node, order));
  const exits = (container === root ? [] : container.outputs).map((node) => point('exit', node));
  for (const exit of exits) {
    exit.auxiliary = container.auxiliary;
    connectTo(exit, exit.node, 0);
  }
  return { vertices: [...entries.values(), ...vertices.values(), ...exits], edges };
}

function vertexOf(item) {
  const { before, after, length, ins, outs, auxiliary } = item;
  const kind = isSign(item) ? 'sign' : item.kind;
  const label = labelOf(item);
  return { item, kind, before, after, length, ins, outs, auxiliary, label, open: item.open, into: [], out: [] };
}

// The shape that leaves a layer, where it is another than the one that enters.
function labelOf(item) {
  if (item.children || item.kind === 'output' || !item.outputs.length) return null;
  const { shape } = lastNode(item);
  const [before] = nodes[item.nodes[0]].inputs;
  if (before !== undefined && nodes[before].shape === shape) return null;
  const width = shape.length * LABEL.letter + 8;
  const [across, along] = view.sideways ? [LABEL.height + 4, width] : [width, LABEL.height];
  return { text: shape, across, along };
}

function place(item) {
  if (!item.stale) return;
  item.stale = false;
  if (!item.open) return;
  const across = item.before;
  const along = item === root || view.sideways ? 0 : item.size.height;
  const at = ([x, y]) => (view.sideways ? [y + along, x + across] : [x + across, y + along]);
  const size = view.sideways ? [item.length, item.before + item.after] : [item.before + item.after, item.length];
  setSize(item, size);
  const seen = new Map();
  for (const { to, from } of item.edges) [from, to].forEach((v) => v.item && seen.set(v.item, v));
  for (const vertex of seen.values()) moveTo(vertex.item, at([vertex.x - vertex.before, vertex.at]));
  drawWires(item, at);
  inside(item).forEach(place);
}

function setSize(item, [width, height]) {
  item.el.style.width = `${width}px`;
  item.el.style.height = `${height}px`;
  item.svg.setAttribute('width', width);
  item.svg.setAttribute('height', height);
  if (item === root) [view.width, view.height] = [width, height];
}

function moveTo(item, [x, y]) {
  item.el.style.left = `${x}px`;
  item.el.style.top = `${y}px`;
}

function drawWires(item, at) {
  const paths = { wire: '', head: '', 'wire auxiliary': '', 'head auxiliary': '' };
  for (const edge of item.edges) {
    const points = edge.points.map(at);
    const dashed = edge.to.auxiliary ? ' auxiliary' : '';
    paths[`wire${dashed}`] += rounded(points);
    if (edge.to.kind !== 'exit') paths[`head${dashed}`] += arrowHead(points);
  }
  const drawn = Object.entries(paths).filter(([, d]) => d).map(([name, d]) => svgElement('path', { class: name, d }));
  item.svg.replaceChildren(...drawn, ...shapeTexts(item, at));
}

function shapeTexts(item, at) {
  const told = new Set();
  const texts = [];
  for (const { from } of item.edges) {
    if (!from.label || told.has(from)) continue;
    told.add(from);
    const [x, y] = at([from.x, from.at + from.length]);
    const [dx, dy] = view.sideways ? [5, 12] : [6, 13];
    const text = svgElement('text', { x: x + dx, y: y + dy });
    text.textContent = from.label.text;
    texts.push(text);
  }
  return texts;
}

function svgElement(tag, attributes) {
  const el = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, value);
  return el;
}
