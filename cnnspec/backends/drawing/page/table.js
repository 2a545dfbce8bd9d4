// The table of layers. Its blocks are open where those of the drawing are; rows are made when they are first seen.

const tbody = document.getElementById('rows');
const rowOfItem = new Map();
const rowOfNode = new Map();

function fillTable() {
  const wanted = [];
  collectRows(root, 0, wanted);
  const keep = new Set(wanted);
  for (const row of [...tbody.children]) if (!keep.has(row)) row.remove();
  let at = tbody.firstElementChild;
  for (const row of wanted) {
    if (row === at) at = at.nextElementSibling;
    else tbody.insertBefore(row, at);
  }
  if (!tbody.querySelector('[tabindex="0"]') && tbody.firstElementChild) tbody.firstElementChild.tabIndex = 0;
}

function collectRows(container, level, wanted) {
  for (const item of inside(container)) {
    if (isPart(item)) {
      wanted.push(blockRow(item, level));
      if (item.open) collectRows(item, level + 1, wanted);
    } else {
      for (const node of item.nodes) if (nodes[node].inputs.length) wanted.push(layerRow(item, node, level));
    }
  }
}

// Rows are made anew, for other levels.
function forgetRows() {
  rowOfItem.clear();
  rowOfNode.clear();
  tbody.replaceChildren();
}

function blockRow(item, level) {
  const row = rowOfItem.get(item) ?? newBlockRow(item, level);
  row.classList.toggle('opened', item.open);
  row.querySelector('button').setAttribute('aria-expanded', item.open);
  return row;
}

function newBlockRow(item, level) {
  const own = item.path.split('.').at(-1);
  const toggle = make('button', 'twist');
  toggle.type = 'button';
  toggle.tabIndex = -1; // rows are opened by the arrow keys
  toggle.ariaLabel = `Open or close ${titleOf(item)}`;
  const what = own === item.title || item.group ? item.lines.join(', ') : withoutStart(titleOf(item), `${own}: `);
  const { shape, field: seen } = lastNode(item);
  const figures = { shape, field: seen, params: sum(item, 'params'), macs: sum(item, 'macs') };
  const row = rowWith([toggle, own || (item.group ? item.title : `\u00d7${item.times}`)], what, figures, level);
  row.classList.add('block');
  row.firstElementChild.style.paddingLeft = `${26 + 14 * level}px`;
  row.title = [item.path || titleOf(item), row.title].filter(Boolean).join(': ');
  row.dataset.id = item.id;
  rowOfItem.set(item, row);
  return row;
}

function withoutStart(text, start) {
  return text.startsWith(start) ? text.slice(start.length) : text;
}

function layerRow(item, place, level) {
  if (rowOfNode.has(place)) return rowOfNode.get(place);
  const node = nodes[place];
  const row = rowWith([node.name.split('.').at(-1)], `${node.op} ${node.label}`.trim(), node, level);
  row.dataset.id = item.id;
  row.dataset.node = place;
  row.title = `${node.name}: ${row.title}`;
  if (node.frozen) row.classList.add('frozen');
  rowOfNode.set(place, row);
  return row;
}

function rowWith(name, what, { shape, params, macs, field }, level) {
  const first = make('td', '', ...name);
  first.style.paddingLeft = `${8 + 14 * level}px`;
  const seen = field === 'whole image' ? 'all' : field ?? '';
  const cells = [what, shape, figure(params), macs ? short(macs) : '', seen];
  const row = make('tr', '', first, ...cells.map((text) => make('td', '', text)));
  row.title = `${what}${macs ? `, ${number(macs)} MACs` : ''}`;
  row.tabIndex = -1;
  return row;
}

function figure(value) {
  if (!value) return '';
  return value < 1e9 ? number(value) : short(value);
}

function rowsOf(item) {
  const own = rowOfItem.get(item);
  return own ? [own] : item.nodes.map((node) => rowOfNode.get(node)).filter(Boolean);
}

function light(item, whether) {
  item.button?.classList.toggle('hover', whether);
  for (const row of rowsOf(item)) row.classList.toggle('hover', whether);
}

// One row at a time can be reached by Tab, the others from it by the arrow keys.
function focusRow(row) {
  if (!row) return;
  const before = tbody.querySelector('[tabindex="0"]');
  if (before) before.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}

const marked = { item: null };

// Marks a box and its rows as the one that is spoken of.
function mark(item) {
  for (const [each, whether] of [[marked.item, false], [item, true]]) {
    if (!each) continue;
    each.button?.classList.toggle('marked', whether);
    for (const row of rowsOf(each)) row.classList.toggle('marked', whether);
  }
  marked.item = item;
}

function scrollRow(item) {
  const [row] = rowsOf(item);
  const table = document.getElementById('list');
  if (row?.isConnected && table.scrollHeight > table.clientHeight) scrollInside(table, row);
}
