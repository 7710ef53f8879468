import { renameSync, writeFileSync } from 'node:fs';
import { onnxModel } from './onnx';
import { STRIPES } from './stripes';
import { tarGz } from './tar';

/** Writes the archive that Neo compiles: one ONNX file in a `.tar.gz`. Prints its size in bytes. */
export function makeModel(archive: string): number {
  const content = tarGz('stripes.onnx', onnxModel(STRIPES));
  // The archive is replaced atomically, because another synthesis may be reading it.
  const own = `${archive}.${process.pid}`;
  writeFileSync(own, content);
  renameSync(own, archive);
  return content.length;
}
