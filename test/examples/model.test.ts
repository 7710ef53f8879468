import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { makeModel } from '../../examples/private-compilation/model/make-model';
import { onnxModel } from '../../examples/private-compilation/model/onnx';
import { STRIPES } from '../../examples/private-compilation/model/stripes';
import { tarGz } from '../../examples/private-compilation/model/tar';

/**
 * A file of exactly these bytes passed `onnx.checker.check_model(full_check=True)` of onnx 1.23.2 and was run in onnxruntime
 * 1.32.0, where it told smooth images from striped ones. When the model changes, do both again.
 */
const CHECKED_DIGEST = '453768d7d65c645b3467849e6ee00244e70c32211416d6c72b7d54f42396371d';

test('the example\'s model is the one that was checked', () => {
  expect(createHash('sha256').update(onnxModel(STRIPES)).digest('hex')).toBe(CHECKED_DIGEST);
});

test('the archive has the one file, as ustar', () => {
  const content = Buffer.from('x'.repeat(700));
  const archive = gunzipSync(tarGz('model.onnx', content));
  expect(archive.length).toBe(512 + 1024 + 1024);
  expect(archive.toString('latin1', 0, 11)).toBe('model.onnx\0');
  expect(archive.toString('latin1', 257, 265)).toBe('ustar\x0000');
  expect(parseInt(archive.toString('latin1', 124, 135), 8)).toBe(700);
  expect(archive.subarray(512, 1212)).toEqual(content);
  const checksum = parseInt(archive.toString('latin1', 148, 154), 8);
  archive.fill(' ', 148, 156);
  expect(archive.subarray(0, 512).reduce((sum, byte) => sum + byte, 0)).toBe(checksum);
});

test('the same model makes the same archive', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'neo-model-'));
  try {
    const [first, second] = ['a', 'b'].map(name => {
      const file = path.join(directory, name);
      expect(makeModel(file)).toBe(readFileSync(file).length);
      return readFileSync(file);
    });
    expect(first).toEqual(second);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
