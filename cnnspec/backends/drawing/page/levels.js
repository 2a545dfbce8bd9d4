// Levels of detail: what is open at each, and which of them is what is seen. Groups are there at the coarsest only.

const levels = data.levels.map((level) => ({ ...level, opens: openedBy(level) }));
const levelButtons = new Map();

// The blocks with paths in `open`, the rows that hold one of them, and rows of layers where `layers` says so.
function openedBy({ open: paths, layers }) {
  const wanted = new Set(paths);
  const opens = new Set();
  const isOpen = (item) => item.children.some((child) => (isPart(child) ? opens.has(child) : layers));
  for (const item of items.filter(isPart).reverse()) {
    if (item.path ? wanted.has(item.path) : !item.group && isOpen(item)) opens.add(item);
  }
  return opens;
}

function openOnly(opens, overview) {
  change(() => {
    setOverview(overview);
    for (const item of items.filter(isPart).reverse()) open(item, opens.has(item));
  }, null);
  showTrunk();
}

function setOverview(whether) {
  if (view.overview === whether) return;
  view.overview = whether;
  renew();
  forgetRows();
}

function isShown(level) {
  return level.overview === view.overview && isOpenAs(root, level.opens);
}

function isOpenAs(container, opens) {
  return inside(container).every((item) => !isPart(item) || (item.open === opens.has(item) && (!item.open || isOpenAs(item, opens))));
}

// Where the reader has opened or closed something, it is none of the levels.
function markLevel() {
  for (const [level, button] of levelButtons) button.setAttribute('aria-pressed', isShown(level));
}

function fillLevels() {
  for (const level of levels) levelButtons.set(level, levelButton(level));
  const group = document.getElementById('levels');
  group.append(...levelButtons.values());
  group.hidden = levels.length < 2;
}

function levelButton(level) {
  const name = level.names.at(-1);
  const button = make('button', '', name[0].toUpperCase() + name.slice(1));
  button.type = 'button';
  button.dataset.level = name;
  const what = level.overview ? 'Similar parts as one' : name === 'layer' ? 'Everything open' : 'Equal parts in a row as one';
  button.title = `${what} (level ${level.names.join(', ')})`;
  button.addEventListener('click', () => openOnly(level.opens, level.overview));
  return button;
}
