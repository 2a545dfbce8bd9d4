// What the reader does, and what the page does then.

const pane = document.getElementById('pane');
const sizer = document.getElementById('sizer');
const page = document.documentElement;
const READABLE = 0.7; // a drawing that is too wide for this begins at its full size, to be scrolled
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

function itemAt(target) {
  const el = target.closest?.('[data-id]');
  return el ? items[el.dataset.id] : null;
}

// Opens or closes blocks, and keeps `anchor` where it is on the screen.
function change(action, anchor) {
  const before = anchor?.button?.getBoundingClientRect();
  const focused = anchor?.button === document.activeElement;
  hideCard();
  action();
  draw();
  fillTable();
  if (marked.item) mark(marked.item);
  markLevel();
  const after = anchor?.button?.getBoundingClientRect();
  if (before && after) scrollOn(pane, after.left - before.left, after.top - before.top);
  if (focused) anchor.button.focus({ preventScroll: true });
}

function scrollOn(el, x, y) {
  el.scrollLeft += x;
  el.scrollTop += y;
}

function toggle(item) {
  change(() => open(item, !item.open), item);
}

// Opens what hides an item, goes there, and marks it.
function reveal(item) {
  const closed = ancestors(item).filter((each) => !each.open);
  if (closed.length) change(() => closed.forEach((each) => open(each)), null);
  mark(item);
  scrollRow(item);
  scrollInside(pane, item.button);
  pane.scrollIntoView({ block: 'nearest' });
}

// Scrolls a pane so that something in it is seen.
function scrollInside(outer, el) {
  const [box, frame] = [el.getBoundingClientRect(), outer.getBoundingClientRect()];
  scrollOn(outer, off(box.left, box.right, frame.left, frame.right), off(box.top, box.bottom, frame.top, frame.bottom));
}

// How far something from `start` to `end` has to be moved to the middle of a pane, 0 where it is inside.
function off(start, end, from, to) {
  if (start >= from + 30 && end <= to - 30) return 0;
  return (start + Math.min(end, start + to - from) - from - to) / 2;
}

function showTrunk() {
  const [start, middle] = [0, root.before * view.zoom - pane.clientWidth / 2];
  pane.scrollTo(...(view.sideways ? [start, middle] : [middle, start]));
}

function setZoom(zoom) {
  view.zoom = Math.min(2, Math.max(0.1, zoom));
  canvas.style.transform = `scale(${view.zoom})`;
  sizer.style.width = `${view.width * view.zoom}px`;
  sizer.style.height = `${view.height * view.zoom}px`;
}

function fit() {
  setZoom(Math.min(1, (pane.clientWidth - 34) / view.width));
}

// The wheel with Ctrl (what touchpads send for a pinch) makes the drawing larger where the pointer is.
function onWheel(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const before = view.zoom;
  const at = sizer.getBoundingClientRect();
  const [x, y] = [event.clientX - at.left, event.clientY - at.top];
  setZoom(before * Math.exp(-event.deltaY / 300));
  const grown = view.zoom / before - 1;
  scrollOn(pane, x * grown, y * grown);
}

function setTheme(dark) {
  page.dataset.theme = dark ? 'dark' : 'light';
  document.getElementById('theme').setAttribute('aria-pressed', dark);
}

function followTheme() {
  if (!('chosen' in page.dataset)) setTheme(prefersDark.matches);
}

function fillHead() {
  document.getElementById('name').textContent = data.name;
  const rows = data.totals.map(([what, figure]) => make('div', '', make('dt', '', what), make('dd', '', figure)));
  document.getElementById('totals').append(...rows);
}

function fillLegend() {
  const scale = data.scales[view.colour];
  const swatches = scale ? scale.classes.map((text, i) => swatch(text, 'step', i)) : familySwatches();
  const title = scale ? [make('span', '', `${scale.title}:`)] : [];
  document.getElementById('legend').replaceChildren(...title, ...swatches);
}

function familySwatches() {
  const leaves = items.filter((item) => item.kind === 'layer');
  const filled = items.filter((item) => (item.kind === 'layer' || isPart(item)) && !item.frozen);
  const families = [...new Set(filled.map((item) => item.family))];
  const states = [...new Set(leaves.map((item) => item.frozen).filter(Boolean))];
  const frozen = states.map((words) => make('span', `swatch ${stateClasses({ frozen: words })}`, trainedOf(words)));
  const dashed = items.some((item) => item.auxiliary) ? [make('span', 'swatch auxiliary', 'training only')] : [];
  return [...families.map((family) => make('span', `swatch family-${family}`, family)), ...frozen, ...dashed];
}

function swatch(text, name, value) {
  const el = make('span', 'swatch', text);
  el.dataset[name] = value;
  return el;
}

function onPress(event) {
  const item = itemAt(event.target);
  if (!item) return;
  if (isPart(item)) {
    toggle(item);
    mark(item);
    scrollRow(item);
  } else {
    mark(item);
    scrollRow(item);
    showCard(item, true);
  }
}

function onRow(event) {
  const item = itemAt(event.target);
  if (!item) return;
  if (event.target.closest('.twist')) toggle(item);
  else reveal(item);
}

function onRowKey(event) {
  const row = event.target.closest('tr');
  const item = itemAt(row);
  const part = isPart(item);
  if (event.key === 'ArrowDown') focusRow(row.nextElementSibling);
  else if (event.key === 'ArrowUp') focusRow(row.previousElementSibling);
  else if (event.key === 'ArrowRight' && part && !item.open) toggle(item);
  else if (event.key === 'ArrowLeft' && part && item.open) toggle(item);
  else if (event.key === 'Enter' || event.key === ' ') reveal(item);
  else return;
  event.preventDefault();
}

function onOver(event) {
  const item = itemAt(event.target);
  if (!item) return;
  light(item, true);
  if (event.pointerType !== 'touch' && !shown.pinned && canvas.contains(event.target)) soon(() => showCard(item), DELAY.show);
}

function onOut(event) {
  const item = itemAt(event.target);
  if (!item) return;
  light(item, false);
  if (!shown.pinned) soon(hideCard, DELAY.hide);
}

function onKey(event) {
  if (event.key === 'Escape') hideCard();
  const typing = event.target.matches?.('input, select');
  if (event.key === '/' && !typing) {
    event.preventDefault();
    field.focus();
    field.select();
  }
  if (/^Arrow(Up|Down)$/.test(event.key) && canvas.contains(event.target)) moveFocus(event);
}

// Up and down arrows go from box to box.
function moveFocus(event) {
  const boxes = [...canvas.querySelectorAll('button')];
  const next = boxes[boxes.indexOf(event.target) + (event.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

const printing = { theme: '', zoom: 1 };

function beforePrint() {
  Object.assign(printing, { theme: page.dataset.theme, zoom: view.zoom });
  hideCard();
  page.dataset.theme = 'light';
  setZoom(Math.min(1, 680 / view.width));
}

function afterPrint() {
  page.dataset.theme = printing.theme;
  setZoom(printing.zoom);
}

function on(id, event, action) {
  document.getElementById(id).addEventListener(event, action);
}

function listen() {
  canvas.addEventListener('click', onPress);
  tbody.addEventListener('click', onRow);
  tbody.addEventListener('keydown', onRowKey);
  for (const el of [canvas, tbody]) {
    el.addEventListener('pointerover', onOver);
    el.addEventListener('pointerout', onOut);
  }
  canvas.addEventListener('focusin', ({ target }) => target.matches(':focus-visible') && showCard(itemAt(target)));
  canvas.addEventListener('focusout', () => !shown.pinned && soon(hideCard, DELAY.hide));
  card.addEventListener('pointerenter', () => clearTimeout(shown.timer));
  card.addEventListener('pointerleave', () => !shown.pinned && soon(hideCard, DELAY.hide));
  document.addEventListener('pointerdown', (event) => !card.contains(event.target) && !itemAt(event.target) && hideCard());
  document.addEventListener('keydown', onKey);
  pane.addEventListener('scroll', () => !shown.pinned && hideCard(), { passive: true });
  pane.addEventListener('wheel', onWheel, { passive: false });
  addEventListener('resize', hideCard);
  on('smaller', 'click', () => setZoom(view.zoom / 1.2));
  on('larger', 'click', () => setZoom(view.zoom * 1.2));
  on('full', 'click', () => setZoom(1));
  on('fit', 'click', fit);
  on('colour', 'change', ({ target }) => colourBy(target.value));
  on('turn', 'click', turn);
  on('theme', 'click', () => { page.dataset.chosen = ''; setTheme(page.dataset.theme !== 'dark'); });
  prefersDark.addEventListener('change', followTheme);
  addEventListener('beforeprint', beforePrint);
  addEventListener('afterprint', afterPrint);
}

// A figure in each box makes boxes longer; what is in the middle of the pane stays there, or the beginning.
function colourBy(name) {
  view.colour = name;
  change(renew, (view.sideways ? pane.scrollLeft : pane.scrollTop) > 0 ? middle() : null);
  fillLegend();
}

function middle() {
  const { left, top, width, height } = pane.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const far = (el, { left, top, width, height } = el.getBoundingClientRect()) =>
    Math.hypot(left + width / 2 - x, top + height / 2 - y);
  const boxes = [...canvas.querySelectorAll('button')].map((el) => [far(el), el]);
  return itemAt(boxes.reduce((best, each) => (each[0] < best[0] ? each : best))[1]);
}

function turn() {
  view.sideways = !view.sideways;
  document.getElementById('turn').setAttribute('aria-pressed', view.sideways);
  change(staleAll, null);
  showTrunk();
}

function begin() {
  followTheme();
  if ('chosen' in page.dataset) setTheme(page.dataset.theme === 'dark');
  fillHead();
  fillLevels();
  document.getElementById('colour').value = data.colour;
  document.getElementById('turn').setAttribute('aria-pressed', data.sideways);
  view.sideways = data.sideways;
  view.colour = data.colour;
  fillLegend();
  openOnly(openedBy(data.begin), data.begin.overview);
  fit();
  if (view.zoom < READABLE) setZoom(1);
  showTrunk();
  listen();
}

begin();
