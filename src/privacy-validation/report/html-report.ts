import { STYLE } from './html-style';
import type { PrivacyReport, ReportedNetwork, ReportedObservation, ReportedRule, RuleStatus } from './privacy-report';
import { count } from '../network/names';
import { escape } from '../picture/svg';

const WORDS: { [status in RuleStatus]: string } = {
  'pass': 'pass', 'fail': 'fail', 'accepted': 'accepted', 'unknown': 'not visible', 'not applicable': 'nothing to check',
};

/** The report as one self-contained page: no script, no font, no picture from elsewhere. */
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
<p class="verdict ${report.verdict}">${escape(verdict(report))}</p>
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
${report.unusedExceptions.length ? `<section><h2>Exceptions that match nothing</h2><ul>${report.unusedExceptions.map(({ ruleId, constructPath, reason }) =>
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

function verdict({ verdict: result, counts, networks }: PrivacyReport): string {
  if (networks.length === 0 && counts.fail === 0) { return 'No compilation network in this app'; }
  return result === 'pass' ? 'No rule is broken' : `${count(counts.fail, 'rule')} broken`;
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
  subnet.instances === undefined ? undefined : `${subnet.usableAddresses} usable IPs, ${subnet.instances} instances`].filter(part => part !== undefined).join(' · ')))}
${row('Security groups', network.securityGroups)}
${row('S3 endpoints', network.s3Endpoints)}
${row('Buckets', network.buckets)}
${row('Execution roles', network.roles)}
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
