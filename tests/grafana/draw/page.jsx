// Draws one dashboard of `window.drawn` in Grafana's grid, and says what is wrong with the picture in #found.
import React from 'react';
import { createRoot } from 'react-dom/client';
import { createTheme, dateTime, ThemeContext } from '@grafana/data';
import { GlobalStyles, PanelChrome } from '@grafana/ui';
import { framesOf } from './frames.js';
import { Body } from './panels.jsx';

const theme = createTheme({ colors: { mode: 'dark' } });
const { dashboard, answers, spans, width } = window.drawn;
// Grafana's grid: rows of 30 pixels with a gap of 8
const [column, row, gap] = [width / 24, 38, 8];

function Panel({ panel, frames }) {
  const { x, y, w, h } = panel.gridPos;
  const place = { position: 'absolute', left: x * column, top: y * row, width: w * column - gap, height: h * row - gap };
  if (panel.type === 'row') return <div style={place} className="row">{panel.collapsed ? '▸' : '▾'} {panel.title}</div>;
  const span = spans[panel.id];
  const range = span && { from: dateTime(span.from), to: dateTime(span.to), raw: { from: dateTime(span.from), to: dateTime(span.to) } };
  const title = panel.timeFrom ? `${panel.title} (last ${panel.timeFrom})` : panel.title;
  const known = frames.flatMap((frame) => frame.fields.filter((f) => f.type === 'number').flatMap((f) => f.values)).filter(Number.isFinite).length;
  return <div style={place} className="panel" data-title={panel.title} data-type={panel.type} data-known={known}>
    <PanelChrome title={title} width={place.width} height={place.height}>
      {(innerWidth, innerHeight) => <div className="body" style={{ width: innerWidth, height: innerHeight }}>
        <Body panel={panel} frames={frames} width={innerWidth} height={innerHeight} theme={theme} span={span} range={range} /></div>}
    </PanelChrome></div>;
}

function faults() {
  const found = [];
  for (const panel of document.querySelectorAll('.panel')) {
    const { title, type } = panel.dataset;
    const say = (why) => found.push(`${title}: ${why}`);
    const text = panel.querySelector('.body')?.innerText ?? panel.querySelector('.body')?.textContent ?? '';
    if (/NaN|undefined|\[object|Infinity|∞/.test(panel.textContent)) say(`shows ${panel.textContent.match(/.{0,20}(NaN|undefined|\[object|Infinity|∞).{0,20}/)[0]}`);
    if (/\$\{|\{\{/.test(panel.textContent) && type !== 'text') say('shows a variable that nobody put in');
    const canvas = panel.querySelector('canvas');
    if (canvas) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      // axes are grey
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) {
        const [r, g, b, a] = data.slice(i, i + 4);
        if (a > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured += 1;
      }
      if (coloured === 0 || panel.dataset.known === '0') say('the graph is blank');
    } else if (type === 'timeseries' && !panel.querySelector('.empty')) say('no graph');
    if (type === 'state-timeline' && !panel.querySelector('rect.state')) say('no state');
    if (!canvas && text.trim() === '' && !panel.querySelector('svg')) say('blank');
    const edge = panel.getBoundingClientRect();
    for (const element of panel.querySelectorAll('*')) {
      const own = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim() !== '');
      if (!own) continue;
      const range = document.createRange();
      range.selectNodeContents(element);
      const box = range.getBoundingClientRect();
      const clipped = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflow !== 'visible' && getComputedStyle(element).display !== 'inline';
      // what is too long for a table or for words is scrolled to
      const below = !['table', 'text'].includes(type) && box.bottom > edge.bottom + 1;
      const outside = box.width > 0 && (box.right > edge.right + 1 || box.left < edge.left - 1 || below);
      if (clipped || outside) say(`"${element.textContent.slice(0, 60)}" is cut off`);
    }
  }
  return found;
}

async function main() {
  const panels = await Promise.all(dashboard.panels.map(async (panel) =>
    ({ panel, frames: panel.fieldConfig ? await framesOf(panel, answers[panel.id] ?? {}, spans[panel.id], theme) : [] })));
  const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * row + 48;
  createRoot(document.getElementById('root')).render(<ThemeContext.Provider value={theme}>
    <GlobalStyles isExtensionSidebarOpen={false} />
    <h1>{dashboard.title}</h1>
    <div style={{ position: 'relative', width, height: height - 48 }}>{panels.map((p) => <Panel key={p.panel.id} {...p} />)}</div>
  </ThemeContext.Provider>);
  setTimeout(() => {
    const out = document.createElement('script');
    out.type = 'application/json';
    out.id = 'found';
    out.textContent = JSON.stringify({ found: faults(), panels: document.querySelectorAll('.panel').length, height });
    document.body.append(out);
  }, 2500);
}
main();
