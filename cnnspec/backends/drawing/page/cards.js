// The card beside a box: what a layer or a block is, with all its figures and where it was written.

const card = document.getElementById('card');
const shown = { item: null, pinned: false, timer: 0 };
const DELAY = { show: 80, hide: 250 };

function showCard(item, pinned = false) {
  if (!item.button || item.kind === 'output') return;
  hideCard();
  Object.assign(shown, { item, pinned });
  card.replaceChildren(...(item.children ? blockCard(item) : item.nodes.map((node, i) => layerCard(nodes[node], item, i))));
  card.hidden = false;
  item.button.setAttribute('aria-describedby', 'card');
  card.scrollTop = 0;
  setBeside(item.button.getBoundingClientRect());
}

function hideCard() {
  clearTimeout(shown.timer);
  shown.item?.button?.removeAttribute('aria-describedby');
  card.hidden = true;
  Object.assign(shown, { item: null, pinned: false });
}

function soon(action, delay) {
  clearTimeout(shown.timer);
  shown.timer = setTimeout(action, delay);
}

// Right of the box, else left of it, else under or over it; always on the screen.
function setBeside(box) {
  const [width, height] = [card.offsetWidth, card.offsetHeight];
  const [right, bottom] = [document.documentElement.clientWidth - 8, window.innerHeight - 8];
  let [x, y] = [box.right + 10, box.top - 6];
  if (x + width > right) x = box.left - 10 - width;
  if (x < 8) {
    x = Math.min(box.left, right - width);
    y = box.bottom + height + 8 <= bottom ? box.bottom + 8 : box.top - 8 - height;
  }
  card.style.left = `${Math.max(8, x)}px`;
  card.style.top = `${Math.max(8, Math.min(y, bottom - height))}px`;
}

function layerCard(node, item, place) {
  const section = make('section', place ? 'follower' : '', heading(`${node.op} ${node.label}`.trim(), node.name));
  if (node.written && node.written !== node.op) section.append(make('code', 'written', node.written));
  section.append(figureList(layerFigures(node)));
  if (node.tensors.length) section.append(tensorTable(node));
  const before = place ? nodes[item.nodes[place - 1]].lines : [];
  if (String(before) !== String(node.lines)) section.append(...specLines(node));
  return section;
}

function heading(text, name) {
  return make('h2', '', text, make('small', '', name));
}

function layerFigures(node) {
  const inputs = [...new Set(node.inputs.map((i) => nodes[i].shape))].join(', ');
  return [
    ['shape', inputs && inputs !== node.shape ? `${inputs} \u2192 ${node.shape}` : node.shape],
    ['parameters', node.params ? number(node.params) : ''],
    ['MACs', node.macs ? number(node.macs) : ''],
    ['receptive field', fieldOf(node)],
    ['memory', node.bytes ? bytes(node.bytes) : 'that of its input'],
    ['training', trainedOf(node.frozen)],
  ];
}

function fieldOf(node) {
  if (!node.field) return '';
  return node.stride ? `${node.field} px, stride ${node.stride} px` : node.field;
}

function trainedOf(words) {
  return !words || words.endsWith('frozen') ? words : `trained ${words}`;
}

function figureList(figures) {
  const told = figures.filter(([, figure]) => figure);
  const rows = told.flatMap(([what, figure]) => [make('dt', '', what), make('dd', '', figure)]);
  return make('dl', '', ...rows);
}

function tensorTable(node) {
  const rows = node.tensors.map(([name, shape, role]) =>
    make('tr', '', make('td', '', name), make('td', '', shape), make('td', '', role === 'buffer' ? 'statistic' : '')));
  return make('table', 'tensors', make('tbody', '', ...rows));
}

function specLines(node) {
  if (!node.lines.length) return [];
  const lines = node.lines.map((place) => data.lines[place]);
  const [file, first] = lines[0];
  const last = lines.at(-1)[1] + node.more;
  const place = `${file}:${first}${last > first ? `\u2013${last}` : ''}`;
  const code = make('pre', '', ...lines.map(numbered));
  if (node.more) code.append(make('span', 'more', `\u2026 ${node.more} more ${node.more > 1 ? 'lines' : 'line'}`));
  return [make('div', 'spec', make('span', 'place', place), code)];
}

function numbered([, line, text]) {
  const row = make('span', '', text);
  row.dataset.line = line;
  return row;
}

function blockCard(item) {
  const layers = item.nodes.length;
  const inputs = [...new Set(item.inputs.map((node) => nodes[node].shape))].join(', ');
  const figures = [
    ['shape', `${inputs} \u2192 ${lastNode(item).shape}`],
    ['layers', number(layers)],
    ['parameters', withShare(item, 'params')],
    ['MACs', withShare(item, 'macs')],
    ['receptive field', fieldOf(lastNode(item))],
    ['training', trainedOf(item.frozen)],
  ];
  const made = item.lines.length ? [make('p', '', item.lines.join(', '))] : [];
  return [make('section', '', heading(titleOf(item), item.path), ...made, figureList(figures))];
}

function withShare(item, figure) {
  const all = sum(item, figure);
  return all ? `${number(all)} (${item.heat[figure][1]})` : '';
}
