// Search by name, layer, title and shape. Enter goes from one find to the next.

const field = document.getElementById('search');
const list = document.getElementById('found');
const count = document.getElementById('count');
const MOST = 40;
const search = { finds: [], at: -1 };
const entries = [...layerEntries(), ...items.filter((item) => isPart(item) && !item.group).map(blockEntry)].sort((a, b) => a.item.first - b.item.first);

function layerEntries() {
  return nodes.map((node, i) => {
    const about = `${node.op} ${node.label} ${node.shape}`;
    return { item: leafOf.get(i), title: node.name, about, text: `${node.name} ${about}`.toLowerCase() };
  });
}

function blockEntry(item) {
  const shape = lastNode(item).shape;
  const title = titleOf(item);
  const about = item.path ? `${title} ${shape}` : shape;
  return { item, title: item.path || title, about, text: `${item.path} ${title} ${shape}`.toLowerCase() };
}

function findAll() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  search.finds = words.length ? entries.filter(({ text }) => words.every((word) => text.includes(word))) : [];
  search.at = -1;
  listFinds();
}

function listFinds() {
  const { finds, at } = search;
  count.textContent = field.value.trim() ? (at < 0 ? `${finds.length} found` : `${at + 1} of ${finds.length}`) : '';
  const first = Math.max(0, Math.min(at - MOST / 2, finds.length - MOST));
  list.replaceChildren(...finds.slice(first, first + MOST).map((find, i) => asOption(find, first + i)));
  const hidden = !finds.length || document.activeElement !== field;
  list.hidden = hidden;
  field.setAttribute('aria-expanded', !hidden);
  list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
}

function asOption(find, place) {
  const option = make('li', '', make('span', 'title', find.title), make('span', 'about', find.about));
  option.setAttribute('role', 'option');
  option.id = `found${place}`;
  option.dataset.place = place;
  option.setAttribute('aria-selected', place === search.at);
  if (place === search.at) field.setAttribute('aria-activedescendant', option.id);
  return option;
}

function goTo(place) {
  if (!search.finds.length) return;
  search.at = (place + search.finds.length) % search.finds.length;
  reveal(search.finds[search.at].item);
  listFinds();
}

function onSearchKey(event) {
  if (event.key === 'Enter') goTo(search.at + (event.shiftKey ? -1 : 1));
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') goTo(search.at + (event.key === 'ArrowUp' ? -1 : 1));
  else if (event.key === 'Escape') leaveSearch();
  else return;
  event.preventDefault();
}

function leaveSearch() {
  list.hidden = true;
  field.setAttribute('aria-expanded', 'false');
  if (marked.item?.button?.isConnected) marked.item.button.focus({ preventScroll: true });
  else field.blur();
}

field.addEventListener('input', findAll);
field.addEventListener('keydown', onSearchKey);
field.addEventListener('focus', listFinds);
field.addEventListener('blur', () => { list.hidden = true; });
list.addEventListener('pointerdown', (event) => {
  event.preventDefault();
  const option = event.target.closest('[data-place]');
  if (option) goTo(Number(option.dataset.place));
});
