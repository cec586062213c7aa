// One component for each kind of panel: Grafana's own where its library has it.
import React from 'react';
import { FieldType, getFieldDisplayValues } from '@grafana/data';
import { BarGauge, BigValue, LegendDisplayMode, TimeSeries } from '@grafana/ui';

const shown = (field, value) => {
  const { prefix = '', text, suffix = '', color } = field.display(value);
  return { text: `${prefix}${text}${suffix}`, color };
};
const numbers = (frames) => frames.flatMap((frame) => frame.fields.filter((f) => f.type === FieldType.number).map((field) => ({ frame, field })));

function values(panel, frames, theme) {
  const replaceVariables = (text) => text;
  // each field has its own limits and texts already
  return getFieldDisplayValues({ fieldConfig: { defaults: {}, overrides: [] }, reduceOptions: panel.options.reduceOptions, replaceVariables, theme, data: frames });
}

function Empty({ panel }) {
  return <div className="empty">{panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
}

function Stat({ panel, frames, width, height, theme }) {
  const all = values(panel, frames, theme);
  if (numbers(frames).length === 0) {
    return <BigValue value={{ text: panel.fieldConfig.defaults.noValue, numeric: NaN, color: '#808080' }} width={width} height={height} theme={theme}
      colorMode={panel.options.colorMode} graphMode="none" justifyMode={panel.options.justifyMode} textMode="value" />;
  }
  const each = (height - 4 * (all.length - 1)) / all.length;
  return <div style={{ display: 'grid', gap: 4 }}>{all.map(({ display }, i) => (
    <BigValue key={i} value={display} width={width} height={each} theme={theme} colorMode={panel.options.colorMode} graphMode="none" text={panel.options.text}
      justifyMode={panel.options.justifyMode} textMode={all.length === 1 && panel.options.textMode === 'auto' ? 'value' : panel.options.textMode} />))}</div>;
}

function Bars({ panel, frames, width, height, theme }) {
  const all = values(panel, frames, theme);
  const each = Math.min(60, (height - 6 * (all.length - 1)) / Math.max(1, all.length));
  return <div style={{ display: 'grid', gap: 6 }}>{all.map(({ display, field }, i) => (
    <BarGauge key={i} value={display} field={field} display={frames[i]?.fields[1]?.display} width={width} height={each} orientation="horizontal"
      theme={theme} displayMode={panel.options.displayMode} valueDisplayMode={panel.options.valueMode} text={panel.options.text} alignmentFactors={{ title: all.map((v) => v.display.title).sort((a, b) => b.length - a.length)[0], text: '100%' }} showUnfilled />))}</div>;
}

function Graph({ panel, frames, width, height, range }) {
  const legend = { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] };
  return <TimeSeries frames={frames} width={width} height={height} timeRange={range} timeZone="utc" structureRev={1} legend={legend} />;
}

// The library has no timeline, so it is drawn: a bar for each run of equal states.
function Timeline({ frames, width, height, span }) {
  const named = numbers(frames);
  const left = Math.min(280, 12 + 7.2 * Math.max(...named.map(({ field }) => field.state.displayName.length), 1));
  const row = (height - 24) / Math.max(1, named.length);
  const x = (t) => left + ((t - span.from) / (span.to - span.from)) * (width - left);
  const ticks = [0, 1, 2, 3, 4].map((i) => span.from + (i * (span.to - span.from)) / 4);
  const stamp = (t) => new Date(t).toISOString().slice(5, 16).replace('T', ' ');
  const runs = (frame, field) => {
    const times = frame.fields[0].values;
    const found = [];
    for (let i = 0; i < times.length; i += 1) {
      const value = field.values[i];
      const last = found.at(-1);
      if (last && last.value === value) last.end = Math.min(span.to, times[i] + span.step);
      else if (value !== null && value !== undefined) found.push({ value, begin: times[i], end: Math.min(span.to, times[i] + span.step) });
      else found.push({ value: null, begin: times[i], end: times[i] });
    }
    return found.filter((run) => run.value !== null);
  };
  return <svg width={width} height={height} fontSize="12" fill="#ccccdc">
    {named.map(({ frame, field }, i) => <g key={i}>
      <text x={left - 8} y={row * (i + 0.5) + 4} textAnchor="end">{field.state.displayName}</text>
      {runs(frame, field).map((run) => {
        const { text, color } = shown(field, run.value);
        const [a, b] = [x(run.begin), x(run.end)];
        return <g key={run.begin}>
          <rect className="state" x={a} y={row * (i + 0.08)} width={Math.max(1, b - a)} height={row * 0.84} fill={color} />
          {b - a > 8 * text.length && <text x={a + 5} y={row * (i + 0.5) + 4} fill="#fff">{text}</text>}
        </g>;
      })}
    </g>)}
    {ticks.map((t, i) => <text key={t} x={x(t)} y={height - 4} textAnchor={i === 0 ? 'start' : i === 4 ? 'end' : 'middle'} opacity="0.7">{stamp(t)}</text>)}
  </svg>;
}

function Rows({ frames }) {
  const frame = frames[0];
  const fields = frame?.fields.filter((f) => !f.config.custom?.hidden) ?? [];
  if (!frame?.length) return <div className="empty">No data</div>;
  return <table><thead><tr>{fields.map((f) => <th key={f.name}>{f.state.displayName}</th>)}</tr></thead>
    <tbody>{Array.from({ length: frame.length }, (_, i) => <tr key={i}>{fields.map((f) => {
      const { text, color } = shown(f, f.values[i]);
      const filled = f.config.custom?.cellOptions?.type === 'color-background';
      return <td key={f.name} style={filled ? { background: color, color: '#fff' } : {}} className={f.config.links?.length ? 'link' : ''}>{text}</td>;
    })}</tr>)}</tbody></table>;
}

function Words({ panel }) {
  return <div className="words" dangerouslySetInnerHTML={{ __html: panel.options.content }} />;
}

const kinds = { stat: Stat, bargauge: Bars, timeseries: Graph, 'state-timeline': Timeline, table: Rows, text: Words };

export function Body(props) {
  const Kind = kinds[props.panel.type];
  const needed = ['timeseries', 'state-timeline', 'bargauge'].includes(props.panel.type);
  if (needed && numbers(props.frames).length === 0) return <Empty panel={props.panel} />;
  return <Kind {...props} />;
}
