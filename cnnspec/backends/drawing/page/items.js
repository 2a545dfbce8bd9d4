// What the page was given, as a tree of items. An item is a layer (with those in its box), a block, a row of blocks,
// an output, or a group: what the overview shows as one. Elsewhere groups are dissolved: their members stand in their place.
// `inputs` and `outputs` are the nodes (by number) whose tensors enter and leave it.

const data = JSON.parse(document.getElementById('data').textContent);
const nodes = data.nodes;
const items = [];
const leafOf = new Map();
const lastReader = nodes.map(() => -1);

function prepare(given, parent) {
  const item = { ...given, parent, id: items.length, open: false, stale: true, el: null };
  items.push(item);
  item.first = prepare.leaves;
  if (given.children) {
    item.children = given.children.map((child) => prepare(child, item));
    item.nodes = item.children.flatMap((child) => child.nodes);
  } else {
    prepare.leaves += 1;
    for (const node of item.nodes) leafOf.set(node, item);
  }
  item.last = prepare.leaves - 1;
  return item;
}
prepare.leaves = 0;

function asItem(output) {
  return {
    kind: 'output', head: output.name, beside: '', lines: [output.shape], auxiliary: output.auxiliary,
    frozen: '', heat: null, nodes: [], reads: [output.node],
  };
}

const root = prepare({ kind: 'root', children: [...data.items, ...data.outputs.map(asItem)] }, null);
root.open = true;

function sourcesOf(leaf) {
  return leaf.reads ?? leaf.nodes.flatMap((node) => nodes[node].inputs);
}

function within(item, node) {
  const leaf = leafOf.get(node);
  return leaf.first >= item.first && leaf.first <= item.last;
}

function connect(item) {
  (item.children ?? []).forEach(connect);
  const read = item.children ? item.children.flatMap((child) => child.inputs) : sourcesOf(item);
  item.inputs = [...new Set(read)].filter((node) => !within(item, node));
  if (!item.children) for (const node of item.inputs) lastReader[node] = Math.max(lastReader[node], item.first);
}

function findOutputs(item) {
  (item.children ?? []).forEach(findOutputs);
  item.outputs = item.nodes.filter((node) => lastReader[node] > item.last);
}

connect(root);
findOutputs(root);

// The child of `container` that `node` is in; undefined where it is outside.
function childWith(container, node) {
  let item = leafOf.get(node);
  while (item && holder(item) !== container) item = holder(item);
  return item ?? undefined;
}

function isDissolved(item) {
  return item.group === true && !view.overview;
}

// What is seen in an open item.
function inside(item) {
  const { children } = item;
  return children.some(isDissolved) ? children.flatMap((child) => (isDissolved(child) ? inside(child) : [child])) : children;
}

function holder(item) {
  return item.parent && isDissolved(item.parent) ? holder(item.parent) : item.parent;
}

function lastNode(item) {
  return nodes[item.outputs.at(-1) ?? item.nodes.at(-1)];
}

function sum(item, figure) {
  return item.nodes.reduce((total, node) => total + nodes[node][figure], 0);
}

function isPart(item) {
  return item.children !== undefined && item !== root;
}

// Words for a person: `stage1: bottleneck(64, 256) ×3`.
function titleOf(item) {
  return item.children ? item.title || item.head : `${item.head} ${item.beside}`.trim();
}

function ancestors(item) {
  const found = [];
  for (let at = holder(item); at; at = holder(at)) found.push(at);
  return found;
}

const grouped = new Intl.NumberFormat('en-US');
function number(value) {
  return grouped.format(value);
}

function short(value) {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return value >= 1e4 ? `${(value / 1e3).toFixed(1)} k` : number(value);
}

function bytes(value) {
  if (value < 1000) return `${value} B`;
  return value >= 1e5 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e3).toFixed(1)} kB`;
}

// An element with classes and texts or elements in it. Texts stay texts.
function make(tag, classes = '', ...inside) {
  const el = document.createElement(tag);
  if (classes) el.className = classes;
  el.append(...inside);
  return el;
}
