import { arrow, blocked, box, COLOUR, mark, type State, STATE_COLOUR, STATE_FILL, text, worstState } from './svg';
import { endpointOnlyPolicy, openPublicAccess } from '../network/bucket-policy';
import { bucketNamed, type ReachableBucket, reachableBuckets } from '../network/endpoint-policy';
import { type CompilationNetwork, gatesOf } from '../network/network';
import type { VerdictOf } from '../rules/rule';
import { type TemplateResource, count, nameOf, readableName } from '../template/resources';
import type { TemplateSet } from '../template/template-set';

/** What somebody who is not denied an action can do. */
const USES: { readonly [action: string]: string } = {
  's3:GetObject': 'reading', 's3:GetObjectVersion': 'reading', 's3:PutObject': 'writing', 's3:ListBucket': 'listing',
};
const COLUMN = { x: 1096, width: 272 };
const CARD = { height: 104, gap: 12 };
/** More buckets than this are counted, not drawn. */
const MOST = 6;

const OTHER_CARD = { height: 70, gap: 12 };
const HEADING = 30;
const EVERYBODY = 110;

/** What the endpoint lets through to buckets that the app does not make. */
function otherBuckets(templates: TemplateSet, { s3Endpoints }: CompilationNetwork): ReachableBucket[] {
  return s3Endpoints.flatMap(endpoint => reachableBuckets(templates, endpoint)).filter(({ name }) => !bucketNamed(templates, name)).slice(0, MOST);
}

export function bucketPanelHeight(templates: TemplateSet, network: CompilationNetwork): number {
  const { length } = network.buckets;
  return HEADING + Math.min(length, MOST) * (CARD.height + CARD.gap) + (length > MOST ? 22 : 0) + (length ? EVERYBODY : 20)
    + otherBuckets(templates, network).length * (OTHER_CARD.height + OTHER_CARD.gap);
}

/** The buckets that jobs reach, and everybody else, who must not reach them. */
export function bucketPanel(
  templates: TemplateSet, network: CompilationNetwork, top: number, from: [number, number], verdictOf: VerdictOf,
): string[] {
  const shown = network.buckets.slice(0, MOST);
  const more = network.buckets.length - shown.length;
  const cards = shown.map((bucket, index) => ({ bucket, y: top + HEADING + index * (CARD.height + CARD.gap) }));
  const bottom = top + HEADING + cards.length * (CARD.height + CARD.gap) + (more > 0 ? 22 : 0);
  const othersTop = bottom + (shown.length ? EVERYBODY : 20) - 8;
  const open = shown.filter(bucket => endpointOnlyPolicy(templates, bucket, gatesOf(templates, network)).missing.length > 0);
  return [
    text(COLUMN.x, top + 16, 'Amazon S3', { bold: true, size: 15, fill: COLOUR.bucket }),
    ...cards.flatMap(({ bucket, y }) => [
      card(templates, network, bucket, y, verdictOf),
      ...network.s3Endpoints.length ? [arrow(elbow(from, y + CARD.height / 2), 'allowed')] : [],
    ]),
    ...more > 0 ? [text(COLUMN.x + 4, bottom - 14, `and ${count(more, 'more bucket')}`, { fill: COLOUR.soft })] : [],
    ...shown.length ? everybodyElse(open.length, bottom) : [text(COLUMN.x, top + 44, 'No bucket of this app', { fill: COLOUR.soft })],
    ...otherBuckets(templates, network).flatMap((bucket, index) => otherCard(bucket, othersTop + index * (OTHER_CARD.height + OTHER_CARD.gap), from)),
  ];
}

function otherCard({ name, actions }: ReachableBucket, y: number, from: [number, number]): string[] {
  return [
    box(COLUMN.x, y, COLUMN.width, OTHER_CARD.height, { stroke: COLOUR.bucket, thick: 1.2 }),
    text(COLUMN.x + 14, y + 22, readableName(name), { size: 12.5, width: COLUMN.width - 28 }),
    text(COLUMN.x + 14, y + 40, 'not made by this app', { size: 12, fill: COLOUR.soft }),
    text(COLUMN.x + 14, y + 57, actions.map(action => action.replace('s3:', '')).join(', '), { size: 11.5, fill: COLOUR.soft, width: COLUMN.width - 20 }),
    arrow(elbow(from, y + OTHER_CARD.height / 2), 'allowed'),
  ];
}

/** From the endpoint to a bucket, around a corner that all arrows share. */
function elbow([x, y]: [number, number], to: number): [number, number][] {
  return [[x + 4, y], [COLUMN.x - 42, y], [COLUMN.x - 42, to], [COLUMN.x - 4, to]];
}

function card(templates: TemplateSet, network: CompilationNetwork, bucket: TemplateResource, y: number, verdictOf: VerdictOf): string {
  const lock = endpointOnlyPolicy(templates, bucket, gatesOf(templates, network));
  const exempt = lock.exempt.length ? `, ${count(lock.exempt.length, 'exemption')}` : '';
  const state = (ruleId: string, resource: TemplateResource): State => verdictOf(ruleId, resource) === 'accepted' ? 'accepted' : 'open';
  const lines: [State, string][] = [
    lock.missing.length === 0
      ? ['good', `only through this endpoint${exempt}`]
      : [state('BucketOnlyThroughEndpoint', lock.policies[0] ?? bucket), `open to others: ${[...new Set(lock.missing.map(action => USES[action]))].join(', ')}`],
    openPublicAccess(templates, bucket).length === 0 ? ['good', 'public access blocked'] : [state('BucketBlocksPublicAccess', bucket), 'public access not blocked'],
    ['good', encryptionOf(templates, bucket)],
  ];
  const whole = worstState(lines.map(([of]) => of));
  return [
    box(COLUMN.x, y, COLUMN.width, CARD.height, { fill: whole === 'good' ? COLOUR.bucketFill : STATE_FILL[whole], stroke: whole === 'good' ? COLOUR.bucket : STATE_COLOUR[whole] }),
    text(COLUMN.x + 14, y + 25, nameOf(bucket), { bold: true, size: 14, width: COLUMN.width - 28 }),
    ...lines.flatMap(([of, words], index) => [
      mark(COLUMN.x + 14, y + 43 + index * 20, of),
      text(COLUMN.x + 32, y + 47 + index * 20, words, { size: 12.5, fill: of === 'good' ? COLOUR.ink : STATE_COLOUR[of], width: COLUMN.width - 42 }),
    ]),
  ].join('');
}

function everybodyElse(open: number, top: number): string[] {
  const x = COLUMN.x + 56;
  return [
    open > 0
      ? arrow([[x, top + 50], [x, top - 8]], 'open')
      : blocked(x, top - 6, top + 50),
    text(x + 16, top + 27, open > 0 ? 'not denied' : 'denied by bucket policy', { size: 12.5, fill: open > 0 ? COLOUR.open : COLOUR.soft }),
    box(COLUMN.x, top + 52, COLUMN.width, 38, { dashed: true, stroke: open > 0 ? COLOUR.open : '#9aa5b1' }),
    text(COLUMN.x + COLUMN.width / 2, top + 76, 'everybody outside the endpoint', { anchor: 'middle', fill: open > 0 ? COLOUR.open : COLOUR.soft }),
  ];
}

function encryptionOf(templates: TemplateSet, bucket: TemplateResource): string {
  const rules = templates.choices(bucket.properties.BucketEncryption)
    .flatMap(encryption => templates.list(encryption.ServerSideEncryptionConfiguration));
  const defaults = rules.map(rule => rule.ServerSideEncryptionByDefault ?? {});
  if (defaults.some(({ KMSMasterKeyID }) => KMSMasterKeyID !== undefined)) { return 'encrypted with a key of yours'; }
  return defaults.some(({ SSEAlgorithm }) => String(SSEAlgorithm).startsWith('aws:kms')) ? 'encrypted with a key of AWS KMS' : 'encrypted by S3';
}
