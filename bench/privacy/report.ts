/** One process: measures the privacy validation and the picture of a stack with many jobs. */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { NeoPrivacyValidation } from '../../src';
import { drawNetworks } from '../../src/privacy-validation/network-picture';
import { TemplateSet } from '../../src/privacy-validation/template/template-set';
import { byLibrary } from '../synth/by-library';

const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'neo-bench-'));
const app = new App({ outdir, analyticsReporting: false });
byLibrary(new Stack(app, 'Models'), Number(process.argv[2]));
app.synth();
const templatePaths = [path.join(outdir, 'Models.template.json')];

const began = performance.now();
const { success } = new NeoPrivacyValidation({ reportDirectory: path.join(outdir, 'report') }).validate({ templatePaths, appConstruct: app });
const validated = performance.now();
const picture = drawNetworks(TemplateSet.of(JSON.parse(fs.readFileSync(templatePaths[0], 'utf8'))));
const drawn = performance.now();

if (!success || !picture.includes('</svg>') || !fs.existsSync(path.join(outdir, 'report', 'report.html'))) { throw new Error('no report, or no picture'); }
fs.rmSync(outdir, { recursive: true });
console.log(JSON.stringify({ report: validated - began, picture: drawn - validated }));
