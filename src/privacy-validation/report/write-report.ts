import * as fs from 'fs';
import * as path from 'path';
import { htmlReport } from './html-report';
import type { PrivacyReport } from './privacy-report';
import { findNetworks } from '../network/network';
import { drawNetworks } from '../network-picture';
import type { TemplateSet } from '../template/template-set';

/** Write the report for people and for programs. */
export function writeReport(directory: string, report: PrivacyReport, templates: TemplateSet) {
  const picture = drawNetworks(templates, findNetworks(templates));
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  fs.writeFileSync(path.join(directory, 'report.html'), htmlReport(report, picture));
  fs.writeFileSync(path.join(directory, 'network.svg'), picture);
}
