/**
 * The pages that Construct Hub would show, rendered by its own tool from what npm would publish, in every language. Part of `npm run check:package`;
 * needs the network.
 */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { pack } from '../consumer/tarball';
import { ROOT, run } from '../templates/tools';

const LANGUAGES = ['typescript', 'python', 'java', 'csharp', 'go'];

/** What jsii-rosetta writes above a snippet that did not compile where it was translated. */
const BANNER = /generated from non-compiling source/gi;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-rendered-'));
try {
  const docgen = path.join(ROOT, 'node_modules', 'jsii-docgen', 'bin', 'jsii-docgen');
  const { status, stdout, stderr } = run(process.execPath, [docgen, '--package', pack(folder).file, '--readme', '--output', 'page', '--language', ...LANGUAGES], {}, folder);
  if (status !== 0) { throw new Error(`jsii-docgen failed:\n${stdout}\n${stderr}`); }
  for (const language of LANGUAGES) {
    const text = fs.readFileSync(path.join(folder, `page.${language}.md`), 'utf8');
    const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
    const banners = count(BANNER);
    const snippets = count(new RegExp(`^\`\`\`${language}\\b`, 'gm'));
    const foreign = language === 'typescript' ? 0 : count(/^```(ts|typescript)\b/gm);
    console.log(`${language}: ${snippets} snippets, ${banners} banners, ${foreign} in TypeScript`);
    if (banners > 0 || foreign > 0 || snippets === 0) { process.exitCode = 1; }
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
