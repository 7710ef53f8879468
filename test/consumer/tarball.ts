import * as fs from 'fs';
import * as path from 'path';
import { ROOT, run } from '../templates/tools';

/** What `npm pack` says of the package it made. */
export interface Tarball {
  readonly file: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** Bytes, as installed. */
  readonly unpackedSize: number;
  readonly files: string[];
}

/** Everything that may be published. */
const ALLOWED = [
  /^(package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES|\.jsii|\.jsii\.tabl\.json\.gz|rosetta\/default\.ts-fixture)$/,
  /^lib\/.+\.(js|d\.ts)$/,
  /^assets\/.+\/index\.js$/,
  /^bin\/cdk-sagemaker-neo$/,
];

/** In the bundle of the handler already. */
const FORBIDDEN = [/^lib\/.*\/handler\//, /\.test\./, /\.lambda\.(js|d\.ts)$/];

/** Without these a consumer cannot synthesize, or must not use it. */
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'THIRD-PARTY-NOTICES', '.jsii', 'lib/index.js', 'lib/index.d.ts', 'assets/compilation-job/handler/compilation-job.lambda/index.js', 'assets/build/gunzip/index.js'];

/** A quarter more than today: a dependency that slips in is more than that. */
const LIMITS = { size: 480_000, unpackedSize: 2_300_000 };

export function pack(into: string): Tarball {
  const { status, stdout, stderr } = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into]);
  if (status !== 0) { throw new Error(`npm pack failed:\n${stderr}`); }
  const [{ filename, size, unpackedSize, files }] = JSON.parse(stdout);
  return { file: path.join(into, filename), size, unpackedSize, files: files.map((entry: { path: string }) => entry.path) };
}

/**
 * @returns what is wrong with its files and sizes
 */
export function faultsOf({ size, unpackedSize, files }: Omit<Tarball, 'file'>): string[] {
  const allowed = (file: string) => ALLOWED.some(pattern => pattern.test(file)) && !FORBIDDEN.some(pattern => pattern.test(file));
  return [
    ...files.filter(file => !allowed(file)).map(file => `${file} must not be published`),
    ...REQUIRED.filter(file => !files.includes(file)).map(file => `${file} is missing`),
    ...size > LIMITS.size ? [`it has ${size} bytes, more than ${LIMITS.size}`] : [],
    ...unpackedSize > LIMITS.unpackedSize ? [`it has ${unpackedSize} bytes when installed, more than ${LIMITS.unpackedSize}`] : [],
  ];
}

/**
 * README.md says how large the package is: true within 10 %?
 */
export function faultOfReadme(size: number, readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')): string | undefined {
  const [, figure, unit] = /npm package is ([\d.]+) (kB|MB)/.exec(readme) ?? [];
  if (!figure) { return 'README.md must say "The npm package is … kB"'; }
  const said = Number(figure) * (unit === 'MB' ? 1e6 : 1e3);
  return Math.abs(said - size) > 0.1 * size ? `README.md says that the npm package has ${figure} ${unit}; it has ${(size / 1e3).toFixed(0)} kB` : undefined;
}
