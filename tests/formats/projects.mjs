// Projects for the judges: good and bad ones, in other scripts, with other line ends, empty, with many mistakes, and one of every kind of diagnostic.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const journey = (name, title = 'A title') => `user journey ${name} "${title}" {
  owner   shop
  runbook "https://runbooks.example.com/$journey"

  step pay {
    sli available {
      good   http_requests_total{job="${name}", code!~"5.."}
      total  http_requests_total{job="${name}"}
      target 99%
    }
  }
}
`;
const broken = 'user journey a "a \u{1f600} <&> \\"]]>" {\n  target 99,5%\n  step x { sli y { targt 99% } }\n';

// The examples below `## Wrong` in the texts of `tabi explain`: by the name of the diagnostic, files with their texts.
function wrong(root) {
  const folder = join(root, 'src/explain');
  return readdirSync(folder).filter((name) => name.endsWith('.md')).flatMap((name) => {
    const section = readFileSync(join(folder, name), 'utf8').split('\n## Wrong\n')[1]?.split('\n## ')[0] ?? '';
    return section.split('```tabi\n').slice(1).map((block, i) => {
      const parts = block.split('```')[0].split(/^# file: (.*)\n/m);
      const files = parts.length === 1 ? { 'a.tabi': parts[0] } : {};
      for (let at = 1; at < parts.length; at += 2) files[parts[at].trim()] = parts[at + 1];
      return [`wrong-${basename(name, '.md')}-${i}`, files];
    });
  });
}

// Writes all of them below a directory; gives the names of their directories.
export function write(root, directory) {
  const projects = [
    ['good', { 'tabi.toml': '[lint]\nblind-spot = "off"\n', 'a.tabi': journey('a') }],
    ['warned', { 'a.tabi': journey('a') }],
    ['bad', { 'tabi.toml': '', 'slo/a.tabi': broken, 'slo/z.tabi': 'tepm x() {}\n' }],
    ['config', { 'tabi.toml': 'outptu = "x"\nsources = ["a.tabi", "none"]\n', 'a.tabi': journey('a') }],
    ['旅 100% #1?', { '予約 🦀.tabi': `# 旅の予約 🦀\n  ９９% "${'🦀'.repeat(9)}" ?\n${broken}` }],
    ['crlf', { 'a.tabi': `\u{feff}${broken.replaceAll('\n', '\r\n')}  holds \`a\r\n  <\r\n b\`\r\n` }],
    ['controls', { 'a.tabi': `user journey a "x\u{1b}[31m\u{0}\u{7}\u{fffe}\u{202e}" {\n  "\u{1b}]8;;x" \u{c} ,%: \n` }],
    ['empty', { 'a.tabi': '' }],
    ['many', { 'a.tabi': 'defaults {\n' + '  target 99,5%\n'.repeat(1000) + '}\n' }],
    ...wrong(root),
  ];
  for (const [name, files] of projects) {
    for (const [file, text] of Object.entries(files)) {
      const path = join(directory, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  return projects.map(([name]) => name);
}
