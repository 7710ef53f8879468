import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as zlib from 'zlib';
import type { NeoDataInputShape, NeoFramework } from '../../src/index';
import { packDirectory, packFiles } from '../../src/preflight/pack';
import { checkArchive } from '../../src/preflight/preflight';

/** Real models, made by make_models.py with the frameworks themselves. */
export const MODELS = path.join(__dirname, 'models');

/** Of files of `models`, or of all that is in a folder there. */
export function archiveOf(models: string | readonly string[]): string {
  return typeof models === 'string' ? packDirectory(path.join(MODELS, models)) : packFiles(models.map(file => path.join(MODELS, file)));
}

/** Members of a tar archive as a test wants them, right or wrong. */
export interface Member {
  readonly name: string;
  readonly content?: string | Buffer;
  readonly flag?: string;
  readonly linkname?: string;
  /** Size as the header claims it. */
  readonly size?: number;
}

export function tar(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(({ name, content = '', flag = '0', linkname = '', size }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0, 'latin1');
    header.write('0000644\0', 100);
    header.write(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(flag, 156);
    header.write(linkname, 157, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - body.length % 512) % 512)];
  }), Buffer.alloc(1024)]);
}

/** A model of DarkNet, made by hand, as no package registry has DarkNet. */
export const DARKNET: readonly [Member, Member] = [
  { name: 'net.cfg', content: '[net]\nbatch=1\nheight = 416\nwidth=416\nchannels=3\n\n[convolutional]\nsize=3\n' },
  { name: 'net.weights', content: Buffer.from([0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, ...Array(16).fill(0)]) },
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'preflight-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
let count = 0;

export function written(content: Buffer): string {
  const file = path.join(folder, `${++count}.tar.gz`);
  fs.writeFileSync(file, content);
  return file;
}

export function archiveWith(members: readonly Member[]): string {
  return written(zlib.gzipSync(tar(members)));
}

export function model(file: string): Buffer {
  return fs.readFileSync(path.join(MODELS, file));
}

/** Errors and warnings in one line each, warnings by id first. */
export function check(archive: string, framework: NeoFramework, dataInputShape?: NeoDataInputShape): { errors: string[]; warnings: string[] } {
  const { errors, warnings } = checkArchive(archive, { framework, dataInputShape });
  return { errors: [...errors], warnings: warnings.map(({ id, message }) => `${id.replace('cdk-sagemaker-neo:', '')}: ${message}`) };
}
