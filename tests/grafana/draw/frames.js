// From what Prometheus answered to what Grafana's components take: frames with the names, limits and texts that a panel gives them.
import { FieldType, getDisplayProcessor, standardTransformersRegistry, standardTransformers, toDataFrame, transformDataFrame } from '@grafana/data';

standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.sortByTransformer, standardTransformers.organizeFieldsTransformer].map((t) => ({
    id: t.id, name: t.name, transformation: () => Promise.resolve(t), editor: () => null, imageDark: '', imageLight: '',
  })));

const number = (text) => ({ '+Inf': Infinity, '-Inf': -Infinity })[text] ?? Number(text);

function legend(target, metric) {
  const format = target.legendFormat;
  if (format !== '__auto') return format.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => metric[label] ?? '');
  return Object.entries(metric).map(([k, v]) => `${k}="${v}"`).join(', ');
}

// A series for each frame, with its gaps: what is missing at a step is null.
function series(target, answer, span) {
  return answer.map(({ metric, values, value }) => {
    const points = values ?? [value];
    let times = points.map(([t]) => t * 1000);
    let found = points.map(([, v]) => number(v));
    if (values && span) {
      const at = new Map(times.map((t, i) => [t, found[i]]));
      times = [];
      for (let t = span.from; t <= span.to; t += span.step) times.push(t);
      found = times.map((t) => at.get(t) ?? null);
    }
    const name = legend(target, metric);
    return { refId: target.refId, name, fields: [
      { name: 'Time', type: FieldType.time, values: times, config: {} },
      { name: 'Value', type: FieldType.number, values: found, labels: metric, config: { displayNameFromDS: name } },
    ] };
  });
}

// A row for each series, a column for each label.
function rows(target, answer, alone) {
  const labels = [...new Set(answer.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return [{ refId: target.refId, fields: [
    { name: 'Time', type: FieldType.time, values: answer.map(({ value }) => value[0] * 1000), config: {} },
    ...labels.map((label) => ({ name: label, type: FieldType.string, values: answer.map(({ metric }) => metric[label] ?? ''), config: {} })),
    { name: alone ? 'Value' : `Value #${target.refId}`, type: FieldType.number, values: answer.map(({ value }) => number(value[1])), config: {} },
  ] }];
}

function set(config, path, value) {
  const [head, ...rest] = path.split('.');
  if (rest.length === 0) config[head] = value;
  else set((config[head] = { ...config[head] }), rest.join('.'), value);
}

// The defaults of the panel, and what it says of this name or query.
function configured(panel, frame, field) {
  const config = { ...structuredClone(panel.fieldConfig.defaults), ...field.config };
  const name = field.config.displayName ?? field.config.displayNameFromDS ?? field.name;
  for (const { matcher, properties } of panel.fieldConfig.overrides) {
    const fits = matcher.id === 'byFrameRefID' ? frame.refId === matcher.options : name === matcher.options;
    if (fits) for (const { id, value } of properties) set(config, id, value);
  }
  return config;
}

export async function framesOf(panel, answers, span, theme) {
  const targets = panel.targets ?? [];
  const made = targets.flatMap((target) => {
    const answer = answers[target.refId] ?? [];
    return target.format === 'table' ? rows(target, answer, targets.length === 1) : series(target, answer, span);
  });
  let frames = made.map((frame) => toDataFrame(frame));
  if (panel.transformations?.length) {
    frames = await new Promise((done, failed) => transformDataFrame(panel.transformations, frames).subscribe({ next: done, error: failed }));
  }
  let index = 0;
  for (const frame of frames) {
    for (const field of frame.fields) {
      field.config = configured(panel, frame, field);
      field.state = { ...field.state, seriesIndex: field.type === FieldType.number ? index++ : undefined, displayName: field.config.displayName ?? field.config.displayNameFromDS ?? field.name };
      field.display = getDisplayProcessor({ field, theme });
    }
  }
  return frames;
}
