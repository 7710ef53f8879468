import { arrow, blocked, box, COLOR, mark, type State, STATE_COLOR, STATE_FILL, text, worstState, wrap } from './svg';
import { endpointOnlyPolicy, openPublicAccess } from '../network/bucket-policy';
import { bucketNamed, endpointActions, type ReachableBucket, reachableBuckets, s3EndpointExposure } from '../network/endpoint-policy';
import { type CompilationNetwork, gatesOf, sizeOf, zoneOf } from '../network/network';
import { type GroupRule, type GroupVerdict, isOpenByOmission, peerOf, rulesOf, trafficOf, verdictOn } from '../network/security-groups';
import type { VerdictOf } from '../rules/rule';
import { count, nameOf, readableName, type TemplateResource } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

export const VPC = { x: 32, width: 878, right: 910 };
const GROUP = { x: 52, width: 578 };
const ENDPOINT = { x: 806, width: 208, height: 112 };
const CARD = { height: 98, gap: 10 };
const LINE = 20;

/** A line of text with a mark. */
export interface Line { readonly label: string; readonly state: State }

/** Draws the VPC with the security group around the jobs' subnets, and the S3 endpoint on its edge. */
export function vpcPanel(templates: TemplateSet, network: CompilationNetwork, top: number, minHeight: number, verdictOf: VerdictOf) {
  const lines = groupLines(templates, network, verdictOf);
  const groupTop = top + 58;
  const columns = Math.min(4, Math.max(1, network.subnets.length));
  const rows = Math.max(1, Math.ceil(network.subnets.length / columns));
  const cardsTop = groupTop + 40 + lines.length * LINE;
  const notes = vpcNotes(templates, network, verdictOf);
  const around = groupTop - top + notes.length * LINE + 24;
  const groupHeight = Math.max(cardsTop - groupTop + rows * (CARD.height + CARD.gap) + 8, ENDPOINT.height + 40, minHeight - around);
  const height = groupHeight + around;
  const notesTop = groupTop + groupHeight + 20;
  const middle = groupTop + groupHeight / 2;
  const endpoint = network.s3Endpoints[0];
  const outside = network.outside.subnets.join(', ');
  return {
    height,
    endpointRight: [ENDPOINT.x + ENDPOINT.width, middle] as [number, number],
    content: [
      box(VPC.x, top, VPC.width, height, { fill: COLOR.vpcFill, stroke: COLOR.vpc, thick: 2, radius: 12 }),
      text(VPC.x + 20, top + 26, `VPC ${cidrOf(templates, network)}`, { size: 17, bold: true, fill: COLOR.vpc, width: 500 }),
      text(VPC.x + 20, top + 46, vpcFacts(templates, network), { size: 12.5, fill: COLOR.soft, width: 510 }),
      ...network.vpc ? [text(VPC.right - 20, top + 26, nameOf(network.vpc), { size: 12.5, fill: COLOR.soft, anchor: 'end', width: 300 })] : [],
      box(GROUP.x, groupTop, GROUP.width, groupHeight, { dashed: true, stroke: COLOR.subnet, fill: COLOR.paper }),
      text(GROUP.x + 14, groupTop + 23, groupTitle(network), { bold: true, fill: COLOR.subnet, width: GROUP.width - 28 }),
      ...lines.flatMap((line, index) => markedLine(GROUP.x + 16, groupTop + 41 + index * LINE, line, COLOR.ink, GROUP.width - 50)),
      ...network.subnets.map((subnet, index) => card(templates, subnet, index, columns, cardsTop)),
      ...network.subnets.length === 0 ? [text(GROUP.x + 14, cardsTop + 20, outside ? `Subnets of another app: ${outside}` : 'No subnet in this template', { fill: COLOR.soft, width: GROUP.width - 28 })] : [],
      ...notes.map((line, index) => markedLine(VPC.x + 22, notesTop + index * LINE - 4, line, COLOR.soft, 820).join('')),
      ...endpoint ? endpointBox(templates, network, endpoint, middle, verdictOf) : [
        blocked(ENDPOINT.x - 60, middle - 20, middle + 20),
        text(ENDPOINT.x - 40, middle + 5, 'no S3 gateway endpoint', { fill: COLOR.open, bold: true }),
      ],
    ],
  };
}

/** Draws a mark and the text beside it, which has the color of the state if that is not good. */
function markedLine(x: number, y: number, { label, state }: Line, fill: string, width: number): string[] {
  return [mark(x, y, state), text(x + 18, y + 4, label, { size: 12.5, fill: state === 'good' ? fill : STATE_COLOR[state], width })];
}

function card(templates: TemplateSet, subnet: TemplateResource, index: number, columns: number, top: number): string {
  const width = (GROUP.width - 28 - (columns - 1) * CARD.gap) / columns;
  const x = GROUP.x + 14 + (index % columns) * (width + CARD.gap);
  const y = top + Math.floor(index / columns) * (CARD.height + CARD.gap);
  const size = sizeOf(templates, subnet);
  // CDK's subnet is a construct that contains a resource `Subnet`.
  const name = nameOf(subnet).replace(/\/?(?<=.)Subnet$/, '').split('/').pop()!;
  const line = (offset: number, label: string, bold = false, fill: string = COLOR.ink) =>
    text(x + 10, y + offset, label, { size: bold ? 13 : 12, bold, fill, width: width - 16 });
  return [
    box(x, y, width, CARD.height, { fill: COLOR.subnetFill, stroke: COLOR.subnet, radius: 6 }),
    line(19, zoneOf(templates, subnet), false, COLOR.soft),
    line(37, name, true, COLOR.subnet),
    line(55, size.cidr ?? (size.mask === undefined ? 'addresses known at deployment' : `/${size.mask} from a pool`)),
    ...size.usable === undefined ? [] : [
      line(72, `${grouped(size.usable)} usable addresses`),
      line(88, `${grouped(size.instances!)} instances`),
    ],
  ].join('');
}

/** Draws the S3 endpoint, and the arrow to it. The arrow's label is the group's actual rule. */
function endpointBox(
  templates: TemplateSet, network: CompilationNetwork, endpoint: TemplateResource, middle: number, verdictOf: VerdictOf,
): string[] {
  const { open, unknown } = s3EndpointExposure(templates, endpoint);
  const isOpen = open.length > 0;
  const found: State = isOpen ? 'open' : unknown.length > 0 ? 'unknown' : 'good';
  const state = found === 'good' ? found : acceptedOr(found, verdictOf('S3EndpointOnlyForBuckets', endpoint));
  const color = state === 'good' ? COLOR.bucket : STATE_COLOR[state];
  const top = middle - ENDPOINT.height / 2;
  const between = (GROUP.x + GROUP.width + ENDPOINT.x) / 2;
  const toS3 = network.securityGroups.flatMap(group => rulesOf(templates, group))
    .find(rule => ['to S3', 'to a prefix list'].includes(verdictOn(rule, templates, network)));
  const actions = endpointActions(templates, endpoint).map(action => action.replace(/^s3:/, ''));
  const line = (offset: number, label: string, size: number, fill: string = COLOR.soft) =>
    text(ENDPOINT.x + 12, top + offset, label, { size, fill: isOpen ? color : fill, width: ENDPOINT.width - 24 });
  return [
    box(ENDPOINT.x, top, ENDPOINT.width, ENDPOINT.height, { fill: state === 'good' ? COLOR.bucketFill : STATE_FILL[state], stroke: color, thick: 2 }),
    text(ENDPOINT.x + 12, top + 24, 'S3 gateway endpoint', { bold: true, size: 14, fill: color }),
    line(43, nameOf(endpoint), 12),
    line(64, isOpen ? 'policy: open' : policyOf(templates, network, endpoint), 12.5, COLOR.ink),
    ...(isOpen ? [open[0]] : wrap(actions, ', ', 30)).slice(0, 2).map((words, index) => line(82 + index * 16, words, 11.5)),
    ...toS3 ? [
      arrow([[GROUP.x + GROUP.width + 4, middle], [ENDPOINT.x - 4, middle]], 'allowed'),
      text(between, middle - 10, verdictOn(toS3, templates, network) === 'to S3' ? 'TCP 443 → S3 prefix list' : 'TCP 443 → prefix list', { size: 12, bold: true, fill: COLOR.allowed, anchor: 'middle' }),
    ] : [text(between, middle + 4, 'no rule to S3', { size: 12.5, fill: COLOR.open, anchor: 'middle' })],
  ];
}

/** Describes the endpoint's policy by the number of buckets that it allows. */
function policyOf(templates: TemplateSet, { buckets }: CompilationNetwork, endpoint: TemplateResource): string {
  const others = reachableBuckets(templates, endpoint).filter(({ name }) => !bucketNamed(templates, name));
  return `policy: ${count(buckets.length + others.length, 'named bucket')}`;
}

function groupTitle({ securityGroups, outside }: CompilationNetwork): string {
  if (securityGroups.length > 0) { return `Security group ${securityGroups.map(group => nameOf(group)).join(', ')}`; }
  return outside.securityGroups.length > 0 ? 'Security group of another app' : 'No security group';
}

function groupLines(templates: TemplateSet, network: CompilationNetwork, verdictOf: VerdictOf): Line[] {
  const rules = network.securityGroups.flatMap(group => rulesOf(templates, group));
  const unlimited = network.securityGroups.filter(group => isOpenByOmission(templates, group));
  const lines: Line[] = [];
  if (network.securityGroups.length > 0 && !rules.some(({ direction }) => direction === 'in')) { lines.push({ label: 'in: nothing', state: 'good' }); }
  const toSubnets = new Map<string, string[]>();
  for (const rule of rules) {
    const verdict = verdictOn(rule, templates, network);
    const traffic = trafficOf(rule);
    if (verdict === 'to subnets') {
      toSubnets.set(traffic, [...toSubnets.get(traffic) ?? [], peerOf(rule, templates)]);
    } else if (verdict === 'to S3' || verdict === 'to a prefix list') {
      lines.push({
        label: `out: ${traffic} → ${verdict === 'to S3' ? 'S3 prefix list' : `prefix list ${rule.peer.ids.join(', ')}, whose owner is not visible`}`,
        state: verdict === 'to S3' ? 'good' : acceptedOr('unknown', verdictOf('OutboundOnlyToS3AndSubnets', rule.resource)),
      });
    } else {
      lines.push({ label: `${rule.direction}: ${traffic} ${rule.direction === 'in' ? '←' : '→'} ${peerOf(rule, templates)}`, state: groupState(rule, verdict, verdictOf) });
    }
  }
  for (const [traffic, peers] of toSubnets) { lines.push({ label: `out: ${traffic} → these subnets (${peers.length > 4 ? `${peers.length} address ranges` : peers.join(', ')})`, state: 'good' }); }
  for (const group of unlimited) {
    lines.push({ label: `out: all traffic → anywhere (${nameOf(group)} has no outbound rule, so AWS adds one)`, state: acceptedOr('open', verdictOf('OutboundOnlyToS3AndSubnets', group)) });
  }
  return lines;
}

function groupState({ direction, resource }: GroupRule, verdict: GroupVerdict, verdictOf: VerdictOf): State {
  if (!['open', 'to private addresses'].includes(verdict)) { return 'good'; }
  const found = verdictOf(direction === 'in' ? 'NoInboundTraffic' : 'OutboundOnlyToS3AndSubnets', resource);
  return acceptedOr(verdict === 'open' ? 'open' : 'unknown', found);
}

export function acceptedOr(state: State, found: ReturnType<VerdictOf>): State {
  return found === 'accepted' ? 'accepted' : state;
}

export function stateOf(found: ReturnType<VerdictOf>): State {
  return found === 'fail' ? 'open' : found === 'pass' || found === undefined ? 'good' : found;
}

function cidrOf(templates: TemplateSet, { vpc }: CompilationNetwork): string {
  const [cidr] = vpc ? templates.property(vpc, 'CidrBlock') : [];
  if (cidr && !cidr.includes('${')) { return cidr; }
  return vpc ? (vpc.properties.Ipv4NetmaskLength ? `/${vpc.properties.Ipv4NetmaskLength} from an address pool` : '(addresses known at deployment)') : 'of another app';
}

function vpcFacts(templates: TemplateSet, { vpc, subnets, vpcId }: CompilationNetwork): string {
  if (!vpc) { return vpcId ?? 'The app refers to it by ID, so the templates say no more about it.'; }
  const zones = new Set(subnets.map(subnet => zoneOf(templates, subnet))).size;
  const [tenancy = 'default'] = templates.property(vpc, 'InstanceTenancy');
  // By default, EnableDnsSupport is on and EnableDnsHostnames is off.
  const dns = templates.property(vpc, 'EnableDnsSupport').every(value => value === 'true');
  const names = templates.property(vpc, 'EnableDnsHostnames').some(value => value === 'true');
  return [
    `${tenancy} tenancy`, dns === names ? `DNS ${dns ? 'on' : 'off'}` : `DNS ${dns ? 'on' : 'off'}, host names ${names ? 'on' : 'off'}`,
    count(zones, 'Availability Zone'), count(subnets.length, 'subnet'),
  ].join(' · ');
}

function vpcNotes(templates: TemplateSet, { vpcId, otherSubnets, vpc, subnets }: CompilationNetwork, verdictOf: VerdictOf): Line[] {
  const inVpc = templates.ofType('AWS::EC2::VPCEndpoint').filter(endpoint => vpcId !== undefined && templates.property(endpoint, 'VpcId').includes(vpcId)
    && endpoint.properties.VpcEndpointType === 'Interface');
  const flowLogs = templates.ofType('AWS::EC2::FlowLog').filter(log => vpc && templates.references(log, 'ResourceId').includes(vpc));
  return [
    ...subnets.length ? [{ label: 'An instance needs two IP addresses, and all instances may be in the same subnet', state: 'good' as const }] : [],
    ...(['good', 'accepted', 'unknown', 'open'] as const).flatMap(state => {
      const names = inVpc.filter(endpoint => stateOf(verdictOf('OtherEndpointsRestricted', endpoint)) === state).map(endpoint => nameOf(endpoint));
      return names.length ? [{ label: `Interface endpoints: ${names.join(', ')}`, state }] : [];
    }),
    ...flowLogs.map(log => ({ label: `Flow logs record ${templates.property(log, 'TrafficType')[0] === 'ALL' ? 'all' : 'some'} traffic`, state: 'good' as const })),
    ...otherSubnets.length ? [{ label: `${count(otherSubnets.length, 'further subnet')} that no job uses`, state: 'good' as const }] : [],
  ];
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The use of an action, for principals that are not denied it. */
const USES: { readonly [action: string]: string } = {
  's3:GetObject': 'reading', 's3:GetObjectVersion': 'reading', 's3:PutObject': 'writing', 's3:ListBucket': 'listing',
};
const COLUMN = { x: 1096, width: 272 };
const BUCKET_CARD = { height: 104, gap: 12 };
/** The maximum number of buckets that are drawn. */
const MAX_BUCKETS = 6;

const OTHER_CARD = { height: 70, gap: 12 };
const HEADING = 30;
const ELSEWHERE = 110;

/** Returns the buckets that the endpoint allows and that are not part of the app. */
function otherBuckets(templates: TemplateSet, { s3Endpoints }: CompilationNetwork): ReachableBucket[] {
  const reachable = s3Endpoints.flatMap(endpoint => reachableBuckets(templates, endpoint));
  return reachable.filter(({ name }) => !bucketNamed(templates, name)).slice(0, MAX_BUCKETS);
}

export function bucketPanelHeight(templates: TemplateSet, network: CompilationNetwork): number {
  const { length } = network.buckets;
  const drawn = Math.min(length, MAX_BUCKETS);
  return HEADING + drawn * (BUCKET_CARD.height + BUCKET_CARD.gap) + (length > drawn ? 22 : 0) + (length ? ELSEWHERE : 20)
    + otherBuckets(templates, network).length * (OTHER_CARD.height + OTHER_CARD.gap);
}

/** Draws the buckets that jobs reach, and all other principals, which must not reach them. */
export function bucketPanel(
  templates: TemplateSet, network: CompilationNetwork, top: number, from: [number, number], verdictOf: VerdictOf,
): string[] {
  const shown = network.buckets.slice(0, MAX_BUCKETS);
  const more = network.buckets.length - shown.length;
  const cards = shown.map((bucket, index) => ({ bucket, y: top + HEADING + index * (BUCKET_CARD.height + BUCKET_CARD.gap) }));
  const bottom = top + HEADING + cards.length * (BUCKET_CARD.height + BUCKET_CARD.gap) + (more > 0 ? 22 : 0);
  const othersTop = bottom + (shown.length ? ELSEWHERE : 20) - 8;
  const open = shown.filter(bucket => endpointOnlyPolicy(templates, bucket, gatesOf(templates, network)).missing.length > 0);
  return [
    text(COLUMN.x, top + 16, 'Amazon S3', { bold: true, size: 15, fill: COLOR.bucket }),
    ...cards.flatMap(({ bucket, y }) => [
      bucketCard(templates, network, bucket, y, verdictOf),
      ...network.s3Endpoints.length ? [arrow(elbow(from, y + BUCKET_CARD.height / 2), 'allowed')] : [],
    ]),
    ...more > 0 ? [text(COLUMN.x + 4, bottom - 14, `and ${count(more, 'more bucket')}`, { fill: COLOR.soft })] : [],
    ...shown.length ? requestsFromElsewhere(open.length, bottom) : [text(COLUMN.x, top + 44, 'No bucket of this app', { fill: COLOR.soft })],
    ...otherBuckets(templates, network)
      .flatMap((bucket, index) => otherCard(network, bucket, othersTop + index * (OTHER_CARD.height + OTHER_CARD.gap), from)),
  ];
}

function otherCard({ assetBuckets }: CompilationNetwork, { name, actions }: ReachableBucket, y: number, from: [number, number]): string[] {
  const isAsset = assetBuckets.includes(name);
  const [fill, stroke] = isAsset ? [COLOR.paper, COLOR.bucket] : [STATE_FILL.unknown, STATE_COLOR.unknown];
  return [
    box(COLUMN.x, y, COLUMN.width, OTHER_CARD.height, { fill, stroke, thick: 1.2 }),
    text(COLUMN.x + 14, y + 22, readableName(name), { size: 12.5, width: COLUMN.width - 28 }),
    text(COLUMN.x + 14, y + 40, isAsset ? 'model assets, in the bootstrap bucket' : 'not created by this app', { size: 12, fill: isAsset ? COLOR.soft : STATE_COLOR.unknown }),
    text(COLUMN.x + 14, y + 57, actions.map(action => action.replace('s3:', '')).join(', '), { size: 11.5, fill: COLOR.soft, width: COLUMN.width - 20 }),
    arrow(elbow(from, y + OTHER_CARD.height / 2), 'allowed'),
  ];
}

/** Draws an arrow from the endpoint to a bucket, around a corner that all arrows share. */
function elbow([x, y]: [number, number], to: number): [number, number][] {
  return [[x + 4, y], [COLUMN.x - 42, y], [COLUMN.x - 42, to], [COLUMN.x - 4, to]];
}

function bucketCard(templates: TemplateSet, network: CompilationNetwork, bucket: TemplateResource, y: number, verdictOf: VerdictOf): string {
  const policy = endpointOnlyPolicy(templates, bucket, gatesOf(templates, network));
  const exempt = policy.exempt.length ? `, ${count(policy.exempt.length, 'exemption')}` : '';
  const state = (ruleId: string, resource: TemplateResource) => acceptedOr('open', verdictOf(ruleId, resource));
  const uses = [...new Set(policy.missing.map(action => USES[action]))].join(', ');
  const lines: Line[] = [
    uses
      ? { label: `open to others: ${uses}`, state: state('BucketOnlyThroughEndpoint', policy.policies[0] ?? bucket) }
      : { label: `only through this endpoint${exempt}`, state: 'good' },
    openPublicAccess(templates, bucket).length > 0
      ? { label: 'public access not blocked', state: state('BucketBlocksPublicAccess', bucket) }
      : { label: 'public access blocked', state: 'good' },
    { label: encryptionOf(templates, bucket), state: 'good' },
  ];
  const whole = worstState(lines.map(line => line.state));
  return [
    box(COLUMN.x, y, COLUMN.width, BUCKET_CARD.height, { fill: whole === 'good' ? COLOR.bucketFill : STATE_FILL[whole], stroke: whole === 'good' ? COLOR.bucket : STATE_COLOR[whole] }),
    text(COLUMN.x + 14, y + 25, nameOf(bucket), { bold: true, size: 14, width: COLUMN.width - 28 }),
    ...lines.flatMap((line, index) => markedLine(COLUMN.x + 14, y + 43 + index * LINE, line, COLOR.ink, COLUMN.width - 42)),
  ].join('');
}

function requestsFromElsewhere(open: number, top: number): string[] {
  const x = COLUMN.x + 56;
  return [
    open > 0
      ? arrow([[x, top + 50], [x, top - 8]], 'open')
      : blocked(x, top - 6, top + 50),
    text(x + 16, top + 27, open > 0 ? 'not denied' : 'denied by bucket policy', { size: 12.5, fill: open > 0 ? COLOR.open : COLOR.soft }),
    box(COLUMN.x, top + 52, COLUMN.width, 38, { dashed: true, stroke: open > 0 ? COLOR.open : '#9aa5b1' }),
    text(COLUMN.x + COLUMN.width / 2, top + 76, 'requests from elsewhere', { anchor: 'middle', fill: open > 0 ? COLOR.open : COLOR.soft }),
  ];
}

function encryptionOf(templates: TemplateSet, bucket: TemplateResource): string {
  const rules = templates.choices(bucket.properties.BucketEncryption)
    .flatMap(encryption => templates.list(encryption.ServerSideEncryptionConfiguration));
  const defaults = rules.map(rule => rule.ServerSideEncryptionByDefault ?? {});
  if (defaults.some(({ KMSMasterKeyID }) => KMSMasterKeyID !== undefined)) { return 'encrypted with your key'; }
  return defaults.some(({ SSEAlgorithm }) => String(SSEAlgorithm).startsWith('aws:kms')) ? 'encrypted with a key of AWS KMS' : 'encrypted by S3';
}
