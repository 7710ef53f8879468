import * as fs from 'fs';
import * as path from 'path';
import { acceptedIn, hiddenIn, type PrivacyReport, type ReportedNetwork, type ReportedObservation, type ReportedRule, type RuleStatus } from './privacy-report';
import { drawNetworks } from '../network-picture';
import { escape } from '../picture/svg';
import { count } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

const WORDS: { [status in RuleStatus]: string } = {
  'pass': 'pass', 'fail': 'fail', 'accepted': 'accepted', 'unknown': 'not visible', 'not applicable': 'nothing to check',
};

/** Renders the report as one self-contained page, without scripts, and without fonts or pictures from elsewhere. */
export function htmlReport(report: PrivacyReport, picture: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Privacy of SageMaker Neo compilation jobs</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Privacy of SageMaker Neo compilation jobs</h1>
<p class="verdict ${report.verdict.replace(' ', '-')}">${escape(verdict(report))}</p>
<p class="soft">Decided from ${count(report.templates.length, 'synthesized CloudFormation template')} by ${escape(report.generator)}. ${escape(summary(report))}</p>
</header>
<main>
<section><h2>Network</h2>
<figure>${picture}</figure>
${report.networks.map(network => networkTable(network)).join('\n')}
</section>
<section><h2>Rules</h2>
${overview(report)}
${report.rules.map(rule => ruleDetails(rule)).join('\n')}
</section>
${report.unusedAcceptedFindings.length ? `<section><h2>Accepted findings that match nothing</h2><ul>${report.unusedAcceptedFindings.map(({ ruleId, constructPath, reason }) =>
  `<li><code>${escape(ruleId)}</code> at <code>${escape(constructPath)}</code>: ${escape(reason)}</li>`).join('')}</ul></section>` : ''}
<section><h2>What templates cannot show</h2>
<ul>${report.limits.map(limit => `<li>${escape(limit)}</li>`).join('\n')}</ul>
</section>
<section><h2>Templates</h2>
<table><thead><tr><th scope="col">Template</th><th scope="col">SHA-256 of its content</th></tr></thead>
<tbody>${report.templates.map(({ name, sha256 }) => `<tr><td>${escape(name)}</td><td><code>${sha256}</code></td></tr>`).join('')}</tbody></table>
</section>
</main>
</body>
</html>
`;
}

function verdict(report: PrivacyReport): string {
  const { verdict: result, counts, networks } = report;
  const accepted = acceptedIn(report);
  const hidden = hiddenIn(report);
  if (networks.length === 0 && counts.fail === 0) { return `No compilation network in this app${accepted}`; }
  if (result === 'not visible') { return `No rule is broken in what is visible${hidden}${accepted}`; }
  return result === 'pass' ? `No rule is broken${accepted}` : `${count(counts.fail, 'rule')} broken${hidden}${accepted}`;
}

function summary({ counts, networks }: PrivacyReport): string {
  const jobs = networks.reduce((sum, network) => sum + network.jobs, 0);
  const parts = (Object.keys(WORDS) as RuleStatus[]).filter(status => counts[status] > 0).map(status => `${counts[status]} ${WORDS[status]}`);
  return `${count(networks.length, 'network')}, ${count(jobs, 'compilation job')}. Rules: ${parts.join(', ')}.`;
}

function networkTable(network: ReportedNetwork): string {
  const row = (name: string, values: string[]) => `<tr><th scope="row">${name}</th><td>${values.map(value => `<code>${escape(value)}</code>`).join('<br>') || 'none'}</td></tr>`;
  return `<table class="facts"><tbody>
${row('VPC', [`${network.vpc}${network.cidr ? ` ${network.cidr}` : ''}${network.dedicated ? '' : ', shared with other workloads'}`])}
${row('Subnets', network.subnets.map(subnet => [subnet.constructPath, subnet.zone, subnet.cidr,
  subnet.instances === undefined ? undefined : `${subnet.usableAddresses} usable addresses, ${subnet.instances} instances`].filter(part => part !== undefined).join(' · ')))}
${row('Security groups', network.securityGroups)}
${row('S3 endpoints', network.s3Endpoints)}
${row('Buckets', network.buckets)}
${network.assetBuckets.length ? row('Model assets', network.assetBuckets.map(name => `${name}, of the bootstrap stack: IAM policies decide which principals may read them there`)) : ''}
${row('Execution roles', network.roles)}
${row('Tenants', network.tenants)}
<tr><th scope="row">Jobs</th><td>${network.jobs}</td></tr>
</tbody></table>`;
}

function overview({ rules }: PrivacyReport): string {
  return `<table class="overview"><thead><tr><th scope="col">Rule</th><th scope="col">Result</th><th scope="col">Checked</th></tr></thead><tbody>
${rules.map(({ id, title, status, observations }) =>
  `<tr><td><a href="#${id}">${escape(title)}</a></td><td>${chip(status)}</td><td class="number">${observations.length}</td></tr>`).join('\n')}
</tbody></table>`;
}

function ruleDetails(rule: ReportedRule): string {
  const open = rule.status === 'fail' ? ' open' : '';
  return `<details id="${rule.id}"${open}><summary>${chip(rule.status)} <strong>${escape(rule.title)}</strong> <code>${rule.id}</code></summary>
<p><b>Why.</b> ${escape(rule.why)}</p>
<p><b>Fix.</b> ${escape(rule.fix)}</p>
${rule.observations.length ? evidence(rule.observations) : '<p class="soft">The app has nothing of the kind.</p>'}
</details>`;
}

function evidence(observations: ReportedObservation[]): string {
  const order = ['fail', 'accepted', 'unknown', 'pass'];
  const sorted = [...observations].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return `<table><thead><tr><th scope="col">Result</th><th scope="col">Construct</th><th scope="col">Evidence</th></tr></thead><tbody>
${sorted.map(({ verdict: result, constructPath, type, template, logicalId, evidence: seen, locations, reason }) => `<tr><td>${chip(result)}</td>`
    + `<td><code>${escape(constructPath)}</code><br><span class="soft">${escape(type)}, ${escape(logicalId)} in ${escape(template)}</span></td>`
    + `<td>${escape(seen)}${locations.length ? `<br><span class="soft">${escape(locations.join(', '))}</span>` : ''}`
    + `${reason === undefined ? '' : `<br>Accepted: ${escape(reason)}`}</td></tr>`).join('\n')}
</tbody></table>`;
}

function chip(status: RuleStatus): string {
  return `<span class="chip ${status.replace(' ', '-')}">${WORDS[status]}</span>`;
}

/** The page is light even if the reader prefers a dark one, because the picture needs a light background. */
const STYLE = `
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#f6f8fb;color:#16212e;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
header,main{max-width:1160px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:28px;line-height:1.2;margin:0 0 12px}
h2{font-size:20px;margin:40px 0 12px}
p{margin:8px 0}
a{color:#0b5cad}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.soft{color:#52606d;font-size:14px}
.verdict{display:inline-block;margin:0;padding:6px 16px;border-radius:20px;font-weight:600;font-size:18px}
.verdict.pass{background:#e3f5e9;color:#0f5a2b}
.verdict.not-visible{background:#e8eefc;color:#23408e}
.verdict.fail{background:#fdecec;color:#a31515}
figure{margin:0 0 16px;padding:0;background:#fff;border:1px solid #d8dee6;border-radius:10px;overflow-x:auto}
figure svg{display:block;width:100%;min-width:760px;height:auto;border-radius:10px}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid #d8dee6;border-radius:8px;margin:8px 0 16px;font-size:15px}
th,td{text-align:left;vertical-align:top;padding:8px 12px;border-top:1px solid #e6ebf1}
td{overflow-wrap:anywhere}
thead th{border-top:0;color:#52606d;font-weight:600;font-size:14px}
.facts th{width:160px;font-weight:600}
.number{text-align:right;width:90px}
.overview td:nth-child(2){width:170px}
.overview th:last-child{text-align:right}
details{background:#fff;border:1px solid #d8dee6;border-radius:8px;margin:8px 0;padding:0 16px}
details[open]{padding-bottom:8px}
summary{cursor:pointer;padding:10px 0}
summary code{color:#52606d;margin-left:6px}
.chip{display:inline-block;min-width:64px;text-align:center;padding:1px 10px;border-radius:12px;font-size:13px;font-weight:600;white-space:nowrap}
.chip.pass{background:#e3f5e9;color:#0f5a2b}
.chip.fail{background:#c81e1e;color:#fff}
.chip.accepted{background:#fdf0d5;color:#7a4b00}
.chip.unknown{background:#e8eefc;color:#23408e}
.chip.not-applicable{background:#eef1f5;color:#52606d}
main{padding-bottom:64px}
@media(max-width:640px){
header,main{padding-left:12px;padding-right:12px}
th,td{padding:6px 8px}
.facts th{width:104px}
.overview td:nth-child(2){width:136px}
.number{width:64px}
details{padding:0 10px}
.chip{min-width:0}
}
@media print{body{background:#fff}details{break-inside:avoid}}
`;

/** Writes the report: as a page for people, as JSON for programs, and the picture alone. */
export function writeReport(directory: string, report: PrivacyReport, templates: TemplateSet) {
  const picture = drawNetworks(templates, report);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  fs.writeFileSync(path.join(directory, 'report.html'), htmlReport(report, picture));
  fs.writeFileSync(path.join(directory, 'network.svg'), picture);
}
