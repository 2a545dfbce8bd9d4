() => {
  const found = [];
  const seen = { boxes: 0, lines: 0 };
  const grown = (a, by) => ({ ...a, x: a.x - by, y: a.y - by, w: a.w + 2 * by, h: a.h + 2 * by });
  const meet = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

  const boxesIn = (frame) => [...frame.children]
    .filter((el) => el.classList.contains('item'))
    .map((el) => ({ x: el.offsetLeft, y: el.offsetTop, w: el.offsetWidth, h: el.offsetHeight, text: el.textContent }));

  const linesIn = (frame) => [...frame.querySelectorAll(':scope > svg > .wire')]
    .flatMap((wire) => wire.getAttribute('d').split('M').slice(1))
    .flatMap((path) => {
      const n = path.split(/[LQ ]/).map(Number);
      const points = n.flatMap((x, i) => (i % 2 ? [] : [[x, n[i + 1]]]));
      return points.slice(1).map(([x, y], i) => between(points[i], [x, y]));
    });

  const textsIn = (frame) => [...frame.querySelectorAll(':scope > svg > text')]
    .map((text) => ({ ...rectangle(text.getBBox()), text: text.textContent }));

  const rectangle = ({ x, y, width: w, height: h }) => ({ x, y, w, h });

  const between = ([x, y], [u, v]) => ({ x: Math.min(x, u), y: Math.min(y, v), w: Math.abs(x - u), h: Math.abs(y - v) });

  for (const frame of document.querySelectorAll('.item.frame')) {
    const [boxes, lines, texts] = [boxesIn(frame), linesIn(frame), textsIn(frame)];
    const inside = { x: 0, y: 0, w: frame.offsetWidth, h: frame.offsetHeight };
    boxes.forEach((a, i) => {
      if (a.x < 0 || a.y < 0 || a.x + a.w > inside.w || a.y + a.h > inside.h) found.push(['outside', a]);
      for (const b of boxes.slice(0, i)) if (meet(grown(a, -1), b)) found.push(['boxes', a, b]);
      for (const line of lines) if (meet(grown(a, -2), grown(line, 1))) found.push(['line', a, line]);
    });
    texts.forEach((a, i) => {
      for (const b of [...boxes, ...lines, ...texts.slice(0, i)]) if (meet(grown(a, -2), b)) found.push(['text', a, b]);
    });
    seen.boxes += boxes.length;
    seen.lines += lines.length;
  }
  for (const box of document.querySelectorAll('#canvas .box')) {
    const inside = box.getBoundingClientRect();
    [...box.children].map((el) => el.getBoundingClientRect()).forEach((a, i, all) => {
      if (a.top < inside.top || a.bottom > inside.bottom || a.left < inside.left || a.right > inside.right) found.push(['in box', box.textContent]);
      if (i && a.top < all[i - 1].bottom - 1) found.push(['lines of box', box.textContent]);
    });
  }
  return [found.slice(0, 5), seen];
}
